// Generates the C and TypeScript sides of the wire protocol:
//   node proto/generate/main.mjs --c DIR --ts FILE [--depfile FILE]
// DIR gets proto.h, proto_tables.c, proto_decode.c and proto_encode.c. Either may be left out.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { decode } from './c_decode.mjs';
import { encode } from './c_encode.mjs';
import { header } from './c_header.mjs';
import { tables } from './c_tables.mjs';
import { inputs, load } from './load.mjs';
import { typescript } from './ts.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const proto = resolve(here, '..');
const { values: options } = parseArgs({
  options: { c: { type: 'string' }, ts: { type: 'string' }, depfile: { type: 'string' } },
});

function write(file, text) {
  mkdirSync(dirname(resolve(file)), { recursive: true });
  writeFileSync(file, text);
}

const model = load(proto);
const targets = [];
if (options.c) {
  const files = { 'proto.h': header, 'proto_tables.c': tables, 'proto_decode.c': decode, 'proto_encode.c': encode };
  for (const [name, print] of Object.entries(files)) {
    targets.push(join(options.c, name));
    write(targets.at(-1), print(model));
  }
}
if (options.ts) {
  targets.push(options.ts);
  write(options.ts, typescript(model));
}
if (options.depfile) {
  const sources = readdirSync(here).filter((name) => name.endsWith('.mjs'));
  const files = [...inputs.map((name) => join(proto, name)), ...sources.map((name) => join(here, name))];
  write(options.depfile, `${targets[0]}: ${files.map((file) => file.replaceAll(' ', '\\ ')).join(' ')}\n`);
}
