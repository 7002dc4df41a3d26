// Runs what docs/emulator.md shows for Node, Python and Stripe's CLI, as it stands there but for the port.
//
//     node book.mjs --billctl BINARY --python BINARY --work FOLDER
//
// The page's own billing.toml is synced first; each of the three then has to find its price.
import assert from 'node:assert/strict';
import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import {createInterface} from 'node:readline';
import {parseArgs} from 'node:util';
import {fileURLToPath} from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const {values} = parseArgs({options: {billctl: {type: 'string'}, python: {type: 'string'}, work: {type: 'string'}}});
const billctl = path.resolve(values.billctl);
const folder = path.resolve(values.work, 'book');
const modules = path.join(here, 'node_modules');

const page = fs.readFileSync(path.join(here, '../../docs/emulator.md'), 'utf8');
const blocks = [...page.matchAll(/^```(.*)\n([^]*?)^```$/gm)].map(([, info, text]) => ({info, text}));
function block(info) {
  const found = blocks.filter((one) => one.info === info);
  assert.equal(found.length, 1, `docs/emulator.md has ${found.length} blocks of ${info}`);
  return found[0].text;
}

fs.rmSync(folder, {recursive: true, force: true});
fs.mkdirSync(path.join(folder, 'home'), {recursive: true});
fs.writeFileSync(path.join(folder, 'billing.toml'), block('toml billing.toml'));
const environment = {PATH: `${path.join(modules, '.bin')}:${process.env.PATH}`, HOME: path.join(folder, 'home'), PYTHONDONTWRITEBYTECODE: '1', STRIPE_CLI_TELEMETRY_OPTOUT: '1', NO_COLOR: '1'};

function call(program, args, more = {}) {
  const {status, stdout, stderr, error} = spawnSync(program, args, {cwd: folder, env: {...environment, ...more}, encoding: 'utf8', timeout: 120_000});
  if (error) throw error;
  assert.equal(status, 0, `${path.basename(program)} ended with ${status}\n${stdout}${stderr}`);
  return stdout;
}

const emulator = spawn(billctl, ['emulator', 'start', '--port', '0', '--json'], {cwd: folder, env: environment, stdio: ['ignore', 'pipe', 'inherit']});
// Node finds the SDK from where the program is.
const program = path.join(modules, '.book.mjs');
try {
  const [line] = await once(createInterface({input: emulator.stdout}), 'line');
  const {base_url, api_key} = JSON.parse(line);
  const key = {STRIPE_API_KEY: api_key};
  const there = (text) => text.replaceAll('12111', new URL(base_url).port);
  call(billctl, ['catalog', 'sync', '--yes']);

  fs.writeFileSync(program, there(block('js')));
  const said = {
    Node: call(process.execPath, [program], key),
    Python: call(path.resolve(values.python), ['-c', there(block('python'))], key),
    'the CLI': call('sh', ['-c', there(block('bash'))], key),
  };
  for (const [name, text] of Object.entries(said)) {
    assert.match(text, /\b9900\b/, `${name} did not find the price of the page's billing.toml: ${text}`);
    console.log(`ok   ${name} finds the price as the book shows it`);
  }
} finally {
  fs.rmSync(program, {force: true});
  emulator.kill('SIGTERM');
}
