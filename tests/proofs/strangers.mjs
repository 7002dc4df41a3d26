// Lets each stranger and billctl work on one emulator in turn, then holds every exchange against the SDK's types.
//
//     node strangers.mjs --billctl BINARY --python BINARY --work FOLDER [node|python|cli]...
//
// Each stranger has its runs, each in an empty folder with an empty home:
// make: it makes a catalog; `catalog pull` writes that down, and the plan of what was written is empty;
// see:  billctl syncs catalog.toml; the stranger finds all of it, and nothing else.
// money: the stranger sells, is paid and gives back, and billctl shows it; then the other way round.
// endure: the emulator does what faults.txt says; an SDK's own retries make nothing twice. (The CLI has no retries.)
import assert from 'node:assert/strict';
import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import {createInterface} from 'node:readline';
import {parseArgs} from 'node:util';
import {fileURLToPath} from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const {values, positionals} = parseArgs({
  allowPositionals: true,
  options: {billctl: {type: 'string'}, python: {type: 'string'}, work: {type: 'string'}},
});
const billctl = path.resolve(values.billctl);
const strangers = {
  node: [process.execPath, path.join(here, 'strangers/node_sdk.mjs')],
  python: [path.resolve(values.python), path.join(here, 'strangers/python_sdk.py')],
  cli: [process.execPath, path.join(here, 'strangers/cli.mjs')],
};
const chosen = positionals.length ? positionals : Object.keys(strangers);
const runs = path.resolve(values.work, 'runs');

/** A folder and a home of its own, with an emulator that records. */
class Run {
  constructor(name) {
    this.folder = path.join(runs, name);
    this.recording = path.join(runs, `${name}.jsonl`);
    fs.rmSync(this.folder, {recursive: true, force: true});
    fs.rmSync(this.recording, {force: true});
    fs.mkdirSync(path.join(this.folder, 'home'), {recursive: true});
    this.environment = {PATH: process.env.PATH, HOME: path.join(this.folder, 'home'), LANG: 'C.UTF-8', PYTHONDONTWRITEBYTECODE: '1', NO_COLOR: '1'};
  }

  async start(...options) {
    const command = ['emulator', 'start', '--port', '0', '--record', this.recording, '-o', 'json', ...options];
    this.emulator = spawn(billctl, command, {cwd: this.folder, env: this.environment, stdio: ['ignore', 'pipe', 'inherit']});
    const lines = createInterface({input: this.emulator.stdout});
    const ended = once(this.emulator, 'exit').then(([code]) => Promise.reject(new Error(`the emulator ended with ${code} before it was ready`)));
    const [first] = await Promise.race([once(lines, 'line'), ended]);
    ended.catch(() => {});
    const {base_url, api_key} = JSON.parse(first);
    this.environment.STRIPE_API_BASE = base_url;
    this.environment.STRIPE_API_KEY = api_key;
  }

  /** Runs a program to its end, shows what it says on stderr, and returns its stdout. */
  call(program, args, {show = false} = {}) {
    console.log(`$ ${path.basename(program)} ${args.map((arg) => path.basename(arg)).join(' ')}`);
    const output = show ? 'inherit' : 'pipe';
    const {status, signal, stdout, error} = spawnSync(program, args, {
      cwd: this.folder, env: this.environment, stdio: ['ignore', output, 'inherit'], encoding: 'utf8', timeout: 300_000, maxBuffer: 1 << 26,
    });
    if (error) throw error;
    if (status !== 0) throw new Error(`${path.basename(program)} ${args.join(' ')} ended with ${signal ?? status}\n${stdout ?? ''}`);
    return stdout;
  }

  billctl(...args) {
    // The emulator profile finds the emulator by its state; the strangers' variables are not for it.
    const {STRIPE_API_KEY, STRIPE_API_BASE, ...environment} = this.environment;
    return Run.prototype.call.call({...this, environment}, billctl, ['--profile', 'emulator', ...args]);
  }

