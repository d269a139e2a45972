// Bundles the TypeScript tests of this folder against a protocol.ts and runs them with node's runner, in TAP.
//   node run.mjs PROTOCOL_TS ENCODE_SAMPLES
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const [protocol, samples] = process.argv.slice(2).map((path) => resolve(path));
const outdir = join(dirname(samples), 'typescript');
const tests = readdirSync(here).filter((name) => name.endsWith('.test.ts'));

await build({
  absWorkingDir: here,
  alias: { '@proto': protocol },
  bundle: true,
  entryPoints: tests,
  format: 'esm',
  logLevel: 'warning',
  outdir,
  outExtension: { '.js': '.mjs' },
  packages: 'external',
  platform: 'node',
  target: 'node18',
});
const files = tests.map((name) => join(outdir, `${basename(name, '.ts')}.mjs`));
const { status } = spawnSync(process.execPath, ['--test', '--test-reporter=tap', ...files], {
  env: { ...process.env, PROTO_DIR: resolve(here, '../../proto'), ENCODE_SAMPLES: samples },
  stdio: ['ignore', 'inherit', 'inherit'],
});
process.exitCode = status ?? 1;
