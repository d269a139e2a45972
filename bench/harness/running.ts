// Programs that run while something is measured. Whatever happens, none of them is left.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const KILL_AFTER_MS = 60_000;
const SAID_MAX = 4000;

const children = new Set<ChildProcess>();
const folders = new Set<string>();
process.on('exit', () => {
  children.forEach((child) => child.kill('SIGKILL'));
  folders.forEach((folder) => rmSync(folder, { recursive: true, force: true }));
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

/** Gone when everything is over. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'shopbell-bench-'));
  folders.add(folder);
  return folder;
}

export async function freePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as { port: number };
  listener.close();
  await once(listener, 'close');
  return port;
}

export class Running {
  readonly pid: number;
  private readonly ended: Promise<number>;
  private out = '';
  private said = '';

  constructor(
    readonly name: string,
    argv: string[],
    private readonly hear: (text: string) => void = () => undefined,
  ) {
    const [program, ...args] = argv;
    const child = spawn(program!, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    children.add((this.child = child));
    this.pid = child.pid ?? 0;
    child.stdout.on('data', (chunk) => (this.out += chunk));
    child.stderr.on('data', (chunk) => {
      this.said = (this.said + chunk).slice(-SAID_MAX);
      this.hear(String(chunk));
    });
    this.ended = new Promise((resolve) => {
      child.on('error', (error) => (this.said += error.message));
      child.on('close', (code) => {
        children.delete(child);
        resolve(code ?? -1);
      });
    });
  }

  private readonly child: ChildProcess;

  /** The first match in what it prints. */
  async prints(pattern: RegExp, withinMs = 30_000): Promise<RegExpExecArray> {
    const until = Date.now() + withinMs;
    for (;;) {
      const match = pattern.exec(this.out);
      if (match) return match;
      if (this.child.exitCode !== null || this.child.signalCode !== null) throw new Error(`${this.name} ended:\n${this.said}`);
      if (Date.now() > until) throw new Error(`${this.name} did not say ${pattern} within ${withinMs} ms:\n${this.said}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Its exit code and all that it printed, when it ends by itself. */
  async result(): Promise<{ code: number; out: string; said: string }> {
    const code = await this.ended;
    return { code, out: this.out, said: this.said };
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), KILL_AFTER_MS);
    await this.ended;
    clearTimeout(timer);
  }
}
