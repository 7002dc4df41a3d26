// The checker checked: each exchange that Stripe could have had passes, and each that it could not is caught.
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {Contract} from './exchange.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const cache = process.argv[2] ?? path.join(here, '../../../target/proofs/contract');
const contract = new Contract(path.join(here, '../node_modules/stripe'), cache);

const product = {
  id: 'prod_1', object: 'product', active: true, created: 1, default_price: null, description: null, images: [],
  livemode: false, marketing_features: [], metadata: {}, name: 'Pro', package_dimensions: null, shippable: null,
  statement_descriptor: null, tax_code: null, tax_details: null, type: 'service', unit_label: null, updated: 1, url: null,
};
const price = {
  id: 'price_1', object: 'price', active: true, billing_scheme: 'per_unit', created: 1, currency: 'usd',
  custom_unit_amount: null, livemode: false, lookup_key: null, metadata: {}, nickname: null, product: 'prod_1',
  recurring: {interval: 'month', interval_count: 1, meter: null, trial_period_days: null, usage_type: 'licensed'},
  tax_behavior: 'unspecified', tiers_mode: null, transform_quantity: null, type: 'recurring', unit_amount: 100,
  unit_amount_decimal: '100',
};
const tier = {flat_amount: null, flat_amount_decimal: null, unit_amount: 5, unit_amount_decimal: '5', up_to: null};
const meter = {
  id: 'mtr_1', object: 'billing.meter', created: 1, display_name: 'd', event_name: 'e', event_time_window: null,
  customer_mapping: {event_payload_key: 'stripe_customer_id', type: 'by_id'}, default_aggregation: {formula: 'sum'},
  livemode: false, status: 'active', status_transitions: {deactivated_at: null}, updated: 1,
  value_settings: {event_payload_key: 'value'},
};
const event = {
  id: 'evt_1', object: 'event', api_version: '2026-10-28.endive', created: 1,
  data: {object: price, previous_attributes: {active: false}}, livemode: false, pending_webhooks: 0,
  request: {id: 'req_1', idempotency_key: null}, type: 'price.updated',
};
const list = (url, data) => ({object: 'list', url, has_more: false, data});
const refusal = (error) => ({error: {type: 'invalid_request_error', message: 'No.', ...error}});

const cases = [];
const pinned = '2026-10-28.endive';
const check = (wanted, label, method, path, params, response, status = 200, user_agent = 'Stripe/v1', version = pinned) =>
  cases.push({wanted, label, exchange: {method, path, params, response, status, user_agent, version}});
const fits = (...one) => check(true, ...one);
const breaks = (...one) => check(false, ...one);

const create = {currency: 'usd', product: 'prod_1', unit_amount: '100', recurring: {interval: 'month', interval_count: '1'}};
fits('a price is made', 'POST', '/v1/prices', create, price);
breaks('an interval that does not exist', 'POST', '/v1/prices', {...create, recurring: {interval: 'fortnight'}}, price);
breaks('a misspelt parameter was taken', 'POST', '/v1/prices', {...create, unit_amonut: '1'}, price);
breaks('a required parameter was not missed', 'POST', '/v1/prices', {product: 'prod_1'}, price);
fits('a caller without a version may be behind', 'POST', '/v1/prices', {...create, old: '1'}, price, 200, 'Stripe/v1', null);
breaks('billctl may not', 'POST', '/v1/prices', {...create, old: '1'}, price, 200, 'billctl/0.1.0', null);
breaks('an amount that is no number was taken', 'POST', '/v1/prices', {...create, unit_amount: 'ten'}, price);
fits('a stranger is refused a misspelt parameter', 'POST', '/v1/prices', {unit_amonut: '1'},
  refusal({code: 'parameter_unknown', param: 'unit_amonut'}), 400);
breaks('billctl never sends one', 'POST', '/v1/prices', {unit_amonut: '1'},
  refusal({code: 'parameter_unknown', param: 'unit_amonut'}), 400, 'billctl/0.1.0');
