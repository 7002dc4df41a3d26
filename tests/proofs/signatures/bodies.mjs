// Bodies that webhooks may have, the same in every run: empty, of a megabyte, and 10,000 in all of random text.
//
//     node bodies.mjs FOLDER        writes bodies.jsonl, a JSON string a line
import fs from 'node:fs';
import path from 'node:path';

const COUNT = 10_000;
const alphabets = [
  'abcdefghijklmnopqrstuvwxyz0123456789{}[]":,._-= ',
  'äöüßéèêñçøåæœ€£¥“”‘’…–— Zoë naïve',
  '日本語한국어中文عربيעבריתไทยहिन्दी',
  '😀🎉👩‍👩‍👧‍👦🏳️‍🌈𝕊𝕥𝕣𝕚𝕡𝕖\u{10ffff}',
  '\u0000\u0001\t\n\r\u001f"\\/\u007f\u0085\u2028\u2029\ufeff\ufffd',
].map((alphabet) => [...alphabet]);

let state = 20_261_101;
/** Mulberry32: a number below `bound`, the same in every run. */
function below(bound) {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), state | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
}

function text(length) {
  let made = '';
  while (made.length < length) {
    const alphabet = alphabets[below(alphabets.length)];
    for (let run = below(20); run >= 0; run -= 1) made += alphabet[below(alphabet.length)];
  }
  return made;
}

const bodies = ['', ' ', '\n', '\r\n', '{}', 'null', '{"id":"evt_1"}\n', text(1 << 20), 'x'.repeat(1 << 20), '😀'.repeat(1 << 18)];
while (bodies.length < COUNT) bodies.push(text(below(2_000)));
fs.writeFileSync(path.join(process.argv[2], 'bodies.jsonl'), bodies.map((body) => `${JSON.stringify(body)}\n`).join(''));
