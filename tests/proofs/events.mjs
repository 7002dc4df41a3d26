// Events made by strangers, on their way into billctl: Stripe's own CLI triggers them on the emulator, and
// `billctl events listen` verifies, stores and applies every one.
//
//     node events.mjs --billctl BINARY --work FOLDER
//
// endpoint: the emulator posts to a webhook endpoint; one that was made by Stripe's Node SDK.
// relay:    `stripe listen --forward-to` and `stripe events resend` carry them instead.
import assert from 'node:assert/strict';
import {execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import {createInterface} from 'node:readline';
import {setTimeout as pause} from 'node:timers/promises';
import {parseArgs} from 'node:util';
import {fileURLToPath} from 'node:url';
import Stripe from 'stripe';

const here = path.dirname(fileURLToPath(import.meta.url));
const {values} = parseArgs({options: {billctl: {type: 'string'}, work: {type: 'string'}}});
const billctl = path.resolve(values.billctl);
const cli = path.join(here, 'node_modules/.bin/stripe');
const PATIENCE_MS = 30_000;

// The event types of the five systems that the CLI can trigger, with what it is called there.
const TRIGGERED = [
  'payment_intent.succeeded', 'payment_intent.payment_failed', 'checkout.session.completed',
  'customer.subscription.created', 'customer.subscription.updated', 'customer.subscription.deleted',
  'customer.subscription.trial_will_end', 'invoice.paid', 'invoice.payment_succeeded', 'invoice.payment_failed',
];

/** Waits until `look` gives something. */
async function until(what, look) {
  const started = Date.now();
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() - started > PATIENCE_MS) throw new Error(`waited in vain for ${what}`);
    await pause(20);
  }
}

/** A folder of its own with an emulator, a listener, and whatever else runs beside them. */
class Place {
  constructor(name) {
    this.folder = path.resolve(values.work, 'events', name);
    fs.rmSync(this.folder, {recursive: true, force: true});
    fs.mkdirSync(path.join(this.folder, 'home'), {recursive: true});
    const home = path.join(this.folder, 'home');
    this.environment = {PATH: process.env.PATH, HOME: home, XDG_CONFIG_HOME: path.join(home, '.config'), LANG: 'C.UTF-8', NO_COLOR: '1', STRIPE_CLI_TELEMETRY_OPTOUT: '1'};
    // The CLI looks for newer versions of itself with every command: what is not for this machine goes nowhere.
    this.environment.HTTPS_PROXY = 'http://127.0.0.1:9';
    this.running = [];
  }

  /** Starts a program and returns its lines. */
  spawn(program, args, environment = this.environment, streams = ['stdout']) {
    // In a group of its own: the CLI that npm installs is a script, which starts the real one.
    const child = spawn(program, args, {cwd: this.folder, env: environment, detached: true, stdio: ['ignore', 'pipe', streams.includes('stderr') ? 'pipe' : 'inherit']});
    this.running.push(child);
    const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`${path.basename(program)} ${args.slice(0, 2).join(' ')} ended with ${code}`)));
    ended.catch(() => {});
    return {lines: streams.map((stream) => createInterface({input: child[stream]})), ended};
  }

  /** Starts a command of billctl; its first line says where it is, and `later` gets those after it. */
  async serve(args, later = () => {}) {
    const {lines: [lines], ended} = this.spawn(billctl, ['--profile', 'emulator', ...args, '-o', 'jsonl']);
    const [first] = await Promise.race([once(lines, 'line'), ended]);
    lines.on('line', (line) => later(JSON.parse(line)));
    return JSON.parse(first);
  }

  /** Starts `events listen`, which says of each event that it verified whether it stored it. */
  async listen(port = 0) {
    this.taken = [];
    const {url} = await this.serve(['events', 'listen', '--port', String(port)], (event) => this.taken.push(event));
    return url;
  }

  async start() {
    const {base_url, api_key, webhook_secret} = await this.serve(['emulator', 'start', '--port', '0']);
    Object.assign(this, {base: base_url, key: api_key, secret: webhook_secret});
    const {hostname, port} = new URL(base_url);
    this.sdk = new Stripe(api_key, {host: hostname, port, protocol: 'http'});
  }

  /** Runs a command of the CLI. */
  stripe(...args) {
    const environment = {...this.environment, STRIPE_API_KEY: this.key};
    return execFileSync(cli, [...args, '--api-base', this.base], {cwd: this.folder, env: environment, encoding: 'utf8', timeout: 60_000});
  }

  billctl(...args) {
    const output = execFileSync(billctl, ['--profile', 'emulator', ...args, '-o', 'json'], {cwd: this.folder, env: this.environment, encoding: 'utf8', maxBuffer: 1 << 26});
    return JSON.parse(output);
  }

  /** Every event that the emulator has is stored, once, and applied; returns them. */
  async proveAll() {
    const sent = [];
    for await (const event of this.sdk.events.list({limit: 100})) sent.push(event);
    const ids = (events) => events.map(({id}) => id).sort();
    const stored = await until('every event to arrive', () => {
      const stored = this.taken.filter(({status}) => status === 'stored');
      return stored.length >= sent.length && stored;
    });
    assert.deepEqual(ids(stored), ids(sent), 'each is stored once');
    const {events} = await until('every event to be applied', () => {
      const status = this.billctl('mirror', 'status');
      return status.events.waiting === 0 && status;
    });
    const {applied = 0, older = 0, ...others} = events.outcomes;
    assert.deepEqual({total: applied + older, others}, {total: sent.length, others: {}}, JSON.stringify(events));
    return sent;
  }

  async stop() {
    for (const child of this.running.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = once(child, 'exit');
      process.kill(-child.pid, 'SIGTERM');
      await ended;
    }
  }
}

