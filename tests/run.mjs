// Runs the suites in order: a line for each, every failure in full, and one closing line that counts them.
//   node tests/run.mjs [--list] [SUITE...]
import { mkdirSync, writeFileSync } from 'node:fs';
import { long, suites } from './suites.mjs';

const LIMIT_MS = 19 * 60 * 1000;
const LONG_LIMIT_MS = 3 * 60 * 60 * 1000;

function seconds(since) {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}

function report(name, result, started) {
  const { passed, failed, skipped } = result;
  const words = [`${passed.length} passed`, `${failed.length} failed`];
  if (skipped.length) words.push(`${skipped.length} skipped`);
  console.log(`${failed.length ? 'FAIL' : 'ok  '} ${name.padEnd(18)} ${words.join(', ')} in ${seconds(started)}`);
  for (const note of result.notes ?? []) console.log(`  ${note}`);
  for (const { name: test, detail } of failed) console.log(`\n  not ok: ${test}\n${detail.replace(/^/gm, '    ')}\n`);
  for (const { name: test, reason } of skipped) console.log(`  skipped: ${test}: ${reason}`);
}

const told = new Set(); // a build that fails stops several suites, and is told once

async function runSuite([name, run]) {
  const started = Date.now();
  let result;
  try {
    result = await run();
  } catch (error) {
    const detail = told.has(error) ? `${error.message}, see above` : String(error.detail ?? error.stack);
    told.add(error);
    result = { passed: [], failed: [{ name, detail }], skipped: [] };
  }
  if (result.passed.length + result.failed.length === 0) {
    result.failed.push({ name, detail: 'this suite ran no test' });
  }
  if (result.output) writeFileSync(`build/tests/${name}.log`, result.output);
  report(name, result, started);
  return result;
}

function chosen(names) {
  const all = { ...suites, ...long };
  const wanted = names.length ? names : Object.keys(suites);
  const unknown = wanted.filter((name) => !(name in all));
  if (unknown.length === 0) return Object.entries(all).filter(([name]) => wanted.includes(name));
  console.error(`no such suite: ${unknown.join(', ')}. There are: ${Object.keys(all).join(', ')}`);
  process.exit(2);
}

const names = process.argv.slice(2);
if (names.includes('--list')) {
  console.log([...Object.keys(suites), ...Object.keys(long).map((name) => `${name} (only when named)`)].join('\n'));
  process.exit(0);
}
mkdirSync('build/tests', { recursive: true });
const limitMs = names.some((name) => name in long) ? LONG_LIMIT_MS : LIMIT_MS;
const deadline = setTimeout(() => {
  console.log(`FAIL the whole run took longer than ${limitMs / 60000} minutes`);
  process.exit(1); // the exit handler in command.mjs ends what still runs
}, limitMs);
const total = { passed: 0, failed: 0, skipped: 0 };
for (const suite of chosen(names)) {
  const result = await runSuite(suite);
  for (const key of Object.keys(total)) total[key] += result[key].length;
}
clearTimeout(deadline);
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ''}`);
process.exitCode = total.failed ? 1 : 0;
