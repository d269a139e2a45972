// The suites of ./dev test, in the order they run. Each is a function that returns {passed, failed, skipped, output}.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { leftovers, run } from './command.mjs';
import { writeTable } from './fault/table.mjs';
import { checkLayers } from './layers.mjs';
import { readTap } from './tap.mjs';

const MINUTE_MS = 60_000;
const OUTPUT_MAX = 20_000; // of a compiler's words; the first error is seldom further up than that

const SETUP = {
  debug: { env: { CC: 'gcc' }, options: [] },
  // The second compiler and the sanitizers in one build.
  asan: { env: { CC: 'clang' }, options: ['-Db_sanitize=address,undefined', '-Db_lundef=false'] },
};

const builds = {};

/** Configures and compiles build/NAME once a run; throws with the compiler's words when that fails. */
function built(name) {
  return (builds[name] ??= (async () => {
    const dir = `build/${name}`;
    const { env, options } = SETUP[name];
    const steps = [['ninja', '-C', dir]];
    if (!existsSync(`${dir}/build.ninja`)) steps.unshift(['meson', 'setup', dir, ...options]);
    for (const step of steps) {
      const { code, output } = await run(step, { env, timeoutMs: 8 * MINUTE_MS });
      if (code !== 0) throw Object.assign(new Error(`${step.join(' ')} failed`), { detail: output.slice(-OUTPUT_MAX) });
    }
  })());
}

function checked(checks) {
  const result = { passed: [], failed: [], skipped: [] };
  for (const [name, wrong] of checks) {
    if (wrong.length) result.failed.push({ name, detail: wrong.join('\n') });
    else result.passed.push(name);
  }
  return result;
}

function joined(results) {
  return {
    passed: results.flatMap((result) => result.passed),
    failed: results.flatMap((result) => result.failed),
    skipped: results.flatMap((result) => result.skipped),
    notes: results.flatMap((result) => result.notes ?? []),
    output: results.map((result) => result.output ?? '').join('\n'),
  };
}

