// Stripe's Node SDK as it comes, pointed at the emulator.
//
//     node node_sdk.mjs make MADE.json            makes one of everything in the catalog and writes down what it made
//     node node_sdk.mjs see EXPECTED.json         finds what billctl synced
//     node node_sdk.mjs endure                    meets the faults of faults.txt and makes nothing twice
//
// Takes STRIPE_API_BASE and STRIPE_API_KEY. Every step that holds prints a line; the first that does not ends the run.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import Stripe from 'stripe';
import {findAll} from './find.mjs';

const {hostname: host, port} = new URL(process.env.STRIPE_API_BASE);
const connect = (key, options = {}) => new Stripe(key, {host, port: Number(port), protocol: 'http', telemetry: false, ...options});
const stripe = connect(process.env.STRIPE_API_KEY);

let steps = 0;
async function step(name, run) {
  const result = await run();
  steps += 1;
  console.log(`ok   ${name}`);
  return result;
}

/** The call must be refused with this class and these fields. */
async function refused(promise, type, fields) {
  const error = await promise.then(() => assert.fail(`expected a ${type}, but the call succeeded`), (reason) => reason);
  assert.equal(error.type, type, `${error.type}: ${error.message}`);
  for (const [field, value] of Object.entries(fields)) assert.equal(error[field], value, `${field} of: ${error.message}`);
  assert.match(error.requestId ?? '', /^req_/);
}

const same = (object, fields) => assert.deepEqual(
  Object.fromEntries(Object.keys(fields).map((field) => [field, object[field] ?? null])),
  fields,
);

