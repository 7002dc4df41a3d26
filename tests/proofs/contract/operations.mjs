// What the official Node SDK can call, read from its own source: every `_makeRequest(VERB, PATH, …)` of its resource
// classes, joined with the parameter and result types that the class declares beside it.
import fs from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const parse = (file) => ts.createSourceFile(file, fs.readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true);

function* resourceFiles(folder) {
  for (const entry of fs.readdirSync(folder, {withFileTypes: true})) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* resourceFiles(full);
    else if (entry.name.endsWith('.d.ts') && entry.name !== 'index.d.ts') yield full;
  }
}

/** The path as segments, where `null` stands for an id. */
function segments(node) {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text.split('/');
  if (!ts.isTemplateExpression(node)) return undefined;
  const text = node.head.text + node.templateSpans.map((span) => '\0' + span.literal.text).join('');
  return text.split('/').map((part) => (part === '\0' ? null : part));
}

function methodsOf(file) {
  const methods = new Map();
  const visit = (node, owner) => {
    if (ts.isClassDeclaration(node)) owner = node.name?.text;
    if (ts.isMethodDeclaration(node) && owner) {
      const name = `${owner}.${node.name.getText()}`;
      methods.set(name, [...(methods.get(name) ?? []), node]);
    }
    ts.forEachChild(node, (child) => visit(child, owner));
  };
  visit(parse(file), undefined);
  return methods;
}

function requestsIn(method) {
  const found = [];
  const visit = (node) => {
    const isRequest = ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)
      && node.expression.name.text === '_makeRequest' && ts.isStringLiteral(node.arguments[0]);
    if (isRequest) {
      const parts = segments(node.arguments[1]);
      if (parts) found.push({verb: node.arguments[0].text, segments: parts});
    }
    ts.forEachChild(node, visit);
  };
  visit(method);
  return found;
}

/** `{file, name}` for every type a declaration file defines or imports. */
function typeHomes(file) {
  const homes = new Map();
  for (const statement of parse(file).statements) {
    if (ts.isImportDeclaration(statement)) {
      const from = path.resolve(path.dirname(file), statement.moduleSpecifier.text.replace(/\.js$/, '.d.ts'));
      for (const item of statement.importClause?.namedBindings?.elements ?? []) {
        homes.set(item.name.text, {file: from, name: (item.propertyName ?? item.name).text});
      }
    } else if (statement.name) {
      homes.set(statement.name.text, {file, name: statement.name.text});
    }
  }
  return homes;
}

/** Where `Price`, or `Billing.MeterCreateParams` inside a namespace, is written. */
function home(node, homes) {
  const [outer, ...rest] = node.getText().split('.');
  const found = homes.get(outer);
  return found && {file: found.file, name: [found.name, ...rest].join('.')};
}

function named(node, homes) {
  const parts = ts.isUnionTypeNode(node) ? node.types : [node];
  const types = parts.map((part) => home(part, homes));
  return types.every(Boolean) ? types : undefined;
}

/** What a method answers: `object`, `list` or `search`, and of which types. */
function resultOf(node, homes) {
  if (!node || !ts.isTypeReferenceNode(node)) return undefined;
  const outer = node.typeName.getText();
  const inner = node.typeArguments?.[0];
  if (outer === 'ApiListPromise') return {kind: 'list', types: named(inner, homes)};
  if (outer === 'ApiSearchResultPromise') return {kind: 'search', types: named(inner, homes)};
  if (outer === 'Promise' && inner.typeName?.getText() === 'Response') {
    return {kind: 'object', types: named(inner.typeArguments[0], homes)};
  }
  return undefined;
}

function paramsOf(method, homes) {
  const parameter = method.parameters.find((each) => each.name.getText() === 'params');
  if (!parameter) return undefined;
  const params = home(parameter.type, homes);
  if (!params) throw new Error(`The SDK declares the parameters ${parameter.type.getText()} in no known place`);
  return params;
}

/**
 * Reads the table of version 1 operations out of an unpacked `stripe` package.
 * A later declaration of the same verb and path (a second method for one call) adds nothing.
 */
export function operationsOf(sdk) {
  const table = new Map();
  for (const file of resourceFiles(path.join(sdk, 'esm', 'resources'))) {
    const homes = typeHomes(file);
    const declared = methodsOf(file);
    for (const [name, bodies] of methodsOf(file.replace(/\.d\.ts$/, '.js'))) {
      const signature = declared.get(name)?.at(-1);
      if (!signature) continue;
      for (const request of bodies.flatMap(requestsIn)) {
        if (request.segments[1] !== 'v1') continue;
        const result = resultOf(signature.type, homes);
        if (!result?.types) continue;
        const route = `${request.verb} ${request.segments.map((part) => part ?? '{id}').join('/')}`;
        if (!table.has(route)) table.set(route, {...request, route, params: paramsOf(signature, homes), result});
      }
    }
  }
  return [...table.values()];
}

/** The operation a request is for; where a literal and an id both fit (`/v1/prices/search`), the literal wins. */
export function operationFor(operations, verb, requestPath) {
  const asked = requestPath.split('/');
  const literals = (operation) => operation.segments.filter((part) => part !== null).length;
  return operations
    .filter((each) => each.verb === verb && each.segments.length === asked.length)
    .filter((each) => each.segments.every((part, index) => (part === null ? asked[index] !== '' : part === asked[index])))
    .sort((a, b) => literals(b) - literals(a))[0];
}
