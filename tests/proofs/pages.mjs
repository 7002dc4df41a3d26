// A person in a real browser: headless Chromium pays on the emulator's checkout page with the three test cards, goes
// back, and looks after its subscription in the portal. Fields are found by their labels and buttons by their words, as
// a person or a screen reader finds them, and every address that the browser ends at is the application's own, exactly.
//
//     node pages.mjs --billctl BINARY --python PYTHON --work FOLDER --browser CHROMIUM
//
// Then Stripe's SDKs plan ahead: previews, schedules, portal sessions. Leaves a screenshot of each page, wide and as on a
// phone, in FOLDER/pages, and what the SDKs exchanged in FOLDER/pages/exchanges.jsonl.
import assert from 'node:assert/strict';
import {execFile, spawn} from 'node:child_process';
import {once} from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import {createInterface} from 'node:readline';
import {parseArgs, promisify} from 'node:util';
import {fileURLToPath} from 'node:url';
import {chromium} from 'playwright-core';
import Stripe from 'stripe';

const {values} = parseArgs({options: {
  billctl: {type: 'string'}, python: {type: 'string'}, work: {type: 'string'}, browser: {type: 'string'},
}});
const folder = path.resolve(values.work, 'pages');
fs.rmSync(folder, {recursive: true, force: true});
fs.mkdirSync(path.join(folder, 'home'), {recursive: true});

/** The application that the browser comes back to: it says where it was asked to go. */
const application = http.createServer((request, response) => response.end(`<title>shop</title>${request.url}`));
await once(application.listen(0, '127.0.0.1'), 'listening');
const shop = `http://127.0.0.1:${application.address().port}`;

const emulator = spawn(path.resolve(values.billctl), ['--profile', 'emulator', 'emulator', 'start', '--port', '0', '--record', 'exchanges.jsonl', '-o', 'json'], {
  cwd: folder, env: {PATH: process.env.PATH, HOME: path.join(folder, 'home')}, stdio: ['ignore', 'pipe', 'inherit'],
});
process.on('exit', () => emulator.kill('SIGTERM'));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
const [first] = await once(createInterface({input: emulator.stdout}), 'line');
const {base_url, api_key} = JSON.parse(first);
const {hostname: host, port} = new URL(base_url);
const stripe = new Stripe(api_key, {host, port: Number(port), protocol: 'http', telemetry: false});

const browser = await chromium.launch({executablePath: values.browser, args: ['--no-sandbox']});
const wide = await browser.newContext({viewport: {width: 1280, height: 900}});
wide.setDefaultTimeout(20_000);

let steps = 0;
async function step(name, run) {
  const result = await run();
  steps += 1;
  console.log(`ok   ${name}`);
  return result;
}

/** Opens an address in a window of its own. */
async function visit(url, context = wide) {
  const page = await context.newPage();
  page.on('requestfailed', (request) => {
    // What the browser gives up because it goes on to another page is no failure.
    if (request.failure()?.errorText !== 'net::ERR_ABORTED') assert.fail(`${request.url()} could not be loaded`);
  });
  await page.goto(url);
  return page;
}

/** Two pictures of a page; on a phone nothing may be wider than the screen. */
async function picture(page, name) {
  await page.screenshot({path: path.join(folder, `${name}.png`), fullPage: true});
  await page.setViewportSize({width: 400, height: 800});
  const {inner, outer} = await page.evaluate(() => ({inner: document.documentElement.scrollWidth, outer: window.innerWidth}));
  assert.ok(inner <= outer, `${name} is ${inner} wide on a screen of ${outer}`);
  await page.screenshot({path: path.join(folder, `${name}-phone.png`), fullPage: true});
  await page.setViewportSize({width: 1280, height: 900});
}

/** Every field has a label of its own, and everything that is clicked has words. */
async function accessible(page) {
  const nameless = await page.evaluate(() => {
    const fields = [...document.querySelectorAll('input:not([type=hidden]), select')].filter((field) => !field.labels?.length);
    const silent = [...document.querySelectorAll('a, button')].filter((each) => !each.textContent.trim());
    return [...fields, ...silent].map((each) => each.outerHTML);
  });
  assert.deepEqual(nameless, []);
  assert.equal(await page.locator('html').getAttribute('lang'), 'en');
}

