// The real server with its own private Redis, in a folder and on a port of its own. It can be stopped, killed and started
// again on the same folder and port, as an operator does.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { eventOf } from '../../integration/harness/stream';
import { bounded } from './until';

const DEMO = resolve('web-widget/demo-store/demo.conf');
const START_MS = 20_000;
const STOP_MS = 15_000;
/** Of every agent in the demo's configuration. */
export const PASSWORD = 'demo-bell';

export interface ServerOptions {
  /** Pages elsewhere that may embed the widget. */
  origins?: string[];
  /** The agents there are, by id, and how many conversations each takes; all of the demo's otherwise. */
  agents?: Record<string, number>;
  agentGraceMs?: number;
  /** Lines for the section of the team support. */
  support?: string;
  /** Instead of the private one. */
  redis?: string;
  /** More sections of the configuration. */
  more?: string;
}

export interface StoredEvent {
  seq: number;
  type: string;
  role: string;
  text?: string;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done));
  const { port } = probe.address() as { port: number };
  await new Promise((done) => probe.close(done));
  return port;
}

/** The demo's own configuration with what the test wants otherwise. */
function configuration({ origins = [], agents, agentGraceMs, support = '', more = '' }: ServerOptions): string {
  const parts = readFileSync(DEMO, 'utf8').split(/^(?=\[)/m);
  const kept = parts.flatMap((part) => {
    const id = /^\[agent demo\/(\w+)\]/.exec(part)?.[1];
    if (!id || !agents) return [part];
    return id in agents ? [part.replace(/^capacity = .*/m, `capacity = ${agents[id]}`)] : [];
  });
  return [...kept, more]
    .join('\n')
    .replace('demo = on', `demo = on\n${agentGraceMs === undefined ? '' : `agent_grace_ms = ${agentGraceMs}`}`)
    .replace('name = Shop and advice', `name = Shop and advice\n${support}`)
    .replace('origins = self', ['origins = self', ...origins].join(' '))
    .replaceAll('photo = ', `photo = ${resolve('web-widget/demo-store')}/`);
}

/** Nothing may outlive the test, however it ends. */
const running = new Set<Server>();
process.on('exit', () => running.forEach((server) => server.destroy()));

export class Server {
  readonly dir = mkdtempSync(join(tmpdir(), 'shopbell-browser-'));
  port = 0;
  private child: ChildProcess | undefined;
  private said = '';

  private constructor(private readonly redisUrl: string | undefined) {}

  static async start(options: ServerOptions = {}): Promise<Server> {
    const server = new Server(options.redis);
    server.port = await freePort();
    writeFileSync(join(server.dir, 'shopbell.conf'), configuration(options));
    await server.start();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const program = process.env.SHOPBELL_BIN;
    if (!program) throw new Error('SHOPBELL_BIN is not set: run this through ./dev test browser');
    const flags = ['--config', join(this.dir, 'shopbell.conf'), '--listen', `127.0.0.1:${this.port}`, '--data', this.data];
    if (this.redisUrl) flags.push('--redis', this.redisUrl);
    const child = spawn(program, flags, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    running.add(this);
    const ready = new Promise<void>((done, fail) => {
      const hear = (text: Buffer) => {
        this.said += text;
        if (this.said.includes('shopbell ready')) done();
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      child.on('exit', (code, signal) => fail(new Error(`the server ended (${code ?? signal}):\n${this.said.slice(-4000)}`)));
    });
    this.said = '';
    await bounded(ready, START_MS, () => `the server to be ready; it said:\n${this.said.slice(-4000)}`);
  }

  /** SIGTERM; resolves when it and its Redis are gone, and fails when it did not end well. */
  async stop(): Promise<void> {
    const code = await this.end('SIGTERM');
    if (code !== 0) throw new Error(`the server stopped with ${code}:\n${this.said.slice(-4000)}`);
  }

  /** kill -9, as a crash; its Redis goes with it. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  private async end(signal: NodeJS.Signals): Promise<number | null> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) throw new Error(`the server was not running:\n${this.said}`);
    const ended = new Promise<number | null>((done) => child.on('exit', done));
    child.kill(signal);
    const code = await bounded(ended, STOP_MS, () => `the server to end; it said:\n${this.said.slice(-4000)}`);
    this.child = undefined;
    running.delete(this);
    return code;
  }

  /** For the end of a test file: stops, and leaves nothing behind. */
  async close(): Promise<void> {
    if (this.child) await this.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** At once, without a word. */
  destroy(): void {
    for (const end of [() => this.child?.kill('SIGKILL'), () => this.signalRedis('SIGKILL')]) {
      try {
        end();
      } catch {
        // It was gone already.
      }
    }
    rmSync(this.dir, { recursive: true, force: true });
  }

  // --- its Redis ------------------------------------------------------------------------------------------------------

  private get data(): string {
    return join(this.dir, 'data');
  }

  signalRedis(signal: NodeJS.Signals): void {
    process.kill(Number(readFileSync(join(this.data, 'redis.pid'), 'utf8')), signal);
  }

  async redis(...command: string[]): Promise<unknown> {
    const argv = ['-s', join(this.data, 'redis.sock'), '--json', ...command];
    const { stdout } = await promisify(execFile)('redis-cli', argv, { timeout: 5000 });
    return JSON.parse(stdout);
  }

  /** A conversation's stream, as DESIGN.md describes it. */
  async stream(conversation: string): Promise<StoredEvent[]> {
    const entries = (await this.redis('XRANGE', `{demo}:conv:${conversation}:log`, '-', '+')) as [string, string[]][];
    return entries.map(([id, flat]) => {
      const { type, role, text } = eventOf(flat);
      return { seq: Number(id.split('-')[1]), type: type!, role: role!, text };
    });
  }

  /** The texts of a conversation in the order that Redis has them. */
  async texts(conversation: string): Promise<string[]> {
    return (await this.stream(conversation)).flatMap(({ text }) => (text === undefined ? [] : [text]));
  }

  async queueLength(team: string): Promise<number> {
    return (await this.redis('ZCARD', `{demo}:queue:${team}`)) as number;
  }
}
