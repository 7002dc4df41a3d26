// Whether an answer inlines exactly what its request asked to expand: an expandable field holds an id until asked for,
// and fields that Stripe only includes on request are absent until then.

/** By the kind of object, as paths below it. */
const INCLUDED_ON_REQUEST = {
  price: ['currency_options', 'tiers'],
  coupon: ['applies_to', 'currency_options'],
  'billing_portal.configuration': ['features.subscription_update.products'],
};

/** `expand[]` of the request as a set that holds each path and all paths above it. */
function askedFor(expand) {
  const asked = new Set();
  for (const one of expand ?? []) {
    const parts = String(one).split('.');
    parts.forEach((_, index) => asked.add(parts.slice(0, index + 1).join('.')));
  }
  return asked;
}

function alternatives(schema, definitions) {
  if (!schema || typeof schema !== 'object') return [];
  if (schema.$ref) {
    const name = decodeURIComponent(schema.$ref.replace('#/definitions/', ''));
    return alternatives(definitions[name], definitions);
  }
  const nested = schema.anyOf ?? schema.allOf ?? schema.oneOf;
  return nested ? nested.flatMap((each) => alternatives(each, definitions)) : [schema];
}

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const takesId = (options) => options.some((each) => [each.type].flat().includes('string') && !each.enum && !('const' in each));
const takesResource = (options) => options.some((each) => each.properties?.object?.const);

function* walk(value, options, definitions, path, asked) {
  if (Array.isArray(value)) {
    const items = options.flatMap((each) => alternatives(each.items, definitions));
    for (const item of value) yield* visit(item, items, definitions, path, asked);
  } else if (isObject(value)) {
    for (const included of INCLUDED_ON_REQUEST[value.object] ?? []) {
      const full = path ? `${path}.${included}` : included;
      const holder = included.split('.').slice(0, -1).reduce((each, key) => each?.[key], value);
      const isThere = isObject(holder) && included.split('.').at(-1) in holder;
      if (isThere && !asked.has(full)) yield `\`${full}\` is there though the request did not expand it`;
      const belongs = included === 'tiers' && value.billing_scheme === 'tiered';
      if (!isThere && belongs && asked.has(full)) yield `\`${full}\` is missing though the request asked to expand it`;
    }
    const fitting = options.filter((each) => !each.properties?.object?.const || each.properties.object.const === value.object);
    for (const [key, child] of Object.entries(value)) {
      const below = path ? `${path}.${key}` : key;
      if (key === 'deleted' && child !== true) yield `\`${below}\` is ${child}: Stripe omits it on what lives`;
      const inner = fitting.flatMap((each) => alternatives(each.properties?.[key] ?? each.additionalProperties, definitions));
      yield* visit(child, inner, definitions, below, asked);
    }
  }
}

function* visit(value, options, definitions, path, asked) {
  if (takesId(options) && takesResource(options)) {
    if (isObject(value) && !asked.has(path)) yield `\`${path}\` is expanded though the request did not ask for it`;
    if (typeof value === 'string' && asked.has(path)) yield `\`${path}\` is an id though the request asked to expand it`;
  }
  yield* walk(value, options, definitions, path, asked);
}

/** `prefix` is where the resource sits in the answer: empty, or `data` for the items of a list. */
export function expansionProblems(resource, schema, prefix, expand) {
  const root = alternatives(schema, schema.definitions);
  return [...new Set(walk(resource, root, schema.definitions, prefix, askedFor(expand)))];
}