async function fillCard(page, number, email) {
  if (email) await page.getByLabel('Email').fill(email);
  await page.getByLabel('Card number').fill(number);
  await page.getByLabel('Expiry date').fill('12 / 34');
  await page.getByLabel('Security code').fill('123');
  await page.getByLabel('Name on card').fill('Ada Lovelace');
}

const product = await stripe.products.create({name: 'Pro & <b>more</b>'});
const monthly = await stripe.prices.create({product: product.id, currency: 'usd', unit_amount: 9900, recurring: {interval: 'month'}});
const business = await stripe.products.create({name: 'Business'});
const larger = await stripe.prices.create({product: business.id, currency: 'usd', unit_amount: 17900, recurring: {interval: 'month'}});
const success = `${shop}/dashboard?checkout=success&session_id={CHECKOUT_SESSION_ID}#top`;
const cancel = `${shop}/pricing?from={CHECKOUT_SESSION_ID}&x=a%20b`;
const selling = (more = {}) => stripe.checkout.sessions.create({
  mode: 'subscription', success_url: success, cancel_url: cancel, line_items: [{price: monthly.id, quantity: 1}], ...more,
});
const returned = (session) => success.replace('{CHECKOUT_SESSION_ID}', session.id);

try {
  const session = await selling({allow_promotion_codes: true, subscription_data: {metadata: {userId: 'u_1'}}});
  const page = await visit(session.url);
  await step('the checkout page shows what is bought, as text', async () => {
    assert.ok(await page.getByText('Pro & <b>more</b>').first().isVisible());
    await accessible(page);
    await picture(page, 'checkout');
  });
  for (const [number, words] of [
    ['4000 0000 0000 0002', 'Your card was declined.'],
    ['4000 0000 0000 9995', 'Your card has insufficient funds.'],
  ]) {
    await step(`the card ${number} is refused in plain words`, async () => {
      await fillCard(page, number, 'ada@example.com');
      await page.getByRole('button', {name: 'Subscribe for $99.00'}).click();
      assert.equal(await page.getByRole('alert').textContent(), words);
      assert.equal(await page.getByLabel('Email').inputValue(), 'ada@example.com');
      assert.equal(await page.getByLabel('Card number').inputValue(), '', 'the card is not sent back');
    });
  }
  await picture(page, 'declined');
  await step('a field that is wrong is named, and has the focus', async () => {
    await fillCard(page, '4242 4242 4242 4241', 'ada@example.com');
    await page.keyboard.press('Enter');
    const field = page.getByLabel('Card number');
    // The page with the mistake comes a moment after the key.
    await page.locator('[aria-invalid="true"]').first().waitFor();
    assert.equal(await field.getAttribute('aria-invalid'), 'true');
    assert.ok(await field.evaluate((element) => element === document.activeElement));
    await picture(page, 'wrong');
  });
  await step('the card 4242 4242 4242 4242 pays by keyboard, and the browser is at exactly the success URL', async () => {
    await page.getByLabel('Email').focus();
    await page.getByLabel('Email').fill('ada@example.com');
    for (const text of ['4242424242424242', '1234', '123', 'Ada Lovelace']) {
      await page.keyboard.press('Tab');
      await page.keyboard.type(text);
    }
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.origin === shop);
    assert.equal(page.url(), returned(session));
    const done = await stripe.checkout.sessions.retrieve(session.id, {expand: ['subscription']});
    assert.deepEqual([done.status, done.payment_status, done.subscription.status], ['complete', 'paid', 'active']);
    assert.equal(done.subscription.metadata.userId, 'u_1');
    assert.equal(done.url, null);
  });
  await step('a session that is paid says so, and leads on', async () => {
    await page.goto(session.url);
    await picture(page, 'complete');
    await page.getByRole('link', {name: 'Go on'}).click();
    assert.equal(page.url(), returned(session));
  });
  await step('"Back" is exactly the cancel URL', async () => {
    const other = await selling({subscription_data: {trial_period_days: 7}});
    const left = await visit(other.url);
    await picture(left, 'trial');
    await left.getByRole('link', {name: 'Back'}).click();
    assert.equal(left.url(), cancel);
    assert.equal((await stripe.checkout.sessions.retrieve(other.id)).status, 'open');
    await stripe.checkout.sessions.expire(other.id);
    await left.goto(other.url);
    assert.ok(await left.getByText('Nothing was paid.').isVisible());
    await picture(left, 'expired');
  });
  await step('a promotion code is applied and a quantity changed', async () => {
    await stripe.coupons.create({id: 'half', percent_off: 50, duration: 'once'});
    await stripe.promotionCodes.create({promotion: {type: 'coupon', coupon: 'half'}, code: 'HALF'});
    const pack = await stripe.checkout.sessions.create({
      mode: 'payment', success_url: success, cancel_url: cancel, allow_promotion_codes: true,
      line_items: [{
        price_data: {currency: 'usd', unit_amount: 1500, product_data: {name: '1,000 credits'}}, quantity: 1,
        adjustable_quantity: {enabled: true, minimum: 1, maximum: 9},
      }],
    });
    const buyer = await visit(pack.url);
    await buyer.getByLabel('Quantity of 1,000 credits').fill('3');
    await buyer.getByRole('button', {name: 'Update'}).click();
    await buyer.getByLabel('Promotion code').fill('NONE');
    await buyer.getByRole('button', {name: 'Apply'}).click();
    assert.equal(await buyer.getByRole('alert').textContent(), 'This code is invalid.');
    await buyer.getByLabel('Promotion code').fill('half');
    await buyer.getByRole('button', {name: 'Apply'}).click();
    await picture(buyer, 'discount');
    await fillCard(buyer, '5555 5555 5555 4444', 'bob@example.com');
    await buyer.getByRole('button', {name: 'Pay $22.50'}).click();
    await buyer.waitForURL((url) => url.origin === shop);
    const paid = await stripe.checkout.sessions.retrieve(pack.id);
    assert.deepEqual([paid.amount_total, paid.total_details.amount_discount], [2250, 2250]);
  });
  await step('a bank that asks is answered', async () => {
    const asked = await stripe.checkout.sessions.create({
      mode: 'payment', success_url: success, cancel_url: cancel,
      line_items: [{price_data: {currency: 'eur', unit_amount: 700, product_data: {name: 'Tea'}}, quantity: 1}],
    });
    const buyer = await visit(asked.url);
    await fillCard(buyer, '4000 0027 6000 3184', 'eve@example.com');
    await buyer.getByRole('button', {name: 'Pay €7.00'}).click();
    await picture(buyer, 'bank');
    await buyer.getByRole('button', {name: 'Confirm'}).click();
    await buyer.waitForURL((url) => url.origin === shop);
    assert.equal(buyer.url(), returned(asked));
  });

  const done = await stripe.checkout.sessions.retrieve(session.id);
  const configuration = await stripe.billingPortal.configurations.create({
    business_profile: {headline: 'Nexus'},
    features: {
      customer_update: {enabled: true, allowed_updates: ['email', 'name']},
      invoice_history: {enabled: true},
      payment_method_update: {enabled: true},
      subscription_cancel: {enabled: true, cancellation_reason: {enabled: true, options: ['too_expensive', 'unused', 'other']}},
      subscription_update: {
        enabled: true, default_allowed_updates: ['price'], proration_behavior: 'always_invoice',
        products: [{product: product.id, prices: [monthly.id]}, {product: business.id, prices: [larger.id]}],
      },
    },
  });
  const returnUrl = `${shop}/account?stripe_status=portal_return&x=a%20b`;
  const open = (more = {}) => stripe.billingPortal.sessions.create({customer: done.customer, configuration: configuration.id, return_url: returnUrl, ...more});
  const portal = await visit((await open()).url);
  await step('the portal shows plan, card and invoices', async () => {
    for (const words of ['Visa •••• 4242', 'Active', '$99.00 per month']) assert.ok(await portal.getByText(words).first().isVisible(), words);
    await accessible(portal);
    await picture(portal, 'portal');
  });
  await step('a plan is changed after a look at what that costs', async () => {
    await portal.getByRole('link', {name: 'Change plan'}).click();
    await picture(portal, 'plans');
    await portal.getByRole('button', {name: 'Choose'}).click();
    await picture(portal, 'change');
    await portal.getByRole('button', {name: 'Confirm the change'}).click();
    const now = await stripe.subscriptions.retrieve(done.subscription);
    assert.equal(now.items.data[0].price.id, larger.id);
  });
  await step('another card pays from then on', async () => {
    await portal.getByRole('link', {name: 'Pay with another card'}).click();
    await fillCard(portal, '4000 0000 0000 0002');
    await portal.getByRole('button', {name: 'Use this card'}).click();
    assert.equal(await portal.getByRole('alert').textContent(), 'Your card was declined.');
    await picture(portal, 'card');
    await fillCard(portal, '5555 5555 5555 4444');
    await portal.getByRole('button', {name: 'Use this card'}).click();
    const now = await stripe.subscriptions.retrieve(done.subscription, {expand: ['default_payment_method']});
    assert.equal(now.default_payment_method.card.brand, 'mastercard');
  });
  await step('a plan is canceled with a reason, and kept after all', async () => {
    await portal.getByRole('link', {name: 'Cancel plan'}).click();
    await portal.getByLabel("It's too expensive").check();
    await picture(portal, 'cancel');
    await portal.getByRole('button', {name: 'Cancel plan'}).click();
    const ending = await stripe.subscriptions.retrieve(done.subscription);
    assert.deepEqual([ending.cancel_at_period_end, ending.cancellation_details.feedback], [true, 'too_expensive']);
    await picture(portal, 'ending');
    await portal.getByRole('button', {name: "Don't cancel"}).click();
    assert.equal((await stripe.subscriptions.retrieve(done.subscription)).cancel_at_period_end, false);
  });
  await step('"Return" is exactly the return URL', async () => {
    await portal.getByRole('link', {name: 'Return'}).click();
    assert.equal(portal.url(), returnUrl);
  });
  await step('a flow leads to its one thing, and then exactly where it says', async () => {
    const after = `${shop}/canceled?by=portal`;
    const flow = await open({flow_data: {
      type: 'subscription_cancel', subscription_cancel: {subscription: done.subscription},
      after_completion: {type: 'redirect', redirect: {return_url: after}},
    }});
    const window = await visit(flow.url);
    await window.getByRole('button', {name: 'Cancel plan'}).click();
    await window.waitForURL((url) => url.origin === shop);
    assert.equal(window.url(), after);
  });
  await step('a payment link leads to a session of its own', async () => {
    const link = await stripe.paymentLinks.create({line_items: [{price: monthly.id, quantity: 1}]});
    const visitor = await visit(link.url);
    assert.match(visitor.url(), /\/c\/pay\/cs_test_/);
    await fillCard(visitor, '4242 4242 4242 4242', 'carl@example.com');
    await visitor.getByRole('button', {name: 'Subscribe for $99.00'}).click();
    assert.ok(await visitor.getByText('Thank you').first().isVisible());
  });
  await step('node: a change is previewed, and planned for the next period', async () => {
    const {id, items} = await stripe.subscriptions.create({customer: done.customer, items: [{price: monthly.id}]});
    const details = {items: [{id: items.data[0].id, price: larger.id}], proration_behavior: 'none'};
    const preview = await stripe.invoices.createPreview({subscription: id, subscription_details: details});
    assert.deepEqual([preview.amount_due, preview.billing_reason], [17900, 'upcoming']);
    const schedule = await stripe.subscriptionSchedules.create({from_subscription: id});
    const {start_date, end_date} = schedule.current_phase;
    await stripe.subscriptionSchedules.update(schedule.id, {phases: [
      {items: [{price: monthly.id}], start_date, end_date},
      {items: [{price: larger.id}], duration: {interval: 'month'}, proration_behavior: 'none'},
    ]});
    await fetch(`${base_url}/_emulator/advance`, {method: 'POST', body: String(32 * 24 * 60 * 60)});
    const renewed = await stripe.subscriptions.retrieve(id, {expand: ['latest_invoice', 'schedule']});
    assert.deepEqual([renewed.items.data[0].price.id, renewed.latest_invoice.total, renewed.schedule.status], [larger.id, 17900, 'active']);
  });
  const environment = {...process.env, STRIPE_API_BASE: base_url, STRIPE_API_KEY: api_key};
  const plans = path.join(path.dirname(fileURLToPath(import.meta.url)), 'plans.py');
  const {stdout} = await promisify(execFile)(path.resolve(values.python), [plans], {env: environment});
  process.stdout.write(stdout);
  console.log(`${steps + 1} passed, 0 failed`);
} finally {
  await browser.close();
  emulator.kill('SIGTERM');
  application.close();
}
