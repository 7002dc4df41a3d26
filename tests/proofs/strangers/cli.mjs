// Stripe's own CLI as it comes, pointed at the emulator: the same two parts as the SDKs, typed as commands.
//
//     node cli.mjs make MADE.json | see EXPECTED.json
//
// Takes STRIPE_API_BASE and STRIPE_API_KEY; HOME must be a folder of its own. Its resource commands send no API version
// and exit with 0 on a refusal, so every answer is read.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {findAll} from './find.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const cli = path.join(here, '../node_modules/.bin/stripe');
const environment = {
  PATH: process.env.PATH, HOME: process.env.HOME, XDG_CONFIG_HOME: path.join(process.env.HOME, '.config'),
  STRIPE_API_KEY: process.env.STRIPE_API_KEY, STRIPE_CLI_TELEMETRY_OPTOUT: '1', NO_COLOR: '1',
};

/** Runs one command; `data` are `-d` parameters. */
function stripe(command, data = [], flags = []) {
  const parameters = data.flatMap((parameter) => ['-d', parameter]);
  const all = [...command.split(' '), ...parameters, ...flags, '--api-base', process.env.STRIPE_API_BASE];
  const output = execFileSync(cli, all, {env: environment, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit']});
  // Deletions first say what account they are for, even when confirmed by flag.
  return JSON.parse(output.slice(output.search(/^\{/m)));
}

function done(...call) {
  const answer = stripe(...call);
  assert.equal(answer.error, undefined, `${call[0]}: ${JSON.stringify(answer.error)}`);
  return answer;
}

function refused(fields, ...call) {
  const {error} = stripe(...call);
  assert.ok(error, `${call[0]}: expected a refusal`);
  for (const [field, value] of Object.entries(fields)) assert.equal(error[field], value, `${field} of: ${error.message}`);
}

let steps = 0;
function step(name, run) {
  const result = run();
  steps += 1;
  console.log(`ok   ${name}`);
  return result;
}

/** Every object of a list, page by page, as the CLI has no auto-pagination. */
function all(command, data = [], expand = []) {
  const found = [];
  for (;;) {
    const cursor = found.length ? [`starting_after=${found.at(-1).id}`] : [];
    const page = done(command, [...data, 'limit=4', ...cursor], expand.flatMap((one) => ['--expand', one]));
    found.push(...page.data);
    if (!page.has_more) return found;
  }
}

function make() {
  const made = [];
  const remember = (kind, object, key = object.id) => {
    made.push({kind, id: object.id, key});
    return object;
  };
  const product = step('a product is made, updated and read', () => {
    const created = done('products create', [
      'id=cli_pro', 'name=CLI Pro & more', 'metadata[tier]=gold', 'images[]=https://example.com/a.png',
      'images[]=https://example.com/b.png', 'marketing_features[0][name]=Seats', 'unit_label=seat',
    ]);
    assert.equal(created.name, 'CLI Pro & more');
    assert.deepEqual(created.images, ['https://example.com/a.png', 'https://example.com/b.png']);
    const updated = done('products update cli_pro', ['description=From the terminal', 'metadata[tier]=', 'metadata[region]=eu']);
    assert.deepEqual(updated.metadata, {region: 'eu'});
    assert.equal(done('products retrieve cli_pro').description, 'From the terminal');
    const gone = done('products create', ['name=Gone']);
    assert.equal(done(`products delete ${gone.id}`, [], ['--confirm']).deleted, true);
    return remember('product', created);
  });
  const meter = step('a meter is made, deactivated and reactivated', () => {
    const created = done('billing meters create', ['display_name=Pages', 'event_name=cli_page', 'default_aggregation[formula]=last']);
    assert.equal(done(`billing meters deactivate ${created.id}`).status, 'inactive');
    assert.equal(done(`billing meters reactivate ${created.id}`).status, 'active');
    assert.equal(done(`billing meters update ${created.id}`, ['display_name=Pages read']).display_name, 'Pages read');
    return remember('billing.meter', created, 'cli_page');
  });
  step('licensed, tiered and metered prices are made, and one archived', () => {
    const monthly = done('prices create', [
      'product=cli_pro', 'currency=usd', 'unit_amount=1900', 'recurring[interval]=month', 'lookup_key=cli_monthly',
      'currency_options[eur][unit_amount]=1700',
    ]);
    remember('price', monthly, 'cli_monthly');
    const shown = done(`prices retrieve ${monthly.id}`, [], ['--expand', 'currency_options', '--expand', 'product']);
    assert.equal(shown.currency_options.eur.unit_amount, 1700);
    assert.equal(shown.product.id, product.id);
    const tiered = done('prices create', [
      'product=cli_pro', 'currency=usd', 'recurring[interval]=month', 'billing_scheme=tiered', 'tiers_mode=graduated',
      'tiers[0][up_to]=100', 'tiers[0][unit_amount]=10', 'tiers[1][up_to]=inf', 'tiers[1][unit_amount]=5', 'lookup_key=cli_tiered',
    ], ['--expand', 'tiers']);
    assert.equal(tiered.tiers.length, 2);
    remember('price', tiered, 'cli_tiered');
    const metered = done('prices create', [
      'product=cli_pro', 'currency=usd', 'unit_amount_decimal=0.125', 'recurring[interval]=month',
      'recurring[usage_type]=metered', `recurring[meter]=${meter.id}`, 'lookup_key=cli_pages',
    ]);
    assert.equal(metered.unit_amount_decimal, '0.125');
    remember('price', metered, 'cli_pages');
    const old = done('prices create', ['product=cli_pro', 'currency=usd', 'unit_amount=100']);
    assert.equal(done(`prices update ${old.id}`, ['active=false']).active, false);
    const active = all('prices list', ['product=cli_pro', 'active=true']);
    assert.deepEqual(active.map((price) => price.id), [metered, tiered, monthly].map((price) => price.id));
  });
  step('features, coupons, promotion codes and tax rates are made and updated', () => {
    const feature = remember('entitlements.feature', done('entitlements features create', ['name=Backups', 'lookup_key=cli_backups']), 'cli_backups');
    const attached = done('product_features create cli_pro', [`entitlement_feature=${feature.id}`]);
    assert.equal(attached.entitlement_feature.lookup_key, 'cli_backups');
    assert.equal(done('get /v1/products/cli_pro/features').data.length, 1);
    const coupon = remember('coupon', done('coupons create', ['id=CLI15', 'percent_off=15', 'duration=once']));
    assert.equal(done('coupons update CLI15', ['name=Fifteen']).name, 'Fifteen');
    const spare = done('coupons create', ['amount_off=100', 'currency=usd', 'duration=once']);
    assert.equal(done(`coupons delete ${spare.id}`, [], ['--confirm']).deleted, true);
    const code = done('post /v1/promotion_codes', ['promotion[type]=coupon', `promotion[coupon]=${coupon.id}`, 'code=CLIDEAL']);
    assert.equal(done(`promotion_codes update ${code.id}`, ['metadata[a]=1']).code, 'CLIDEAL');
    remember('promotion_code', code, code.code);
    const rate = remember('tax_rate', done('tax_rates create', ['display_name=GST', 'percentage=5', 'inclusive=false', 'country=CA']));
    assert.equal(done(`tax_rates update ${rate.id}`, ['description=Canada']).description, 'Canada');
    const old = done('tax_rates create', ['display_name=GST', 'percentage=4', 'inclusive=false']);
    assert.equal(done(`tax_rates update ${old.id}`, ['active=false']).active, false);
  });
  step('a portal configuration and a webhook endpoint are made and updated', () => {
    const portal = done('billing_portal configurations create', [
      'features[invoice_history][enabled]=true', 'features[customer_update][enabled]=true',
      'features[customer_update][allowed_updates][]=email', 'business_profile[headline]=CLI',
    ]);
    remember('billing_portal.configuration', portal);
    assert.equal(done(`billing_portal configurations update ${portal.id}`, ['metadata[a]=1']).metadata.a, '1');
    const hook = remember('webhook_endpoint', done('webhook_endpoints create', ['url=https://example.com/cli', 'enabled_events[]=*']));
    assert.match(hook.secret, /^whsec_/);
    assert.equal(done(`webhook_endpoints update ${hook.id}`, ['disabled=true']).status, 'disabled');
    assert.equal(done(`webhook_endpoints update ${hook.id}`, ['disabled=false']).status, 'enabled');
  });
  step('search finds by field and metadata', () => {
    assert.deepEqual(done('products search', ['query=metadata["region"]:"eu"']).data.map((one) => one.id), ['cli_pro']);
    assert.equal(done('prices search', ['query=lookup_key:"cli_monthly"']).data.length, 1);
  });
  step('one idempotency key books once', () => {
    const twice = [1, 2].map(() => done('products create', ['name=Once'], ['--idempotency', 'cli-once']).id);
    assert.equal(twice[0], twice[1]);
    remember('product', {id: twice[0]});
    refused({type: 'idempotency_error'}, 'products create', ['name=Twice'], ['--idempotency', 'cli-once']);
  });
  step('each kind of refusal has its type, code and parameter', () => {
    const type = 'invalid_request_error';
    refused({type, code: 'resource_missing'}, 'products retrieve prod_none');
    refused({type, code: 'parameter_missing', param: 'name'}, 'products create');
    refused({type, code: 'parameter_unknown', param: 'colour'}, 'products create', ['name=x', 'colour=red']);
    refused({type, code: 'resource_already_exists', param: 'id'}, 'coupons create', ['id=CLI15', 'percent_off=1']);
    refused({type}, 'get /v1/nothing_of_the_kind');
  });
  step('events tell of every change', () => {
    const types = new Set(all('events list').map((event) => event.type));
    for (const type of ['product.created', 'product.deleted', 'price.updated', 'coupon.created', 'tax_rate.updated']) assert.ok(types.has(type), type);
  });
  return made;
}

const lists = {
  product: () => all('products list', [], ['data.default_price']),
  price: () => all('prices list', ['active=true'], ['data.tiers', 'data.currency_options', 'data.product']),
  'billing.meter': () => all('billing meters list'),
  'entitlements.feature': () => all('entitlements features list'),
  coupon: () => all('coupons list', [], ['data.applies_to', 'data.currency_options']),
  promotion_code: () => all('promotion_codes list', [], ['data.promotion.coupon']),
  tax_rate: () => all('tax_rates list'),
  'billing_portal.configuration': () => all('billing_portal configurations list', [], ['data.features.subscription_update.products']),
  webhook_endpoint: () => all('webhook_endpoints list'),
};

function see(expected) {
  for (const [kind, wanted] of Object.entries(expected)) {
    step(`every ${kind} that billctl synced is there, once`, () => {
      if (kind !== 'product_feature') return findAll(lists[kind](), wanted);
      const products = [...new Set(wanted.map((one) => one.product))];
      return findAll(products.flatMap((id) => all(`get /v1/products/${id}/features`).map((one) => ({...one, product: id}))), wanted);
    });
  }
}

const [mode, file] = process.argv.slice(2);
if (mode === 'make') fs.writeFileSync(file, JSON.stringify(make(), null, 2));
else if (mode === 'see') see(JSON.parse(fs.readFileSync(file, 'utf8')));
else throw new Error('say `make FILE` or `see FILE`');
const version = JSON.parse(fs.readFileSync(path.join(here, '../node_modules/@stripe/cli/package.json'), 'utf8')).version;
console.log(`Stripe CLI ${version}: ${mode}: ${steps} steps passed`);