async function make() {
  const made = [];
  const remember = (kind, object, key = object.id) => {
    made.push({kind, id: object.id, key});
    return object;
  };

  await step('the account is the key\'s own', async () => {
    const account = await stripe.accounts.retrieveCurrent();
    assert.match(account.id, /^acct_/);
  });

  const product = await step('a product with every field is made', async () => {
    const fields = {
      name: 'Node Pro', description: 'For “teams” & co. — 100 %', images: ['https://example.com/a.png', 'https://example.com/b.png'],
      marketing_features: [{name: 'Unlimited seats'}], metadata: {tier: 'gold', '0': 'zero'}, shippable: false,
      statement_descriptor: 'NODE PRO', unit_label: 'seat', url: 'https://example.com/pro', tax_code: 'txcd_10103001',
    };
    const created = await stripe.products.create({id: 'node_pro', ...fields});
    same(created, {id: 'node_pro', object: 'product', active: true, livemode: false, default_price: null, type: 'service', ...fields});
    same(await stripe.products.retrieve('node_pro'), fields);
    return remember('product', created);
  });
  await step('a product is updated: metadata merges, an empty string clears', async () => {
    const updated = await stripe.products.update(product.id, {name: 'Node Pro II', description: '', metadata: {tier: '', region: 'eu'}});
    same(updated, {name: 'Node Pro II', description: null, metadata: {'0': 'zero', region: 'eu'}});
    assert.ok(updated.updated >= product.updated);
  });
  await step('an id with a slash survives the path', async () => {
    await stripe.products.create({id: 'node/slash', name: 'Slash'});
    same(await stripe.products.retrieve('node/slash'), {id: 'node/slash', name: 'Slash'});
    same(await stripe.products.del('node/slash'), {id: 'node/slash', object: 'product', deleted: true});
    await refused(stripe.products.retrieve('node/slash'), 'StripeInvalidRequestError', {code: 'resource_missing', statusCode: 404});
  });
  await step('a product is made with its default price', async () => {
    const pack = await stripe.products.create({
      name: 'Node pack', default_price_data: {currency: 'usd', unit_amount: 500}, expand: ['default_price'],
    });
    same(pack.default_price, {object: 'price', type: 'one_time', unit_amount: 500, product: pack.id, recurring: null});
    remember('product', pack);
    remember('price', pack.default_price);
  });

  const meter = await step('a meter is made, renamed, deactivated and reactivated', async () => {
    const created = await stripe.billing.meters.create({
      display_name: 'Messages', event_name: 'node_message', default_aggregation: {formula: 'sum'},
      customer_mapping: {event_payload_key: 'customer', type: 'by_id'}, value_settings: {event_payload_key: 'count'},
    });
    same(await stripe.billing.meters.update(created.id, {display_name: 'Messages sent'}), {display_name: 'Messages sent', status: 'active'});
    const off = await stripe.billing.meters.deactivate(created.id);
    assert.equal(off.status, 'inactive');
    assert.equal(typeof off.status_transitions.deactivated_at, 'number');
    same(await stripe.billing.meters.reactivate(created.id), {status: 'active', status_transitions: {deactivated_at: null}});
    return remember('billing.meter', created, created.event_name);
  });

  const monthly = await step('a recurring price with currency options is made', async () => {
    const created = await stripe.prices.create({
      product: product.id, currency: 'usd', unit_amount: 4900, lookup_key: 'node_pro_monthly', nickname: 'Monthly',
      recurring: {interval: 'month', trial_period_days: 7}, tax_behavior: 'exclusive', metadata: {plan: 'pro'},
      currency_options: {eur: {unit_amount: 4500, tax_behavior: 'exclusive'}, jpy: {unit_amount: 7000}}, expand: ['currency_options'],
    });
    same(created, {
      type: 'recurring', unit_amount: 4900, lookup_key: 'node_pro_monthly', tax_behavior: 'exclusive', billing_scheme: 'per_unit',
      recurring: {interval: 'month', interval_count: 1, meter: null, trial_period_days: 7, usage_type: 'licensed'},
    });
    assert.deepEqual(Object.keys(created.currency_options).sort(), ['eur', 'jpy', 'usd']);
    assert.equal(created.currency_options.jpy.unit_amount, 7000);
    assert.equal((await stripe.prices.retrieve(created.id)).currency_options, undefined);
    return remember('price', created, created.lookup_key);
  });
  await step('a graduated price shows its tiers when they are expanded', async () => {
    const created = await stripe.prices.create({
      product: product.id, currency: 'usd', billing_scheme: 'tiered', tiers_mode: 'graduated', lookup_key: 'node_pro_seats',
      recurring: {interval: 'year'}, tiers: [{up_to: 10, unit_amount: 1000, flat_amount: 500}, {up_to: 'inf', unit_amount_decimal: '0.25'}],
      expand: ['tiers'],
    });
    same(created, {unit_amount: null, unit_amount_decimal: null, tiers_mode: 'graduated'});
    assert.deepEqual(created.tiers.map((tier) => tier.up_to), [10, null]);
    assert.equal(String(created.tiers[1].unit_amount_decimal), '0.25');
    assert.equal(created.tiers[1].unit_amount, null);
    remember('price', created, created.lookup_key);
  });
  await step('a metered price below the cent is made on the meter', async () => {
    const created = await stripe.prices.create({
      product: product.id, currency: 'usd', unit_amount_decimal: '0.2', lookup_key: 'node_pro_messages',
      recurring: {interval: 'month', usage_type: 'metered', meter: meter.id},
    });
    assert.equal(created.unit_amount, null);
    assert.equal(String(created.unit_amount_decimal), '0.2');
    same(created.recurring, {meter: meter.id, usage_type: 'metered'});
    remember('price', created, created.lookup_key);
  });
  await step('a package price with a quantity transformation is made', async () => {
    const created = await stripe.prices.create({
      product_data: {name: 'Node bundle', metadata: {kind: 'bundle'}}, currency: 'usd', unit_amount: 300, lookup_key: 'node_bundle',
      transform_quantity: {divide_by: 100, round: 'up'}, expand: ['product'],
    });
    same(created, {type: 'one_time', transform_quantity: {divide_by: 100, round: 'up'}});
    same(created.product, {object: 'product', name: 'Node bundle', metadata: {kind: 'bundle'}});
    remember('product', created.product);
    remember('price', created, created.lookup_key);
  });
  await step('a lookup key moves to the price that replaces another, and the old one is archived', async () => {
    const next = await stripe.prices.create({
      product: product.id, currency: 'usd', unit_amount: 5900, recurring: {interval: 'month'},
      lookup_key: 'node_pro_monthly', transfer_lookup_key: true,
    });
    assert.equal((await stripe.prices.retrieve(monthly.id)).lookup_key, null);
    same(await stripe.prices.update(monthly.id, {active: false, nickname: 'Old'}), {active: false, nickname: 'Old'});
    await stripe.products.update(product.id, {default_price: next.id});
    await refused(stripe.prices.update(next.id, {active: false}), 'StripeInvalidRequestError', {statusCode: 400});
    const found = await stripe.prices.list({lookup_keys: ['node_pro_monthly']});
    assert.deepEqual(found.data.map((price) => price.id), [next.id]);
    made.find((one) => one.id === monthly.id).key = monthly.id;
    remember('price', next, next.lookup_key);
  });

  await step('a feature is made, attached, listed and detached', async () => {
    const feature = await stripe.entitlements.features.create({name: 'Analytics', lookup_key: 'node_analytics', metadata: {a: '1'}});
    same(await stripe.entitlements.features.update(feature.id, {name: 'Deep analytics'}), {name: 'Deep analytics', active: true});
    const attached = await stripe.products.createFeature(product.id, {entitlement_feature: feature.id});
    same(attached.entitlement_feature, {lookup_key: 'node_analytics'});
    same(await stripe.products.retrieveFeature(product.id, attached.id), {id: attached.id});
    same(await stripe.products.deleteFeature(product.id, attached.id), {deleted: true, id: attached.id});
    assert.equal((await stripe.products.listFeatures(product.id)).data.length, 0);
    await stripe.products.createFeature(product.id, {entitlement_feature: feature.id});
    const spare = await stripe.entitlements.features.create({name: 'Spare', lookup_key: 'node_spare'});
    assert.equal((await stripe.entitlements.features.update(spare.id, {active: false})).active, false);
    const shown = await stripe.entitlements.features.list({lookup_key: 'node_analytics'});
    assert.deepEqual(shown.data.map((one) => one.id), [feature.id]);
    remember('entitlements.feature', feature, feature.lookup_key);
  });

  const coupon = await step('coupons are made, updated and deleted', async () => {
    const created = await stripe.coupons.create({
      id: 'NODE20', name: 'Twenty', percent_off: 20.5, duration: 'repeating', duration_in_months: 3, max_redemptions: 50,
      applies_to: {products: [product.id]}, expand: ['applies_to'],
    });
    same(created, {percent_off: 20.5, duration: 'repeating', duration_in_months: 3, times_redeemed: 0, valid: true, applies_to: {products: [product.id]}});
    same(await stripe.coupons.update('NODE20', {name: 'Twenty off', metadata: {a: '1'}}), {name: 'Twenty off', metadata: {a: '1'}});
    const fixed = await stripe.coupons.create({
      id: 'NODE5', amount_off: 500, currency: 'usd', duration: 'once', currency_options: {eur: {amount_off: 450}}, expand: ['currency_options'],
    });
    assert.equal(fixed.currency_options.eur.amount_off, 450);
    same(await stripe.coupons.retrieve('NODE5', {expand: ['applies_to']}), {amount_off: 500, percent_off: null, currency: 'usd'});
    const spare = await stripe.coupons.create({percent_off: 1});
    assert.equal(spare.duration, 'once');
    same(await stripe.coupons.del(spare.id), {id: spare.id, deleted: true});
    remember('coupon', fixed);
    return remember('coupon', created);
  });
  await step('promotion codes are made, filtered and switched off', async () => {
    const created = await stripe.promotionCodes.create({
      promotion: {type: 'coupon', coupon: coupon.id}, code: 'NODEDEAL', max_redemptions: 10,
      restrictions: {first_time_transaction: true, minimum_amount: 1000, minimum_amount_currency: 'usd'}, expand: ['promotion.coupon'],
    });
    same(created, {active: true, code: 'NODEDEAL', max_redemptions: 10});
    assert.equal(created.promotion.coupon.id, coupon.id);
    const found = await stripe.promotionCodes.list({code: 'nodedeal'});
    assert.deepEqual(found.data.map((code) => code.id), [created.id]);
    same(await stripe.promotionCodes.update(created.id, {active: false}), {active: false});
    same(await stripe.promotionCodes.update(created.id, {active: true, metadata: {a: '1'}}), {active: true, metadata: {a: '1'}});
    same(await stripe.promotionCodes.retrieve(created.id), {code: 'NODEDEAL'});
    remember('promotion_code', created, created.code);
  });
  await step('tax rates are made, updated and archived', async () => {
    const created = await stripe.taxRates.create({
      display_name: 'VAT', percentage: 19, inclusive: true, country: 'DE', jurisdiction: 'DE', tax_type: 'vat', description: 'MwSt',
    });
    same(created, {display_name: 'VAT', percentage: 19, inclusive: true, country: 'DE', tax_type: 'vat', active: true});
    same(await stripe.taxRates.update(created.id, {description: 'Umsatzsteuer'}), {description: 'Umsatzsteuer'});
    const old = await stripe.taxRates.create({display_name: 'VAT', percentage: 16.5, inclusive: true});
    await stripe.taxRates.update(old.id, {active: false});
    assert.deepEqual((await stripe.taxRates.list({active: false})).data.map((rate) => rate.id), [old.id]);
    same(await stripe.taxRates.retrieve(created.id), {percentage: 19});
    remember('tax_rate', created);
  });
  await step('portal configurations are made and updated', async () => {
    const price = (await stripe.prices.list({lookup_keys: ['node_pro_monthly']})).data[0];
    const created = await stripe.billingPortal.configurations.create({
      business_profile: {headline: 'Node', privacy_policy_url: 'https://example.com/privacy', terms_of_service_url: 'https://example.com/terms'},
      default_return_url: 'https://example.com/account',
      features: {
        customer_update: {enabled: true, allowed_updates: ['email', 'tax_id']},
        invoice_history: {enabled: true},
        payment_method_update: {enabled: true},
        subscription_cancel: {enabled: true, mode: 'at_period_end', cancellation_reason: {enabled: true, options: ['too_expensive', 'other']}},
        subscription_update: {enabled: true, default_allowed_updates: ['price'], products: [{product: product.id, prices: [price.id]}], proration_behavior: 'none'},
      },
    });
    same(created, {object: 'billing_portal.configuration', active: true, default_return_url: 'https://example.com/account'});
    const updated = await stripe.billingPortal.configurations.update(created.id, {business_profile: {headline: 'Node II'}, metadata: {a: '1'}});
    assert.equal(updated.business_profile.headline, 'Node II');
    same(await stripe.billingPortal.configurations.retrieve(created.id), {metadata: {a: '1'}});
    assert.ok((await stripe.billingPortal.configurations.list({active: true})).data.some((one) => one.id === created.id));
    remember('billing_portal.configuration', created);
  });
  await step('billing credits are granted, looked up, expired and voided', async () => {
    const customer = await stripe.customers.create({email: 'credits@example.com'});
    const wanted = {
      customer: customer.id,
      amount: {type: 'monetary', monetary: {currency: 'usd', value: 1000}},
      applicability_config: {scope: {price_type: 'metered'}},
      category: 'paid',
    };
    const grant = await stripe.billing.creditGrants.create(wanted);
    same((await stripe.billing.creditGrants.retrieve(grant.id)).amount.monetary, {value: 1000, currency: 'usd'});
    const scope = {type: 'applicability_scope', applicability_scope: {price_type: 'metered'}};
    const summary = await stripe.billing.creditBalanceSummaries.retrieve({customer: customer.id, filter: scope});
    assert.equal(summary.balances[0].available_balance.monetary.value, 1000);
    const [granted] = (await stripe.billing.creditBalanceTransactions.list({customer: customer.id})).data;
    same(await stripe.billing.creditBalanceTransactions.retrieve(granted.id), {id: granted.id, type: 'credit'});
    same((await stripe.billing.creditGrants.update(grant.id, {metadata: {why: 'proof'}})).metadata, {why: 'proof'});
    assert.ok((await stripe.billing.creditGrants.expire(grant.id)).expires_at);
    const other = await stripe.billing.creditGrants.create({...wanted, category: 'promotional'});
    assert.ok((await stripe.billing.creditGrants.voidGrant(other.id)).voided_at);
    assert.equal((await stripe.billing.creditGrants.list({customer: customer.id})).data.length, 2);
  });

  await step('meter events are told, refused a second time, summed up and canceled', async () => {
    const customer = await stripe.customers.create({email: 'metered@example.com'});
    const event = {
      event_name: meter.event_name, payload: {customer: customer.id, count: '25'}, identifier: `node-${customer.id}`,
    };
    same(await stripe.billing.meterEvents.create(event), {object: 'billing.meter_event', ...event});
    await refused(stripe.billing.meterEvents.create(event), 'StripeInvalidRequestError', {statusCode: 400});
    const minute = Math.floor(Date.now() / 60_000) * 60;
    const window = {customer: customer.id, start_time: minute - 3600, end_time: minute + 3600};
    const used = async () => (await stripe.billing.meters.listEventSummaries(meter.id, window)).data[0].aggregated_value;
    assert.equal(await used(), 25);
    const canceled = await stripe.billing.meterEventAdjustments.create({
      event_name: meter.event_name, type: 'cancel', cancel: {identifier: event.identifier},
    });
    same(canceled, {object: 'billing.meter_event_adjustment', cancel: {identifier: event.identifier}});
    assert.equal(await used(), 0);

    const other = {...event, identifier: `node-v2-${customer.id}`};
    same(await stripe.v2.billing.meterEvents.create(other), {object: 'v2.billing.meter_event', ...other});
    same(
      await stripe.v2.billing.meterEventAdjustments.create({
        event_name: meter.event_name, type: 'cancel', cancel: {identifier: other.identifier},
      }),
      {object: 'v2.billing.meter_event_adjustment', cancel: {identifier: other.identifier}},
    );
    const session = await stripe.v2.billing.meterEventSession.create();
    const stream = connect(session.authentication_token);
    await stream.v2.billing.meterEventStream.create({
      events: [{...event, identifier: `node-stream-${customer.id}`}, {...event, payload: {count: '1'}, identifier: `node-nobody-${customer.id}`}],
    });
    assert.equal(await used(), 25);
    const {data: [report]} = await stripe.v2.core.events.list({types: ['v1.billing.meter.error_report_triggered']});
    same(report, {type: 'v1.billing.meter.error_report_triggered', related_object: {id: meter.id, type: 'billing.meter', url: `/v1/billing/meters/${meter.id}`}});
    assert.equal(report.data.reason.error_types[0].sample_errors[0].request.identifier, `node-nobody-${customer.id}`);
  });

  await step('webhook endpoints are made, disabled and deleted; the secret shows once', async () => {
    const created = await stripe.webhookEndpoints.create({
      url: 'https://example.com/node', enabled_events: ['invoice.paid', 'price.created'], description: 'Node', api_version: '2026-10-28.endive',
    });
    assert.match(created.secret, /^whsec_/);
    assert.equal((await stripe.webhookEndpoints.retrieve(created.id)).secret, undefined);
    same(await stripe.webhookEndpoints.update(created.id, {disabled: true}), {status: 'disabled'});
    same(await stripe.webhookEndpoints.update(created.id, {disabled: false, enabled_events: ['*']}), {status: 'enabled', enabled_events: ['*']});
    const spare = await stripe.webhookEndpoints.create({url: 'https://example.com/spare', enabled_events: ['*']});
    same(await stripe.webhookEndpoints.del(spare.id), {id: spare.id, deleted: true});
    assert.deepEqual((await stripe.webhookEndpoints.list()).data.map((one) => one.id), [created.id]);
    remember('webhook_endpoint', created);
  });

  await step('auto-pagination walks every page forwards and backwards', async () => {
    const holder = remember('product', await stripe.products.create({name: 'Node pages', metadata: {pages: 'yes'}}));
    const ids = [];
    for (let amount = 1; amount <= 25; amount += 1) {
      const price = await stripe.prices.create({product: holder.id, currency: 'usd', unit_amount: amount * 100});
      ids.unshift(remember('price', price).id);
    }
    const forwards = [];
    for await (const price of stripe.prices.list({product: holder.id, limit: 10})) forwards.push(price.id);
    assert.deepEqual(forwards, ids);
    const backwards = [];
    for await (const price of stripe.prices.list({product: holder.id, limit: 10, ending_before: ids.at(-1)})) backwards.push(price.id);
    assert.deepEqual(backwards, ids.slice(0, -1).reverse());
    const some = await stripe.products.list({limit: 2, expand: ['data.default_price']}).autoPagingToArray({limit: 100});
    same(some.find((one) => one.id === product.id).default_price, {object: 'price', unit_amount: 5900});
    const recent = await stripe.products.list({created: {gte: holder.created}, ids: [holder.id, product.id], active: true});
    assert.ok(recent.data.some((one) => one.id === holder.id));
  });
  await step('search finds by field, metadata and its pages', async () => {
    const byMetadata = await stripe.products.search({query: 'metadata["pages"]:"yes" AND active:"true"'});
    assert.equal(byMetadata.data.length, 1);
    const pages = [];
    for await (const price of stripe.prices.search({query: `product:"${byMetadata.data[0].id}"`, limit: 10})) pages.push(price.id);
    assert.equal(new Set(pages).size, 25);
    assert.equal((await stripe.prices.search({query: 'lookup_key:"node_pro_monthly"'})).data[0].unit_amount, 5900);
  });

  await step('one idempotency key books once, also with retries side by side', async () => {
    const once = {idempotencyKey: 'node-once'};
    const first = await stripe.products.create({name: 'Once'}, once);
    const again = await stripe.products.create({name: 'Once'}, once);
    assert.equal(again.id, first.id);
    assert.equal(again.lastResponse.headers['idempotent-replayed'], 'true');
    await refused(stripe.products.create({name: 'Twice'}, once), 'StripeIdempotencyError', {statusCode: 400, rawType: 'idempotency_error'});
    // Those that come while the first still runs get a 409, which the SDK tries again.
    const eager = connect(process.env.STRIPE_API_KEY, {maxNetworkRetries: 5});
    const eight = await Promise.all(Array.from({length: 8}, () => eager.products.create({name: 'Side by side'}, {idempotencyKey: 'node-eight'})));
    assert.equal(new Set(eight.map((one) => one.id)).size, 1);
    remember('product', first);
    remember('product', eight[0]);
  });
  await step('each kind of refusal has its class, code and parameter', async () => {
    const invalid = 'StripeInvalidRequestError';
    await refused(stripe.prices.retrieve('price_none'), invalid, {statusCode: 404, code: 'resource_missing'});
    await refused(stripe.products.create({}), invalid, {statusCode: 400, code: 'parameter_missing', param: 'name'});
    await refused(stripe.products.create({name: 'x', colour: 'red'}), invalid, {code: 'parameter_unknown', param: 'colour'});
    await refused(stripe.products.create({id: 'node_pro', name: 'x'}), invalid, {code: 'resource_already_exists', param: 'id'});
    await refused(stripe.products.del(product.id), invalid, {statusCode: 400});
    await refused(stripe.prices.create({product: 'prod_none', currency: 'usd', unit_amount: 1}), invalid, {statusCode: 400, code: 'resource_missing', param: 'product'});
    await refused(stripe.prices.create({product: product.id, currency: 'usd', unit_amount: 'ten'}), invalid, {code: 'parameter_invalid_integer', param: 'unit_amount'});
    await refused(stripe.prices.update(monthly.id, {unit_amount: 1}), invalid, {code: 'parameter_unknown', param: 'unit_amount'});
    await refused(stripe.prices.create({product: product.id, currency: 'usd', unit_amount: 1, lookup_key: 'node_pro_monthly'}), invalid, {statusCode: 400, param: 'lookup_key'});
    await refused(stripe.prices.list({limit: 101}), invalid, {statusCode: 400, param: 'limit'});
    await refused(stripe.prices.list({starting_after: 'price_none'}), invalid, {statusCode: 400, code: 'resource_missing', param: 'starting_after'});
    await refused(stripe.prices.list({expand: ['total_count']}), invalid, {code: 'property_forbidden'});
    await refused(stripe.prices.retrieve(monthly.id, {expand: ['nickname']}), invalid, {statusCode: 400});
    await refused(stripe.promotionCodes.create({coupon: coupon.id}), invalid, {code: 'parameter_unknown', param: 'coupon'});
    await refused(connect('sk_test_nobody_knows_this').products.list(), 'StripeAuthenticationError', {statusCode: 401});
  });
  await step('events tell of every change', async () => {
    const created = await stripe.events.list({type: 'product.created', limit: 100});
    assert.ok(created.data.some((event) => event.data.object.id === product.id));
    const updates = await stripe.events.list({types: ['product.updated', 'price.updated'], limit: 100});
    const renamed = updates.data.find((event) => event.data.previous_attributes?.name === 'Node Pro');
    assert.equal(renamed.data.object.name, 'Node Pro II');
    same(await stripe.events.retrieve(renamed.id), {id: renamed.id, type: 'product.updated', api_version: '2026-10-28.endive'});
  });
  return made;
}

