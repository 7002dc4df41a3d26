// JSON Schemas (draft 7) of the official SDK's types, made from its declaration files and kept under target/, because a
// schema that reaches into subscriptions and invoices takes seconds to make.
import {createHash} from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import {createRequire} from 'node:module';
import {fileURLToPath} from 'node:url';
import Ajv from 'ajv';

const require = createRequire(import.meta.url);
const {createFormatter, createParser, createProgram, SchemaGenerator} = require('ts-json-schema-generator');
const {ExposeNodeParser} = require('ts-json-schema-generator/dist/src/ExposeNodeParser.js');

// Stripe's clients accept enum values they do not know yet; an emulator has no business sending one, so the marker
// for "any other string" becomes a type that nothing fits.
const CLOSED_ENUMS = [/^export type OtherString = .*$/m, 'export type OtherString = never;'];

// The SDK turns decimal strings into a class of its own; on the wire they are JSON strings.
const WIRE_DECIMAL = `/** @pattern ^-?[0-9]+(\\.[0-9]{1,12})?$ */
export type Decimal = string;
export declare const Decimal: any;
export declare const DEFAULT_DIV_PRECISION: number;
export type RoundDirection = string;
export interface DecimalRoundingOptions {}
export interface DecimalRoundingPresets {}
export declare function isDecimal(value: unknown): boolean;
`;

const AJV_OPTIONS = {strict: false, allErrors: true, allowUnionTypes: true};

export class Schemas {
  #sdk;
  #folder;
  #compiled = new Map();
  #read = new Map();

  /** `sdk` is the unpacked package, `cache` a folder that may be deleted at any time. */
  constructor(sdk, cache) {
    this.#sdk = path.resolve(sdk);
    const tool = require('ts-json-schema-generator/package.json').version;
    const version = JSON.parse(fs.readFileSync(path.join(sdk, 'package.json'), 'utf8')).version;
    const own = createHash('sha256').update(fs.readFileSync(fileURLToPath(import.meta.url))).digest('hex').slice(0, 12);
    this.#folder = path.resolve(cache, `stripe-${version}-generator-${tool}-${own}`);
  }