/** A program that wrote TAP; one that failed in another way, or wrote none, counts as one test. */
function tapResult(name, { code, stdout, output }) {
  const notes = [...stdout.matchAll(/^ *# note: (.*)$/gm)].map(([, note]) => note); // to be shown also when all is well
  const result = { ...readTap(stdout), notes, output };
  const silent = result.passed.length + result.failed.length + result.skipped.length === 0;
  if (code !== 0 && result.failed.length === 0) result.failed.push({ name, detail: output });
  else if (silent) result.passed.push(name);
  return result;
}

async function command(name, argv) {
  const { code, output } = await run(argv);
  return { ...checked([[name, code === 0 ? [] : [output]]]), output };
}

// --- C -------------------------------------------------------------------------------------------------------------

/** Runs meson's tests one by one, for their TAP: all whose suite `wanted` takes. */
async function mesonTests(buildName, wanted, env = {}) {
  await built(buildName);
  const { stdout } = await run(['meson', 'introspect', '--tests', `build/${buildName}`]);
  const results = [];
  for (const test of JSON.parse(stdout)) {
    if (!wanted(test.suite)) continue;
    const result = await run(test.cmd, {
      cwd: test.workdir ?? undefined,
      env: { CMOCKA_MESSAGE_OUTPUT: 'TAP', ...test.env, ...env },
      timeoutMs: 2 * MINUTE_MS,
    });
    results.push(tapResult(test.name, result));
  }
  return joined(results);
}

const isVectors = (suites) => suites.includes('shopbell:vectors');
const isUnit = (suites) => !isVectors(suites);

// --- TypeScript ----------------------------------------------------------------------------------------------------

function testFiles(dir) {
  return readdirSync(`tests/${dir}`).filter((name) => /\.test\.tsx?$/.test(name));
}

/** Bundles these files of tests/DIR into build/tests/DIR; returns what came of them. */
async function bundled(dir, sources) {
  const outdir = `build/tests/${dir}`;
  rmSync(outdir, { recursive: true, force: true });
  await build({
    alias: { '@proto': resolve('build/debug/proto/protocol.ts') },
    bundle: true,
    entryPoints: sources.map((name) => `tests/${dir}/${name}`),
    format: 'esm',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.shadow.css': 'text', '.css': 'empty' },
    logLevel: 'silent',
    outdir,
    outExtension: { '.js': '.mjs' },
    packages: 'external',
    platform: 'node',
    sourcemap: 'inline',
    target: 'node18',
  });
  return sources.map((name) => join(outdir, name.replace(/\.tsx?$/, '.mjs')));
}

/** Runs them with node's own runner, one file after the other. */
async function nodeRun(name, files, { timeoutMs, buildName = 'debug', env = {} }) {
  const argv = [process.execPath, '--enable-source-maps', '--test', '--test-reporter=tap', ...files];
  const result = await run(argv, {
    env: {
      SHOPBELL_BIN: resolve(`build/${buildName}/server/shopbell`),
      PROMTOOL: resolve('build/tools/promtool'),
      CHROMIUM: '/usr/bin/chromium',
      ...env,
    },
    timeoutMs,
  });
  return tapResult(name, result);
}

async function nodeTests(dir, options) {
  const sources = testFiles(dir);
  if (sources.length === 0) return joined([]); // node would take every test it finds
  return nodeRun(dir, await bundled(dir, sources), options);
}

/** The folders of tests that need no server: those of the pages' own code. */
function webFolders() {
  return readdirSync('tests', { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !['browser', 'fault', 'integration', 'model', 'vectors'].includes(entry.name))
    .map(({ name }) => name)
    .filter((name) => testFiles(name).length > 0);
}

async function webTests() {
  await built('debug');
  const results = [];
  for (const dir of webFolders()) results.push(await nodeTests(dir, { timeoutMs: MINUTE_MS }));
  return joined(results);
}

async function againstServer(dir, buildName, env = {}) {
  await built(buildName);
  return nodeTests(dir, { buildName, env, timeoutMs: 6 * MINUTE_MS });
}

/** A few seeds; with MODEL_FULL=1 many, and the library broken on purpose (tests/model/model.test.ts). */
async function modelTests() {
  if (process.env.MODEL_FULL !== '1') return nodeTests('model', { timeoutMs: 2 * MINUTE_MS });
  const options = { timeoutMs: 10 * MINUTE_MS };
  return joined([await nodeTests('model', options), await nodeTests('model/mutations', options)]);
}

/** FAULT=G1,G5 chooses; without it all of them: g01_server_killed.test.ts is that of G1. */
function faultFiles() {
  const wanted = process.env.FAULT?.split(',').map((id) => `g${id.slice(1).padStart(2, '0')}_`);
  return testFiles('fault').filter((name) => !wanted || wanted.some((start) => name.startsWith(start)));
}

/** Much of a fault's time is waiting: so many files run beside each other. Then those that need the machine to themselves. */
async function faultTests(buildName, { atOnce, first, alone, timeoutMs, env = {} }) {
  await built(buildName);
  const isFirst = (file) => Number(first?.test(file) ?? false);
  const files = await bundled('fault', faultFiles().sort((a, b) => isFirst(b) - isFirst(a)));
  const results = [];
  const runAll = async (list) => {
    for (let file = list.shift(); file; file = list.shift()) {
      results.push(await nodeRun(file, [file], { buildName, env, timeoutMs }));
    }
  };
  const isAlone = (file) => alone?.test(file);
  const together = files.filter((file) => !isAlone(file));
  await Promise.all(Array.from({ length: atOnce }, () => runAll(together)));
  await runAll(files.filter(isAlone));
  return joined(results);
}

/** As long as half of the others together: the last of two lanes would otherwise run it with nobody beside it. */
const FIRST_AT_FULL_LENGTH = /g14_/;

/** Presence is promised within a second, of which no neighbour may take a part. */
const ALONE_AT_FULL_LENGTH = /g07_/;

/** The full counts. Takes about an hour, alone on its machine. */
async function faultFull() {
  const started = Date.now();
  const result = await faultTests('debug', {
    atOnce: 2,
    first: FIRST_AT_FULL_LENGTH,
    alone: ALONE_AT_FULL_LENGTH,
    timeoutMs: 90 * MINUTE_MS,
    env: { FAULT_FULL: '1' },
  });
  writeTable(started);
  return result;
}

// --- the sanitizer build -------------------------------------------------------------------------------------------

// What is left of a process that is killed (SIGKILL) while it looks for leaks at its end: it found nothing.
const KILLED_AT_ITS_END = /^==\d+==Unable to get registers from thread \d+\.\n$/;

/** Runs a suite so that every sanitizer report of any process, also of one that was expected to fail, is a failure. */
async function sanitized(name, runSuite) {
  const dir = resolve(`build/tests/${name}-reports`);
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  const logs = `log_path=${dir}/report`;
  const result = await runSuite({
    ASAN_OPTIONS: `${logs}:detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1`,
    UBSAN_OPTIONS: `${logs}:print_stacktrace=1:halt_on_error=1`,
    ASAN_SYMBOLIZER_PATH: '/usr/bin/llvm-symbolizer',
  });
  const said = readdirSync(dir).map((file) => readFileSync(join(dir, file), 'utf8'));
  const reports = said.filter((text) => !KILLED_AT_ITS_END.test(text));
  return joined([result, checked([['no sanitizer report', reports]])]);
}

export const suites = {
  build: async () => {
    await built('debug');
    return checked([['gcc builds everything without a warning', []]]);
  },
  unit: () => mesonTests('debug', isUnit),
  vectors: () => mesonTests('debug', isVectors),
  web: webTests,
  layers: async () => checked(checkLayers()),
  types: async () => {
    await built('debug');
    return command('tsc accepts every file', ['node_modules/.bin/tsc', '-p', '.', '--pretty', 'false']);
  },
  model: modelTests,
  integration: () => againstServer('integration', 'debug'),
  browser: () => againstServer('browser', 'debug'),
  'fault-quick': () => faultTests('debug', { atOnce: 3, timeoutMs: 3 * MINUTE_MS }),
  'asan-build': async () => {
    await built('asan');
    return checked([['clang builds everything without a warning', []]]);
  },
  'asan-unit': () => sanitized('asan-unit', (env) => mesonTests('asan', () => true, env)),
  'asan-integration': () => sanitized('asan-integration', (env) => againstServer('integration', 'asan', env)),
  'asan-browser': () => sanitized('asan-browser', (env) => againstServer('browser', 'asan', env)),
  leftovers: async () => checked([['no process is left running', leftovers()]]),
};

/** What a run without names does not do, for its length. */
export const long = { fault: faultFull };