breaks('a decimal that is a number', 'POST', '/v1/prices', create, {...price, unit_amount_decimal: 100});
breaks('a field of an older version', 'POST', '/v1/prices', create, {...price, recurring: {...price.recurring, aggregate_usage: null}});
breaks('a field is missing', 'POST', '/v1/prices', create, {...price, nickname: undefined});
breaks('a live object says that it is not deleted', 'POST', '/v1/prices', create, {...price, deleted: null});
fits('an expanded product', 'GET', '/v1/prices/price_1', {expand: ['product']}, {...price, product});
breaks('an expansion that nobody asked for', 'GET', '/v1/prices/price_1', {}, {...price, product});
breaks('an expansion that was not done', 'GET', '/v1/prices/price_1', {expand: ['product']}, price);
fits('tiers on request', 'GET', '/v1/prices/price_1', {expand: ['tiers']}, {...price, tiers: [tier]});
breaks('tiers unasked', 'GET', '/v1/prices/price_1', {}, {...price, tiers: [tier]});
fits('no tiers on a price that has none', 'GET', '/v1/prices/price_1', {expand: ['tiers']}, price);
breaks('tiers asked for and left out', 'GET', '/v1/prices/price_1', {expand: ['tiers']}, {...price, billing_scheme: 'tiered', tiers_mode: 'volume'});
fits('a list of prices', 'GET', '/v1/prices', {limit: '3', active: 'true'}, list('/v1/prices', [price]));
fits('a list with expanded products', 'GET', '/v1/prices', {expand: ['data.product']}, list('/v1/prices', [{...price, product}]));
breaks('one bad item in a list', 'GET', '/v1/prices', {}, list('/v1/prices', [price, {...price, active: 'yes'}]));
breaks('a list with a total', 'GET', '/v1/prices', {}, {...list('/v1/prices', []), total_count: 0});
fits('a search result', 'GET', '/v1/prices/search', {query: 'active:"true"'},
  {object: 'search_result', url: '/v1/prices/search', has_more: false, next_page: null, data: [price]});
breaks('a search result that cannot be paged', 'GET', '/v1/prices/search', {query: 'active:"true"'},
  {object: 'search_result', url: '/v1/prices/search', has_more: true, next_page: null, data: [price]});
fits('a product is made', 'POST', '/v1/products', {name: 'Pro', id: 'pro', metadata: {a: 'b'}}, product);
fits('metadata keys look like indexes', 'POST', '/v1/products', {name: 'Pro', metadata: ['a', 'b']}, product);
fits('a proxy answers', 'GET', '/v1/products', {}, null, 502);
fits('a list is emptied', 'POST', '/v1/products/prod_1', {images: '', metadata: {a: ''}}, product);
breaks('a default price at creation', 'POST', '/v1/products', {name: 'Pro', default_price: 'price_1'}, product);
breaks('no metadata at all', 'GET', '/v1/products/prod_1', {}, {...product, metadata: null});
fits('a product is deleted', 'DELETE', '/v1/products/prod_1', {}, {id: 'prod_1', object: 'product', deleted: true});
breaks('a deletion without its mark', 'DELETE', '/v1/products/prod_1', {}, {id: 'prod_1', object: 'product'});
fits('a meter is made', 'POST', '/v1/billing/meters', {display_name: 'd', event_name: 'e', default_aggregation: {formula: 'sum'}}, meter);
breaks('a formula that does not exist', 'POST', '/v1/billing/meters', {display_name: 'd', event_name: 'e', default_aggregation: {formula: 'max'}}, meter);
breaks('half a meter', 'GET', '/v1/billing/meters/mtr_1', {}, {id: 'mtr_1', object: 'billing.meter', status: 'archived'});
fits('an event', 'GET', '/v1/events/evt_1', {}, event);
const before = (previous_attributes) => ({...event, data: {object: price, previous_attributes}});
fits('an event that tells of a new metadata key', 'GET', '/v1/events/evt_1', {}, before({metadata: {tier: null}}));
breaks('an event that tells of a number in metadata', 'GET', '/v1/events/evt_1', {}, before({metadata: {tier: 1}}));
breaks('an event whose type and object disagree', 'GET', '/v1/events/evt_1', {}, {...event, type: 'customer.created'});
fits('an unknown id', 'GET', '/v1/prices/price_0', {}, refusal({code: 'resource_missing', param: 'id'}), 404);
breaks('a code that Stripe does not have', 'GET', '/v1/prices/price_0', {}, refusal({code: 'not_found'}), 404);
breaks('a refusal in another shape', 'GET', '/v1/prices/price_0', {}, {message: 'No.'}, 404);
breaks('a field that errors do not have', 'GET', '/v1/prices/price_0', {}, refusal({hint: 'Look.'}), 404);
breaks('a card error with the wrong status', 'POST', '/v1/prices', {}, refusal({type: 'card_error'}), 400);
fits('an unknown route is refused', 'GET', '/v1/nothing', {}, refusal({}), 404);
breaks('an unknown route is served', 'GET', '/v1/nothing', {}, {});

contract.prepare(cases.map(({exchange}) => exchange));
let failed = 0;
for (const {wanted, label, exchange} of cases) {
  const sent = {...exchange, response: JSON.parse(JSON.stringify(exchange.response))};
  const problems = contract.problems(sent);
  const right = (problems.length === 0) === wanted;
  if (!right) failed += 1;
  console.log(`${right ? 'ok  ' : 'FAIL'} ${label}${problems.length ? `: ${problems.join('; ').slice(0, 160)}` : ''}`);
}
console.log(`Self-test of the contract: ${cases.length - failed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
