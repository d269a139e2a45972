// Runs a program to its end, with a time-out, and leaves nothing of it behind.
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

// Every descendant inherits this mark, also one that left its process group.
const MARK = `SHOPBELL_TEST_RUN=${process.pid}`;
const running = new Set();

/** Ends the program and everything it started: each runs in a process group of its own. */
function killGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // the whole group has ended
  }
}

process.on('exit', () => running.forEach(killGroup));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));

/**
 * @param {string[]} command
 * @param {{env?: Record<string, string>, timeoutMs?: number, cwd?: string}} options
 * @returns {Promise<{code: number, output: string, stdout: string}>} code is -1 after a time-out
 */
export function run(command, { env = {}, timeoutMs = 120_000, cwd } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command[0], command.slice(1), {
      cwd,
      detached: true,
      env: { ...process.env, ...env, SHOPBELL_TEST_RUN: String(process.pid) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const all = [];
    const stdout = [];
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      killGroup(child.pid);
    }, timeoutMs);
    running.add(child.pid);
    child.stdout.on('data', (chunk) => all.push(chunk) && stdout.push(chunk));
    child.stderr.on('data', (chunk) => all.push(chunk));
    child.on('error', reject);
    child.on('exit', () => killGroup(child.pid));
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      killGroup(child.pid);
      running.delete(child.pid);
      if (late) all.push(Buffer.from(`\nended after ${timeoutMs / 1000} s: ${command.join(' ')}\n`));
      else if (signal) all.push(Buffer.from(`\nended by ${signal}: ${command.join(' ')}\n`));
      resolve({
        code: late || signal ? -1 : code,
        output: Buffer.concat(all).toString(),
        stdout: Buffer.concat(stdout).toString(),
      });
    });
  });
}

function readProc(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return ''; // it ended meanwhile, or belongs to someone else
  }
}

/** Ends what this run started and did not end, and says what it was. */
export function leftovers() {
  const found = [];
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (!` ${readProc(pid, 'environ')} `.includes(` ${MARK} `)) continue;
    found.push(`${pid} ${readProc(pid, 'cmdline')}`);
    process.kill(Number(pid), 'SIGKILL');
  }
  return found;
}
