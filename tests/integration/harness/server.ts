// The real server in a folder of its own, on a free port, with its private Redis; and what can be done to it.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configText, type Sites } from './config.ts';
import { Redis } from './redis.ts';
import { until, within } from './until.ts';

export const BIN = process.env.SHOPBELL_BIN!;
const START_MS = 20_000;

// Whatever happens to a test, nothing that it started is left: a Redis that was stopped does not end by itself.
const started = new Set<ChildProcess>();
const folders = new Set<string>();
process.on('exit', () => {
  started.forEach((child) => child.kill('SIGKILL'));
  folders.forEach(endRedisOf);
});

function readOr(fallback: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return fallback;
  }
}

function endRedisOf(data: string): void {
  const pid = Number(readOr('0', join(data, 'redis.pid')));
  if (pid > 1 && readOr('', `/proc/${pid}/cmdline`).includes(data)) process.kill(pid, 'SIGKILL');
}

export interface ServerOptions {
  sites?: Sites;
  settings?: Record<string, string | number>;
  flags?: string[];
  /** A file to be used as it is, instead of one made of sites and settings. */
  config?: string;
  /** Where the data is, when not in the test's own folder. */
  data?: string;
  env?: Record<string, string>;
  /** Another build of the server. */
  bin?: string;
  /** A command that runs it, such as nsenter. */
  within?: string[];
}

export interface Exit {
  code: number | null;
  signal: string | null;
}

export class Server {
  readonly dir = mkdtempSync(join(tmpdir(), 'shopbell-test-'));
  readonly data: string;
  readonly config: string;
  /** Agents' tokens by site and name, so that only the first log-in costs a password. */
  readonly tokens = new Map<string, string>();
  readonly sockets = new Set<{ terminate(): void }>();
  url = '';
  private child?: ChildProcess;
  private exit?: Promise<Exit>;
  private said = '';
  private connection?: Redis;

  constructor(private readonly options: ServerOptions) {
    this.data = options.data ?? join(this.dir, 'data');
    this.config = options.config ?? join(this.dir, 'test.conf');
    if (!options.config) writeFileSync(this.config, configText(options.sites ?? ['shop'], options.settings ?? {}));
  }

  /** Starts it, also again after it was stopped or killed: same folder, another port. */
  async start(): Promise<this> {
    const child = this.spawn();
    let stdout = '';
    child.stdout!.on('data', (chunk) => (stdout += chunk));
    const ready = until('shopbell ready', () => /^shopbell ready (http:\S+)$/m.exec(stdout)?.[1], START_MS);
    const failed = this.exit!.then(({ code, signal }) => {
      throw new Error(`the server ended with ${signal ?? code}:\n${this.log()}`);
    });
    this.url = await Promise.race([ready, failed]);
    failed.catch(() => undefined);
    return this;
  }

  private spawn(): ChildProcess {
    const { flags = [], env = {}, bin = BIN, within: around = [] } = this.options;
    const listen = flags.includes('--listen') ? [] : ['--listen', '127.0.0.1:0'];
    const args = ['--config', this.config, '--data', this.data, ...listen, ...flags];
    const [program, ...all] = [...around, bin, ...args];
    const child = spawn(program!, all, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    started.add(child);
    folders.add(this.data);
    child.stderr.on('data', (chunk) => (this.said += chunk));
    this.exit = new Promise((resolve) =>
      child.on('close', (code, signal) => {
        started.delete(child);
        resolve({ code, signal });
      }),
    );
    return (this.child = child);
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  get pid(): number {
    return this.child!.pid!;
  }

  get isRunning(): boolean {
    return this.child?.exitCode === null && this.child.signalCode === null;
  }

  /** All that every run of it wrote to stderr. */
  log(): string {
    return this.said;
  }

  /** Ends it as an operator would, and waits until it has. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', withinMs = 15_000): Promise<Exit> {
    this.forgetRedis();
    this.child?.kill(signal);
    return within(`the server ends after ${signal}`, this.exit!, withinMs);
  }

  /** kill -9; its private Redis is given the time to notice. */
  async kill(): Promise<void> {
    const redis = this.redisPid();
    await this.stop('SIGKILL');
    await until('the private Redis is gone', () => !isAlive(redis));
  }

  /** How it ended, when it does so by itself. */
  ended(withinMs?: number): Promise<Exit> {
    return within('the server ends', this.exit!, withinMs);
  }

  /** For the end of a test: stops it, which must go well, and removes the folder. */
  async close(): Promise<void> {
    this.sockets.forEach((socket) => socket.terminate());
    try {
      if (this.isRunning) assert.deepEqual(await this.stop(), { code: 0, signal: null }, this.log());
    } finally {
      this.child?.kill('SIGKILL');
      endRedisOf(this.data);
      rmSync(this.dir, { recursive: true, force: true });
    }
  }

  // --- its private Redis ---------------------------------------------------------------------------------------------

  redisPid(): number {
    return Number(readFileSync(join(this.data, 'redis.pid'), 'utf8'));
  }

  async redis(): Promise<Redis> {
    return (this.connection ??= await Redis.open({ path: join(this.data, 'redis.sock') }));
  }

  forgetRedis(): void {
    this.connection?.close();
    this.connection = undefined;
  }
}

/** One that ended but was not yet waited for is gone. */
export function isAlive(pid: number): boolean {
  const stat = readOr('', `/proc/${pid}/stat`);
  return stat !== '' && !/\) [ZX]/.test(stat);
}

export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const server = new Server(options);
  try {
    return await server.start();
  } catch (error) {
    await server.close().catch(() => undefined);
    throw error;
  }
}
