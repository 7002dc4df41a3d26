// Stripe's Node SDK signs the bodies, and verifies what billctl signed.
//
//     node node_sdk.mjs sign FOLDER         writes node.txt, a header a line
//     node node_sdk.mjs verify FOLDER       verifies billctl.txt, and refuses each with something changed
//
// Takes WEBHOOK_SECRET.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import Stripe from 'stripe';

const [verb, folder] = process.argv.slice(2);
const secret = process.env.WEBHOOK_SECRET;
const lines = (name) => fs.readFileSync(path.join(folder, name), 'utf8').split('\n').slice(0, -1);
const bodies = lines('bodies.jsonl').map((line) => JSON.parse(line));
const {webhooks} = new Stripe('sk_test_billctl_proofs');

/** What an attacker, a proxy or a framework may do to a body and its header. */
const tamperings = [
  (body, header) => [`${body} `, header, secret],
  (body, header) => [body.slice(0, -1) + (body.endsWith('x') ? 'y' : 'x'), header, secret],
  (body, header) => [body, header.replace(/t=\d/, 't=2'), secret],
  (body, header) => [body, header.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')), secret],
  (body, header) => [body, header.replace('v1=', 'v0='), secret],
  (body, header) => [body, header, `${secret}x`],
];

if (verb === 'sign') {
  const headers = bodies.map((payload) => webhooks.generateTestHeaderString({payload, secret}));
  fs.writeFileSync(path.join(folder, 'node.txt'), headers.map((header) => `${header}\n`).join(''));
  console.log(`ok   Stripe's Node SDK signed ${headers.length} bodies`);
} else {
  const headers = lines('billctl.txt');
  assert.equal(headers.length, bodies.length);
  // It signs an empty body, but verifies none: there its own signature has to be the same.
  const same = (header) => header === webhooks.generateTestHeaderString({payload: '', secret, timestamp: Number(/t=(\d+)/.exec(header)[1])});
  const verify = (body, header) => (body === '' ? same(header) : webhooks.signature.verifyHeader(body, header, secret, 3600));
  bodies.forEach((body, index) => {
    assert.ok(verify(body, headers[index]), `body ${index}`);
    const tampered = tamperings[index % tamperings.length](body, headers[index]);
    assert.throws(() => webhooks.signature.verifyHeader(...tampered, 3600), {type: 'StripeSignatureVerificationError'}, `body ${index}, changed`);
  });
  console.log(`ok   Stripe's Node SDK verified what billctl signed, ${bodies.length} bodies, and refused each with something changed`);
}
