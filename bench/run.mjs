// ./dev bench [NAME...] [--quick]: bundles harness/ and runs it.
import { build } from 'esbuild';

const outfile = 'build/bench/harness.mjs';
await build({
  bundle: true,
  entryPoints: ['bench/harness/main.ts'],
  format: 'esm',
  logLevel: 'error',
  outfile,
  packages: 'external',
  platform: 'node',
  sourcemap: 'inline',
  target: 'node18',
});
const { main } = await import(`../${outfile}`);
process.exitCode = await main(process.argv.slice(2));