  stranger(name, ...args) {
    const [program, script] = strangers[name];
    this.call(program, [script, ...args], {show: true});
  }

  /** The plan must find nothing to do; returns how much it found unchanged. */
  emptyPlan() {
    const {summary, changes} = JSON.parse(this.billctl('catalog', 'plan', '--exit-code', '-o', 'json'));
    const {unchanged, ...rest} = summary;
    assert.deepEqual(Object.values(rest).filter((count) => count !== 0), [], `not empty: ${JSON.stringify({summary, changes})}`);
    console.log(`ok   the plan is empty: ${unchanged} unchanged`);
    return unchanged;
  }

  async stop() {
    if (!this.emulator || this.emulator.exitCode !== null) return;
    const ended = once(this.emulator, 'exit');
    this.emulator.kill('SIGTERM');
    await ended;
  }
}

async function makeThenPull(name) {
  const run = new Run(`${name}-make`);
  try {
    await run.start();
    const list = path.join(run.folder, 'made.json');
    run.stranger(name, 'make', list);
    run.billctl('catalog', 'pull', '--include-archived', '--out', 'billing.toml');
    const pulled = fs.readFileSync(path.join(run.folder, 'billing.toml'), 'utf8');
    const made = JSON.parse(fs.readFileSync(list, 'utf8'));
    const missing = made.filter(({id, key}) => !pulled.includes(id) && !pulled.includes(key));
    assert.deepEqual(missing, [], 'billctl pulled all that was made');
    console.log(`ok   billctl pulled all ${made.length} that were made`);
    assert.ok(run.emptyPlan() >= made.length, 'the plan knows each of them');
  } finally {
    await run.stop();
  }
  return run.recording;
}

async function syncThenSee(name) {
  const run = new Run(`${name}-see`);
  try {
    fs.copyFileSync(path.join(here, 'catalog.toml'), path.join(run.folder, 'billing.toml'));
    await run.start();
    const {resources} = JSON.parse(run.billctl('catalog', 'sync', '--yes', '-o', 'json'));
    console.log(`ok   billctl synced ${resources.length} resources`);
    run.emptyPlan();
    run.stranger(name, 'see', path.join(here, 'expected.json'));
    run.billctl('catalog', 'sync', '--yes', '-o', 'json');
    run.stranger(name, 'see', path.join(here, 'expected.json'));
  } finally {
    await run.stop();
  }
  return run.recording;
}

async function meetFaults(name) {
  const run = new Run(`${name}-endure`);
  try {
    const rules = fs.readFileSync(path.join(here, 'faults.txt'), 'utf8').trim().split('\n');
    await run.start(...rules.flatMap((rule) => ['--fault', rule]));
    run.stranger(name, 'endure');
  } finally {
    await run.stop();
  }
  return run.recording;
}