const lists = {
  product: () => stripe.products.list({limit: 3, expand: ['data.default_price']}),
  price: () => stripe.prices.list({limit: 3, active: true, expand: ['data.tiers', 'data.currency_options', 'data.product']}),
  'billing.meter': () => stripe.billing.meters.list({limit: 3}),
  'entitlements.feature': () => stripe.entitlements.features.list({limit: 3}),
  coupon: () => stripe.coupons.list({limit: 3, expand: ['data.applies_to', 'data.currency_options']}),
  promotion_code: () => stripe.promotionCodes.list({limit: 3, expand: ['data.promotion.coupon']}),
  tax_rate: () => stripe.taxRates.list({limit: 3}),
  'billing_portal.configuration': () => stripe.billingPortal.configurations.list({
    limit: 3, expand: ['data.features.subscription_update.products'],
  }),
  webhook_endpoint: () => stripe.webhookEndpoints.list({limit: 3}),
};

async function see(expected) {
  for (const [kind, wanted] of Object.entries(expected)) {
    await step(`every ${kind} that billctl synced is there, once`, async () => {
      const all = [];
      if (kind === 'product_feature') {
        for (const product of new Set(wanted.map((one) => one.product))) {
          for await (const item of stripe.products.listFeatures(product)) all.push({...item, product});
        }
      } else {
        for await (const item of lists[kind]()) all.push(item);
      }
      // The SDK gives decimals a class of its own; as JSON they are what was on the wire.
      findAll(JSON.parse(JSON.stringify(all)), wanted);
    });
  }
}

