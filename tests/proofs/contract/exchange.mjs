// What is wrong with one recorded exchange, held against the official SDK's own types.
import {expansionProblems} from './expansion.mjs';
import {operationFor, operationsOf} from './operations.mjs';
import {Refusals} from './refusals.mjs';
import {Schemas} from './schemas.mjs';

const ENVELOPES = {
  list: {object: 'list', fields: ['object', 'data', 'has_more', 'url']},
  search: {object: 'search_result', fields: ['object', 'data', 'has_more', 'next_page', 'url']},
};

/** Calls that no SDK has and Stripe's own CLI makes: how its triggers complete checkout sessions, how it listens, and how it
 *  has an event sent again. And what is under `/v2`, thin
 *  events and meter events: the table of calls is that of `/v1`. */
const UNDOCUMENTED = [
  /^GET \/v1\/payment_pages\/\w+$/,
  /^POST \/v1\/payment_pages\/\w+\/confirm$/,
  /^POST \/v1\/stripecli\/sessions$/,
  /^POST \/v1\/events\/\w+\/retry$/,
  /^GET \/v2\/core\/events(\/\w+)?$/,
  /^POST \/v2\/billing\/meter_event\w+$/,
];

export class Contract {
  #operations;
  #refusals;
  #schemas;

  constructor(sdk, cache) {
    this.#operations = operationsOf(sdk);
    this.#refusals = new Refusals(sdk);
    this.#schemas = new Schemas(sdk, cache);
  }

  get routes() {
    return new Set(this.#operations.map((operation) => operation.route));
  }

  operation(exchange) {
    return operationFor(this.#operations, exchange.method, exchange.path);
  }

  /** Makes the schemas that these exchanges need, in one go. */
  prepare(exchanges) {
    const operations = new Set(exchanges.map((exchange) => this.operation(exchange)).filter(Boolean));
    this.#schemas.prepare([...operations].flatMap(({params, result}) => [...(params ? [params] : []), ...result.types]));
  }

  problems(exchange) {
    const operation = this.operation(exchange);
    const accepted = exchange.status >= 200 && exchange.status < 300;
    if (!operation) {
      if (UNDOCUMENTED.some((route) => route.test(`${exchange.method} ${exchange.path}`))) return [];
      return accepted
        ? ['the SDK knows no such call, yet it was answered with success']
        : this.#refusals.problems(exchange.status, exchange.response);
    }
    // A proxy in front of Stripe answers in HTML, which has no types.
    if (exchange.status === 502 && exchange.response === null) return [];
    const problems = [];
    // Strangers send wrong parameters on purpose; billctl never does, and what is taken must have been right. Only callers
    // of another version (or of none, as Stripe's CLI) may still use what this one removed.
    const isCurrent = exchange.version?.endsWith('.endive');
    if ((accepted && isCurrent) || exchange.user_agent?.startsWith('billctl/')) problems.push(...this.#requestProblems(operation, exchange));
    if (accepted) problems.push(...this.#answerProblems(operation, exchange));
    else problems.push(...this.#refusals.problems(exchange.status, exchange.response));
    return problems;
  }

  #requestProblems(operation, exchange) {
    const params = exchange.params ?? {};
    if (!operation.params) return Object.keys(params).length ? ['parameters on a call that takes none'] : [];
    const validate = this.#schemas.validator(operation.params, {coerce: true});
    return validate(withMaps(params)) ? [] : readable(validate.errors).map((text) => `request ${text}`);
  }

  #answerProblems(operation, {response, params}) {
    const {kind, types} = operation.result;
    if (kind === 'object') return this.#resourceProblems(types, response, '', params?.expand);
    const envelope = ENVELOPES[kind];
    const problems = [];
    for (const field of envelope.fields) if (!(field in response)) problems.push(`answer lacks \`${field}\``);
    for (const field of Object.keys(response)) if (!envelope.fields.includes(field)) problems.push(`answer has an unknown \`${field}\``);
    if (response.object !== envelope.object) problems.push(`answer is a ${JSON.stringify(response.object)}, not a ${envelope.object}`);
    if (typeof response.has_more !== 'boolean') problems.push('answer says no true or false for `has_more`');
    if (typeof response.url !== 'string') problems.push('answer has no `url`');
    if (kind === 'search' && response.has_more !== (typeof response.next_page === 'string')) problems.push('`has_more` and `next_page` disagree');
    if (!Array.isArray(response.data)) return [...problems, 'answer has no array `data`'];
    return [...problems, ...response.data.flatMap((item) => this.#resourceProblems(types, item, 'data', params?.expand))];
  }

  #resourceProblems(types, resource, prefix, expand) {
    const tries = types.map((type) => {
      const validate = this.#schemas.validator(type, {resource});
      const problems = validate(asTyped(resource)) ? [] : readable(validate.errors);
      return {type, problems};
    });
    const fitting = tries.find(({problems}) => problems.length === 0);
    if (fitting) return expansionProblems(resource, this.#schemas.schema(fitting.type), prefix, expand);
    const nearest = tries.sort((a, b) => a.problems.length - b.problems.length)[0];
    return nearest.problems.map((text) => `${nearest.type.name} ${resource?.id ?? ''} ${text}`);
  }
}

/** A copy of decoded parameters in which metadata stays a map, also where its keys look like the indexes of a list. */
function withMaps(value, key = '') {
  if (Array.isArray(value)) return key === 'metadata' ? {...value} : value.map((item) => withMaps(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withMaps(inner, name)]));
}

/**
 * The two places where Stripe is known to send what its types do not allow. An invoice that `invoice.upcoming` announces
 * has no id yet, as Stripe's documentation of that event says. And an event's previous attributes, as in events of accounts
 * that were published with their bug reports: a metadata key that an update added is `null` there, and of a hash only what
 * changed is told, so that the rest of it is taken from the object.
 */
function asTyped(resource) {
  if (resource?.object === 'event' && resource.type === 'invoice.upcoming' && !('id' in resource.data.object)) {
    return {...resource, data: {...resource.data, object: {id: 'in_announced', ...resource.data.object}}};
  }
  const previous = resource?.object === 'event' && resource.data?.previous_attributes;
  if (!previous) return resource;
  const copy = structuredClone(resource);
  const {object, previous_attributes: told} = copy.data;
  for (const [key, value] of Object.entries(told)) {
    if (key !== 'metadata') told[key] = completed(value, object[key]);
  }
  for (const [key, value] of Object.entries(told.metadata ?? {})) if (value === null) delete told.metadata[key];
  return copy;
}

function completed(part, whole) {
  const isHash = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
  if (!isHash(part) || !isHash(whole)) return part;
  const known = Object.entries(part).map(([key, value]) => [key, completed(value, whole[key])]);
  return {...whole, ...Object.fromEntries(known)};
}

/** Of a union's many complaints, those about the alternative that came furthest. */
function readable(errors) {
  const deepest = errors.filter((error) => !['anyOf', 'const', 'type'].includes(error.keyword));
  const chosen = deepest.length ? deepest : errors.filter((error) => error.keyword !== 'anyOf');
  const texts = (chosen.length ? chosen : errors).map(({instancePath, keyword, message, params}) => {
    const at = instancePath || '/';
    if (keyword === 'additionalProperties') return `${at} has an unknown \`${params.additionalProperty}\``;
    if (keyword === 'required') return `${at} lacks \`${params.missingProperty}\``;
    if (keyword === 'enum') return `${at} must be one of ${params.allowedValues.join(', ')}`;
    return `${at} ${message}`;
  });
  return [...new Set(texts)].slice(0, 8);
}
