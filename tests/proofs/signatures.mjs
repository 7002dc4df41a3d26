// Signatures of the official SDKs verify here, and ours there, for 10,000 bodies; what was changed is refused by all.
//
//     node signatures.mjs --billctl BINARY --python BINARY --work FOLDER
//
// The library's own functions take all bodies, in a test of Rust; the commands `events sign` and `events verify` take
// some, among them the empty one and those of a megabyte.
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import {parseArgs} from 'node:util';
import {fileURLToPath} from 'node:url';

const here = path.join(path.dirname(fileURLToPath(import.meta.url)), 'signatures');
const {values} = parseArgs({options: {billctl: {type: 'string'}, python: {type: 'string'}, work: {type: 'string'}}});
const folder = path.resolve(values.work, 'signatures');
fs.rmSync(folder, {recursive: true, force: true});
fs.mkdirSync(folder, {recursive: true});

const WEBHOOK_SECRET = 'whsec_test_billctl_proofs_Zoë';
const environment = {PATH: process.env.PATH, HOME: folder, LANG: 'C.UTF-8', PYTHONDONTWRITEBYTECODE: '1', NO_COLOR: '1', WEBHOOK_SECRET};

function run(program, args, {input, env = environment, cwd = folder, code = 0} = {}) {
  const {status, stdout, stderr, error} = spawnSync(program, args, {cwd, env, input, encoding: 'utf8', timeout: 600_000, maxBuffer: 1 << 26});
  if (error) throw error;
  assert.equal(status, code, `${path.basename(program)} ${args.join(' ')} ended with ${status}\n${stdout}\n${stderr}`);
  return stdout;
}

const node = (...args) => process.stdout.write(run(process.execPath, args));
const python = (...args) => process.stdout.write(run(path.resolve(values.python), args));

node(path.join(here, 'bodies.mjs'), folder);
node(path.join(here, 'node_sdk.mjs'), 'sign', folder);
python(path.join(here, 'python_sdk.py'), 'sign', folder);

// Verifies node.txt and python.txt, and writes billctl.txt.
const test = ['test', '--locked', '--quiet', '--test', 'it', '--', '--ignored', '--exact', 'listen::strangers::signatures_of_the_official_sdks_hold_here'];
run('cargo', test, {cwd: path.join(here, '../../..'), env: {...process.env, BILLCTL_TEST_SIGNATURES: folder, WEBHOOK_SECRET}});
console.log('ok   billctl verified what both SDKs signed, and refused each with something changed');

node(path.join(here, 'node_sdk.mjs'), 'verify', folder);
python(path.join(here, 'python_sdk.py'), 'verify', folder);

const lines = (name) => fs.readFileSync(path.join(folder, name), 'utf8').split('\n').slice(0, -1);
const bodies = lines('bodies.jsonl').map((line) => JSON.parse(line));
const headers = {node: lines('node.txt'), python: lines('python.txt')};
const secretFile = path.join(folder, 'secret');
fs.writeFileSync(secretFile, WEBHOOK_SECRET, {mode: 0o600});
const billctl = (args, body, code = 0) => run(path.resolve(values.billctl), ['events', ...args, '--body', '-', '--webhook-secret-file', secretFile], {input: body, code});
const some = [...Array(40).keys()];
for (const index of some) {
  for (const signed of Object.values(headers)) {
    billctl(['verify', '--tolerance', '3600', '--header', signed[index]], bodies[index]);
    billctl(['verify', '--tolerance', '3600', '--header', signed[index]], `${bodies[index]}.`, 1);
  }
  const header = billctl(['sign'], bodies[index]).trim();
  billctl(['verify', '--tolerance', '3600', '--header', header], bodies[index]);
}
console.log(`ok   events sign and events verify agree with both on ${some.length} bodies`);