async function endure() {
  const count = async (list) => (await list.autoPagingToArray({limit: 100})).length;
  await step('errors after the commit are tried again, and nothing is made twice', async () => {
    for (let number = 1; number <= 9; number += 1) await stripe.products.create({id: `node_${number}`, name: `Product ${number}`});
    assert.equal(await count(stripe.products.list()), 9);
  });
  await step('answers that never arrive are asked for again, and nothing is made twice', async () => {
    for (let number = 1; number <= 9; number += 1) await stripe.prices.create({product: 'node_1', currency: 'usd', unit_amount: number});
    assert.equal(await count(stripe.prices.list()), 9);
  });
  await step('a request that arrives two times makes one coupon', async () => {
    for (let number = 1; number <= 4; number += 1) await stripe.coupons.create({percent_off: number});
    assert.equal(await count(stripe.coupons.list()), 4);
  });
  await step('limits and failures have their classes', async () => {
    await refused(stripe.taxRates.list(), 'StripeRateLimitError', {statusCode: 429, code: 'rate_limit'});
    await refused(stripe.taxRates.create({display_name: 'VAT', percentage: 19, inclusive: true}), 'StripeAPIError', {statusCode: 500});
  });
}

const [mode, file] = process.argv.slice(2);
if (mode === 'make') fs.writeFileSync(file, JSON.stringify(await make(), null, 2));
else if (mode === 'see') await see(JSON.parse(fs.readFileSync(file, 'utf8')));
else if (mode === 'endure') await endure();
else throw new Error('say `make FILE`, `see FILE` or `endure`');
console.log(`Node SDK ${Stripe.PACKAGE_VERSION}: ${mode}: ${steps} steps passed`);
