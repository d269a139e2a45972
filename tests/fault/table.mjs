// The table of a full run: a line for each promise, from what tests/fault/harness/promise.ts wrote. It is kept beside the
// tests, and between its two marks in README.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

const RESULTS = 'build/fault';
const TABLE = 'tests/fault/TABLE.md';
const START = '<!-- ./dev test fault writes from here -->';
const END = '<!-- to here -->';

/** @returns {{id: string, promise: string, seed: number, kept: boolean, seconds: number, figures: Record<string, number | string>}[]} */
function results() {
  const files = readdirSync(RESULTS).filter((name) => /^G\d+\.json$/.test(name));
  const all = files.map((name) => JSON.parse(readFileSync(join(RESULTS, name), 'utf8')));
  return all.sort((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)));
}

function number(value) {
  return typeof value === 'number' ? value.toLocaleString('en') : value;
}

/** `p50_ms` and its like belong together: "writing again 1,200 / 3,400 / 3,600 ms". */
function shown(figures) {
  const times = Object.keys(figures).flatMap((name) => /^(.*)_p50_ms$/.exec(name)?.[1] ?? []);
  const isTime = (name) => times.some((time) => [`${time}_p50_ms`, `${time}_p99_ms`, `${time}_max_ms`].includes(name));
  const sums = Object.entries(figures).filter(([name]) => !isTime(name));
  return [
    ...sums.map(([name, value]) => `${name.replaceAll('_', ' ')} ${number(value)}`),
    ...times.map((time) => {
      const [p50, p99, max] = ['p50', 'p99', 'max'].map((which) => number(figures[`${time}_${which}_ms`]));
      return `${time.replaceAll('_', ' ')} ${p50} / ${p99} / ${max} ms`;
    }),
  ].join('; ');
}

function line({ id, promise, seed, kept, seconds, figures }) {
  return `| ${id} | ${promise} | ${kept ? 'kept' : '**broken**'} | ${shown(figures)} | ${seed} | ${seconds} s |`;
}

/** Lines of an earlier run stay when only some promises were asked for; each file tells which commit it is of. */
function stamped(since) {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD']).toString().trim();
  for (const file of readdirSync(RESULTS).filter((name) => /^G\d+\.json$/.test(name))) {
    const path = join(RESULTS, file);
    const result = JSON.parse(readFileSync(path, 'utf8'));
    if (statSync(path).mtimeMs >= since) writeFileSync(path, JSON.stringify({ ...result, commit }, null, 2) + '\n');
  }
}

function closing(all, seconds) {
  const commits = [...new Set(all.map(({ commit }) => commit))].join(', ');
  const sum = all.reduce((total, result) => total + result.seconds, 0);
  return (
    `\`./dev test fault\` at ${commits}, on ${availableParallelism()} cores with load, servers and Redis on the same machine: ` +
    `${Math.round(sum / 60)} minutes of trials, the last run ${Math.round(seconds / 60)} minutes.`
  );
}

/** @param {number} started when the run began, in ms */
export function writeTable(started) {
  stamped(started);
  const all = results();
  const text = [
    '| | promise | | figures (times are p50 / p99 / max) | seed | took |',
    '|---|---|---|---|---|---|',
    ...all.map(line),
    '',
    closing(all, (Date.now() - started) / 1000),
    '',
  ].join('\n');
  writeFileSync(TABLE, text);
  const readme = readFileSync('README.md', 'utf8');
  const [from, to] = [readme.indexOf(START), readme.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`README.md has no "${START}" with "${END}" after it`);
  writeFileSync('README.md', `${readme.slice(0, from + START.length)}\n${text}${readme.slice(to)}`);
}
