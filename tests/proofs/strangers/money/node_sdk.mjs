// Stripe's Node SDK sells, is paid and gives back; and reads what billctl sold.
//
//     node node_sdk.mjs make SUBJECT PRICE MADE.json | see IDS.json SEEN.json
//
// Takes STRIPE_API_BASE and STRIPE_API_KEY.
import fs from 'node:fs';
import Stripe from 'stripe';

const {hostname: host, port} = new URL(process.env.STRIPE_API_BASE);
const stripe = new Stripe(process.env.STRIPE_API_KEY, {host, port: Number(port), protocol: 'http', telemetry: false});

async function make(subject, price) {
  const customer = await stripe.customers.create({
    email: `${subject}@example.com`, metadata: {userId: subject},
    payment_method: 'pm_card_visa', invoice_settings: {default_payment_method: 'pm_card_visa'},
  });
  const subscription = await stripe.subscriptions.create({customer: customer.id, items: [{price}]});
  const session = await stripe.checkout.sessions.create({
    mode: 'subscription', customer: customer.id, client_reference_id: subject,
    line_items: [{price, quantity: 1}], success_url: 'https://example.com/paid',
  });
  const payment = await stripe.paymentIntents.create({
    amount: 1250, currency: 'usd', customer: customer.id, payment_method: 'pm_card_visa', confirm: true,
    automatic_payment_methods: {enabled: true, allow_redirects: 'never'},
  });
  const refund = await stripe.refunds.create({payment_intent: payment.id, amount: 250});
  return {customer, subscription, session, payment, refund};
}

async function see(ids) {
  return {
    customer: await stripe.customers.retrieve(ids.customer),
    subscription: await stripe.subscriptions.retrieve(ids.subscription),
    session: await stripe.checkout.sessions.retrieve(ids.session),
    payment: await stripe.paymentIntents.retrieve(ids.payment),
    refund: await stripe.refunds.retrieve(ids.refund),
  };
}

const [verb, ...args] = process.argv.slice(2);
const found = verb === 'make' ? await make(args[0], args[1]) : await see(JSON.parse(fs.readFileSync(args[0], 'utf8')));
fs.writeFileSync(args.at(-1), JSON.stringify(found));