/** What a stranger sold, was paid and gave back shows up in billctl in full, and the other way round. */
async function sellAndTell(name) {
  const run = new Run(`${name}-money`);
  const told = (...args) => JSON.parse(run.billctl(...args, '-o', 'json'));
  const [program, script] = strangers[name];
  const money = path.join(path.dirname(script), 'money', path.basename(script));
  const file = (what) => path.join(run.folder, `${what}.json`);
  const read = (what) => JSON.parse(fs.readFileSync(file(what), 'utf8'));
  try {
    fs.copyFileSync(path.join(here, '../../fixtures/systems/nexus/billing.toml'), path.join(run.folder, 'billing.toml'));
    await run.start();
    const {resources} = told('catalog', 'sync', '--yes');
    const price = resources.find(({resource, key}) => resource === 'price' && key === 'pro.monthly').id;

    run.call(program, [money, 'make', 'u_1', price, file('made')]);
    const {customer, subscription, session, payment, refund} = read('made');
    run.billctl('events', 'pull');
    const shown = told('customer', 'show', 'u_1');
    assert.deepEqual(
      [shown.customer, shown.email, shown.plan, shown.status, shown.subscription, shown.payment_methods.length],
      [customer.id, 'u_1@example.com', 'pro', 'active', subscription.id, 1],
    );
    const subscribed = told('subscription', 'show', 'u_1');
    assert.deepEqual([subscribed.id, subscribed.items[0].price, subscribed.items[0].amount.amount], [subscription.id, price, 9900]);
    const open = told('checkout', 'show', session.id);
    assert.deepEqual(
      [open.subject, open.customer, open.status, open.url, open.amount.amount, open.lines[0].price],
      ['u_1', customer.id, 'open', session.url, 9900, price],
    );
    const paid = told('payment', 'show', payment.id);
    assert.deepEqual(
      [paid.subject, paid.status, paid.amount.amount, paid.refunded.amount, paid.refunds.map(({id, amount}) => [id, amount.amount])],
      ['u_1', 'succeeded', 1250, 250, [[refund.id, 250]]],
    );
    const booked = told('transactions', 'list', '--subject', 'u_1').map(({type, amount}) => `${type} ${amount.amount}`);
    for (const one of ['SUBSCRIPTION_PAYMENT 9900', 'REFUND 250']) assert.ok(booked.includes(one), `${one} in ${booked}`);
    console.log(`ok   what ${name} sold, was paid and gave back is in billctl`);

    const link = told('checkout', 'create', '--subject', 'u_2', '--plan', 'pro');
    run.billctl('emulator', 'pay', link.id, '--card', '4242424242424242');
    run.billctl('events', 'pull');
    const charged = told('payment', 'charge', 'u_2', '--amount', '12.50 usd', '--description', 'Help', '--off-session');
    const back = told('payment', 'refund', charged.id, '--amount', '2.50', '--reason', 'sorry', '--yes');
    const ending = told('subscription', 'cancel', 'u_2', '--at-period-end', '--feedback', 'unused');
    const ids = {customer: link.customer, subscription: ending.id, session: link.id, payment: charged.id, refund: back.id};
    fs.writeFileSync(file('ids'), JSON.stringify(ids));
    run.call(program, [money, 'see', file('ids'), file('seen')]);
    const seen = read('seen');
    assert.deepEqual([seen.customer.id, seen.customer.metadata.userId], [link.customer, 'u_2']);
    assert.deepEqual(
      [seen.session.status, seen.session.client_reference_id, seen.session.subscription, seen.session.amount_total],
      ['complete', 'u_2', ending.id, 9900],
    );
    assert.deepEqual(
      [seen.subscription.customer, seen.subscription.cancel_at_period_end, seen.subscription.metadata.userId],
      [link.customer, true, 'u_2'],
    );
    assert.equal(seen.subscription.cancellation_details.feedback, 'unused');
    assert.equal(seen.subscription.items.data[0].price.id, price);
    assert.deepEqual([seen.payment.amount_received, seen.payment.status, seen.payment.description], [1250, 'succeeded', 'Help']);
    assert.deepEqual(
      [seen.refund.payment_intent, seen.refund.amount, seen.refund.status, seen.refund.metadata.billctl_reason],
      [charged.id, 250, 'succeeded', 'sorry'],
    );
    console.log(`ok   what billctl sold, was paid and gave back is there for ${name}`);
  } finally {
    await run.stop();
  }
  return run.recording;
}

const recordings = [];
for (const name of chosen) {
  console.log(`\n-- ${name}`);
  recordings.push(await makeThenPull(name), await syncThenSee(name), await sellAndTell(name));
  if (name !== 'cli') recordings.push(await meetFaults(name));
}

console.log('\n-- contract of types');
const required = chosen.length === Object.keys(strangers).length ? ['--required', path.join(here, 'contract/required.txt')] : [];
const check = spawnSync(
  process.execPath,
  [path.join(here, 'contract/check.mjs'), '--cache', path.resolve(values.work, 'contract'), ...required, ...recordings],
  {stdio: 'inherit'},
);
process.exitCode = check.status ?? 1;
