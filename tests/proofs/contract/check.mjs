// Holds recordings of the emulator (`billctl emulator start --record FILE`) against the official SDK's types.
//
//     node check.mjs [--cache FOLDER] [--required FILE] RECORDING...
//
// Prints a line a route and every problem; exits 1 if there is one, if a recording is empty, or if a route that FILE
// lists (`VERB /v1/path/{id}`, a line each) was never answered with success.
import fs from 'node:fs';
import path from 'node:path';
import {parseArgs} from 'node:util';
import {fileURLToPath} from 'node:url';
import {Contract} from './exchange.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const {values, positionals} = parseArgs({
  allowPositionals: true,
  options: {
    cache: {type: 'string', default: path.join(here, '../../../target/proofs/contract')},
    required: {type: 'string'},
  },
});

function read(file) {
  return fs.readFileSync(file, 'utf8').split('\n').flatMap((line, index) =>
    line.trim() ? [{...JSON.parse(line), from: `${path.basename(file)}:${index + 1}`}] : []);
}

const contract = new Contract(path.join(here, '../node_modules/stripe'), values.cache);
const recordings = positionals.map((file) => ({file, exchanges: read(file)}));
const exchanges = recordings.flatMap((recording) => recording.exchanges);
const failures = recordings
  .filter((recording) => recording.exchanges.length === 0)
  .map((recording) => `${recording.file}: nothing was recorded`);
if (recordings.length === 0) failures.push('no recording was given');

contract.prepare(exchanges);
const routes = new Map();
let passed = 0;
let failed = 0;
for (const exchange of exchanges) {
  const route = contract.operation(exchange)?.route ?? `${exchange.method} (unknown to the SDK)`;
  const row = routes.get(route) ?? {done: 0, refused: 0, billctl: 0};
  const problems = contract.problems(exchange);
  row[exchange.status < 300 ? 'done' : 'refused'] += 1;
  if (exchange.user_agent?.startsWith('billctl/')) row.billctl += 1;
  routes.set(route, row);
  if (problems.length === 0) passed += 1;
  else {
    failed += 1;
    for (const problem of problems) failures.push(`${exchange.from}: ${exchange.method} ${exchange.path} ${exchange.status}: ${problem}`);
  }
}

const required = values.required ? fs.readFileSync(values.required, 'utf8').split('\n').filter((line) => /^[A-Z]+ \//.test(line)) : [];
for (const route of required) {
  if (!contract.routes.has(route)) failures.push(`${route}: the SDK knows no such route`);
  else if (!routes.get(route)?.done) failures.push(`${route}: never answered with success in these runs`);
}

console.log('   done refused by billctl  route');
for (const [route, {done, refused, billctl}] of [...routes].sort(([a], [b]) => (a.split(' ')[1] + a < b.split(' ')[1] + b ? -1 : 1))) {
  console.log(`${String(done).padStart(7)} ${String(refused).padStart(7)} ${String(billctl).padStart(10)}  ${route}`);
}
for (const failure of new Set(failures)) console.log(`FAIL ${failure}`);
console.log(`Contract of types: ${exchanges.length} exchanges on ${routes.size} routes, ${passed} passed, ${failed} failed`);
process.exitCode = failures.length ? 1 : 0;
