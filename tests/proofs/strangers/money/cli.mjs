// Stripe's CLI sells, is paid and gives back; and reads what billctl sold.
//
//     node cli.mjs make SUBJECT PRICE MADE.json | see IDS.json SEEN.json
//
// Takes STRIPE_API_BASE and STRIPE_API_KEY; HOME must be a folder of its own.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const cli = path.join(here, '../../node_modules/.bin/stripe');
const environment = {
  PATH: process.env.PATH, HOME: process.env.HOME, XDG_CONFIG_HOME: path.join(process.env.HOME, '.config'),
  STRIPE_API_KEY: process.env.STRIPE_API_KEY, STRIPE_CLI_TELEMETRY_OPTOUT: '1', NO_COLOR: '1',
};

/** Its answers are read: it ends with 0 on a refusal, too. */
function stripe(verb, route, data = []) {
  const args = [verb, route, ...data.flatMap((one) => ['-d', one]), '--api-base', process.env.STRIPE_API_BASE];
  const answer = JSON.parse(execFileSync(cli, args, {env: environment, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit']}));
  assert.equal(answer.error, undefined, `${verb} ${route}: ${JSON.stringify(answer.error)}`);
  return answer;
}

function make(subject, price) {
  const customer = stripe('post', '/v1/customers', [
    `email=${subject}@example.com`, `metadata[userId]=${subject}`, 'payment_method=pm_card_visa',
    'invoice_settings[default_payment_method]=pm_card_visa',
  ]);
  const subscription = stripe('post', '/v1/subscriptions', [`customer=${customer.id}`, `items[0][price]=${price}`]);
  const session = stripe('post', '/v1/checkout/sessions', [
    'mode=subscription', `customer=${customer.id}`, `client_reference_id=${subject}`, `line_items[0][price]=${price}`,
    'line_items[0][quantity]=1', 'success_url=https://example.com/paid',
  ]);
  const payment = stripe('post', '/v1/payment_intents', [
    'amount=1250', 'currency=usd', `customer=${customer.id}`, 'payment_method=pm_card_visa', 'confirm=true',
    'automatic_payment_methods[enabled]=true', 'automatic_payment_methods[allow_redirects]=never',
  ]);
  const refund = stripe('post', '/v1/refunds', [`payment_intent=${payment.id}`, 'amount=250']);
  return {customer, subscription, session, payment, refund};
}

const see = (ids) => ({
  customer: stripe('get', `/v1/customers/${ids.customer}`),
  subscription: stripe('get', `/v1/subscriptions/${ids.subscription}`),
  session: stripe('get', `/v1/checkout/sessions/${ids.session}`),
  payment: stripe('get', `/v1/payment_intents/${ids.payment}`),
  refund: stripe('get', `/v1/refunds/${ids.refund}`),
});

const [verb, ...args] = process.argv.slice(2);
const found = verb === 'make' ? make(args[0], args[1]) : see(JSON.parse(fs.readFileSync(args[0], 'utf8')));
fs.writeFileSync(args.at(-1), JSON.stringify(found));