  /** Makes every schema that is not cached yet. `types` are `{file, name}` as `operationsOf` gives them. */
  prepare(types) {
    const missing = [...new Map(types.map((type) => [this.#alias(type), type]))]
      .filter(([alias]) => !fs.existsSync(this.#schemaFile(alias)));
    if (missing.length === 0) return;
    const program = this.#program(missing);
    for (const [alias] of missing) this.#generate(alias, program);
  }

  /**
   * A validator for one type; with `coerce`, the strings of a decoded form count as numbers and booleans. Where the type
   * is a union told apart by `type`, as events are, `resource` picks the alternative that it says it is.
   */
  validator(type, {coerce = false, resource = undefined} = {}) {
    const schema = this.schema(type);
    const $ref = alternative(schema, resource) ?? schema.$ref;
    const key = `${this.#alias(type)} ${$ref} ${coerce}`;
    if (!this.#compiled.has(key)) {
      const ajv = new Ajv({...AJV_OPTIONS, coerceTypes: coerce});
      this.#compiled.set(key, ajv.compile({...schema, $ref}));
    }
    return this.#compiled.get(key);
  }

  schema(type) {
    const alias = this.#alias(type);
    if (!this.#read.has(alias)) this.#read.set(alias, JSON.parse(fs.readFileSync(this.#schemaFile(alias), 'utf8')));
    return this.#read.get(alias);
  }

  // An alias must not share the SDK's own name, or the generator finds two definitions of it.
  #alias({file, name}) {
    const module = path.relative(path.join(this.#sdk, 'esm'), file).replace(/\.d\.ts$/, '');
    return `Contract_${module}_${name}`.replace(/[^A-Za-z0-9]+/g, '_');
  }

  #schemaFile(alias) {
    return path.join(this.#folder, 'schemas', `${alias}.json`);
  }

  #program(missing) {
    const types = path.join(this.#folder, 'types');
    if (!fs.existsSync(types)) copyDeclarations(path.join(this.#sdk, 'esm'), types);
    fs.mkdirSync(path.join(this.#folder, 'schemas'), {recursive: true});
    const lines = missing.map(([alias, {file, name}]) => {
      const module = path.relative(path.join(this.#sdk, 'esm'), file).replace(/\.d\.ts$/, '.js');
      const [outer, ...inner] = name.split('.');
      const local = [`From_${alias}`, ...inner].join('.');
      return `import type {${outer} as From_${alias}} from './types/${module}';\nexport type ${alias} = ${local};`;
    });
    const entry = path.join(this.#folder, 'contract.ts');
    const tsconfig = path.join(this.#folder, 'tsconfig.json');
    fs.writeFileSync(entry, lines.join('\n') + '\n');
    fs.writeFileSync(tsconfig, JSON.stringify({
      compilerOptions: {
        target: 'ES2022', module: 'NodeNext', moduleResolution: 'NodeNext', strict: true,
        skipLibCheck: true, noEmit: true, types: [],
      },
      files: ['contract.ts'],
    }));
    const config = {
      path: entry, tsconfig, type: '*', skipTypeCheck: true, expose: 'export', jsDoc: 'extended', topRef: true,
      encodeRefs: true, functions: 'hide', additionalProperties: false, discriminatorType: 'json-schema',
    };
    nameDefinitionsByModule(types);
    return {config, program: createProgram(config)};
  }

  #generate(alias, {config, program}) {
    const started = Date.now();
    const own = {...config, type: alias};
    // A parser that has served one type gives dangling references for the next.
    const generator = new SchemaGenerator(program, createParser(program, own), createFormatter(own), own);
    const schema = withoutProse(generator.createSchema(alias));
    const file = this.#schemaFile(alias);
    fs.writeFileSync(`${file}.new`, JSON.stringify(schema));
    fs.renameSync(`${file}.new`, file);
    const definitions = Object.keys(schema.definitions).length;
    console.log(`  schema ${alias}: ${definitions} definitions in ${Date.now() - started} ms`);
  }
}

function alternative({$ref, definitions}, resource) {
  const resolved = (reference) => definitions[decodeURIComponent(reference.replace('#/definitions/', ''))];
  let node = resolved($ref);
  while (node?.$ref) node = resolved(node.$ref);
  const fits = (each) => each.$ref && resolved(each.$ref)?.properties?.type?.const === resource?.type;
  return resource?.type === undefined ? undefined : node?.anyOf?.find(fits)?.$ref;
}

/** Two modules may declare a type of the same name (`Card`): definitions get their module's name in front. */
function nameDefinitionsByModule(types) {
  ExposeNodeParser.prototype.getDefinitionName = function (node, context) {
    const symbol = node.symbol ?? node.localSymbol;
    const module = path.relative(types, node.getSourceFile().fileName).replace(/\.d\.ts$/, '');
    const name = this.typeChecker.getFullyQualifiedName(symbol).replace(/^".*"\./, '');
    const of = context.getArguments().map((argument) => argument?.getName());
    const base = `${module.replace(/[^A-Za-z0-9]+/g, '_')}.${name}`;
    return of.length ? `${base}<${of.join(',')}>` : base;
  };
}

function copyDeclarations(from, to) {
  const partial = `${to}.new`;
  fs.rmSync(partial, {recursive: true, force: true});
  fs.cpSync(from, partial, {
    recursive: true,
    filter: (file) => fs.statSync(file).isDirectory() || file.endsWith('.d.ts'),
  });
  fs.writeFileSync(path.join(partial, 'Decimal.d.ts'), WIRE_DECIMAL);
  const shared = path.join(partial, 'shared.d.ts');
  const text = fs.readFileSync(shared, 'utf8');
  if (!CLOSED_ENUMS[0].test(text)) throw new Error('The SDK no longer declares `OtherString`: its enums would stay open');
  fs.writeFileSync(shared, text.replace(...CLOSED_ENUMS));
  fs.renameSync(partial, to);
}

function withoutProse(node) {
  if (Array.isArray(node)) node.forEach(withoutProse);
  else if (node && typeof node === 'object') {
    for (const key of ['description', 'markdownDescription']) if (typeof node[key] === 'string') delete node[key];
    Object.values(node).forEach(withoutProse);
  }
  return node;
}
