// What a refusal of Stripe's may look like: the error object of the SDK's types, closed, with a code that they list.
import fs from 'node:fs';
import path from 'node:path';

// Documented at docs.stripe.com/error-codes and in the version 2026-09-30 changelog, though no type lists them.
const CODES_OUTSIDE_THE_TYPES = ['payment_method_types_no_longer_supported', 'property_forbidden'];

const TYPES = ['api_error', 'card_error', 'idempotency_error', 'invalid_request_error'];

/** The statuses that go with each type of error, as the SDKs choose their error classes by them. */
const STATUSES = {
  api_error: (status) => status >= 500 || status === 409,
  card_error: (status) => status === 402,
  idempotency_error: (status) => status === 400 || status === 409,
  invalid_request_error: (status) => [400, 401, 402, 403, 404, 409, 429].includes(status),
};

export class Refusals {
  #codes;
  #fields;

  constructor(sdk) {
    const intents = fs.readFileSync(path.join(sdk, 'esm/resources/PaymentIntents.d.ts'), 'utf8');
    const lists = [...intents.matchAll(/type Code = ([^;]*);/g)]
      .map(([, union]) => [...union.matchAll(/'([^']+)'/g)].map(([, code]) => code));
    this.#codes = new Set([...lists.flat(), ...CODES_OUTSIDE_THE_TYPES]);
    const raw = fs.readFileSync(path.join(sdk, 'esm/Types.d.ts'), 'utf8').match(/type StripeRawError = \{([\s\S]*?)\n\};/);
    const fields = [...(raw?.[1] ?? '').matchAll(/^ {4}(\w+)\?:/gm)].map(([, field]) => field);
    // What the SDK itself puts there after reading the body.
    const added = ['headers', 'statusCode', 'requestId', 'detail', 'exception'];
    this.#fields = new Set(fields.filter((field) => !added.includes(field)));
    if (this.#codes.size < 100 || this.#fields.size < 10) throw new Error('The SDK no longer lists error codes and fields where they were');
  }

  problems(status, body) {
    const problems = [];
    const error = body?.error;
    if (typeof error !== 'object' || error === null) return ['a refusal without an `error` object'];
    for (const key of Object.keys(body)) if (key !== 'error') problems.push(`an unknown field \`${key}\` beside \`error\``);
    for (const key of Object.keys(error)) if (!this.#fields.has(key)) problems.push(`an unknown field \`error.${key}\``);
    for (const key of ['message', 'param', 'code', 'doc_url', 'request_log_url']) {
      if (key in error && typeof error[key] !== 'string') problems.push(`\`error.${key}\` is no string`);
    }
    if (!error.message) problems.push('`error.message` is missing');
    if (!TYPES.includes(error.type)) problems.push(`\`error.type\` is ${JSON.stringify(error.type)}`);
    else if (!STATUSES[error.type](status)) problems.push(`status ${status} does not go with ${error.type}`);
    if (typeof error.code === 'string' && !this.#codes.has(error.code)) problems.push(`the types list no code \`${error.code}\``);
    return problems;
  }
}