/** The CLI triggers each type. */
function trigger(place, types) {
  for (const type of types) {
    const said = place.stripe('trigger', type);
    assert.match(said, /Trigger succeeded/, `${type}: ${said}`);
    console.log(`ok   stripe trigger ${type}`);
  }
}

async function throughAnEndpoint() {
  const place = new Place('endpoint');
  try {
    await place.start();
    // The listener knows the emulator's secrets; the endpoint's is made by another program before it starts.
    const port = await freePort();
    const endpoint = await place.sdk.webhookEndpoints.create({url: `http://127.0.0.1:${port}/webhook`, enabled_events: ['*']});
    assert.match(endpoint.secret, /^whsec_/);
    await place.listen(port);
    trigger(place, TRIGGERED);
    const sent = await place.proveAll();
    for (const type of TRIGGERED) assert.ok(sent.some((event) => event.type === type), `${type} was among them`);
    await until('no event to be pending', async () => (await place.sdk.events.list({delivery_success: false, limit: 1})).data.length === 0);
    console.log(`ok   all ${sent.length} events of ${new Set(sent.map(({type}) => type)).size} types are verified, stored and applied, and none is pending`);
  } finally {
    await place.stop();
  }
}

async function throughTheCli() {
  const place = new Place('relay');
  try {
    await place.start();
    const url = await place.listen();
    const listen = place.spawn(cli, ['listen', '--all-snapshot', '--forward-to', url, '--api-base', place.base], {...place.environment, STRIPE_API_KEY: place.key}, ['stdout', 'stderr']);
    const said = [];
    for (const lines of listen.lines) lines.on('line', (line) => said.push(line));
    await Promise.race([until('stripe listen to be ready', () => said.some((line) => line.includes(place.secret))), listen.ended]);
    console.log('ok   stripe listen is ready, and says the secret that the emulator signs with');
    trigger(place, ['payment_intent.succeeded', 'payment_intent.payment_failed']);
    const sent = await place.proveAll();
    console.log(`ok   stripe listen --forward-to carried all ${sent.length} events, and they are verified, stored and applied`);
    const [first] = sent;
    const answers = () => said.filter((line) => line.includes('[200]') && line.includes(first.id)).length;
    const before = await until('the first answer', answers);
    place.stripe('events', 'resend', first.id);
    await until('the event to come again', () => answers() > before);
    const again = () => place.taken.filter(({id}) => id === first.id).map(({status}) => status);
    await until('the listener to say so', () => again().length === 2);
    assert.deepEqual(again(), ['stored', 'duplicate']);
    console.log('ok   stripe events resend brings one again, which is answered 200 and stored once');
    assert.deepEqual(said.filter((line) => /\[(4|5)\d\d\]/.test(line)), [], 'no event was refused');
  } finally {
    await place.stop();
  }
}

async function freePort() {
  const {createServer} = await import('node:net');
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const {port} = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

console.log('\n-- events: stripe trigger, to a webhook endpoint');
await throughAnEndpoint();
console.log('\n-- events: stripe trigger, through stripe listen; stripe events resend');
await throughTheCli();
