// Redis servers that are not the server's own: one alone, or a master with a replica and three Sentinels who watch over
// them. All on free ports of 127.0.0.1, in a folder of their own, gone when the test is over.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { Redis } from './redis.ts';
import { until } from './until.ts';

/** What is to be done when the test is over. */
export type Ends = Pick<TestContext, 'after'>;

export const MASTER = 'shop-main';

/** Not one of those that connections get: nobody takes it while its server is down. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 12_000 + Math.floor(Math.random() * 20_000);
    const listener = createServer().listen(port, '127.0.0.1');
    const isFree = await once(listener, 'listening').then(() => true, () => false);
    if (!isFree) continue;
    listener.close();
    await once(listener, 'close');
    return port;
  }
}

/** What was written may be much. */
const LOAD_MS = 60_000;

const children = new Set<ChildProcess>();
process.on('exit', () => children.forEach((child) => child.kill('SIGKILL')));

export class RedisServer {
  private child!: ChildProcess;
  private said = '';
  private connection?: Redis;

  constructor(
    readonly port: number,
    private readonly args: string[],
    private readonly env: Record<string, string> = {},
  ) {}

  /** Also again, after it was killed. */
  async start(ready = 'eady to accept connections'): Promise<this> {
    this.said = '';
    const child = spawn('redis-server', this.args, { env: { ...process.env, ...this.env }, stdio: ['ignore', 'pipe', 'ignore'] });
    children.add((this.child = child));
    child.once('exit', () => children.delete(child));
    child.stdout.on('data', (chunk) => (this.said += chunk));
    await until(`Redis on port ${this.port} says ${ready}`, () => this.said.includes(ready) || child.exitCode !== null, LOAD_MS);
    if (child.exitCode !== null) throw new Error(`redis-server ended:\n${this.said}`);
    return this;
  }

  get pid(): number {
    return this.child.pid!;
  }

  log(): string {
    return this.said;
  }

  /** A failover ends all connections. */
  async client(): Promise<Redis> {
    if (!this.connection?.isOpen) this.connection = await Redis.open({ host: '127.0.0.1', port: this.port });
    return this.connection;
  }

  async call(...args: (string | number)[]): Promise<unknown> {
    return (await this.client()).call(...args);
  }

  async role(): Promise<string> {
    return ((await this.call('ROLE')) as string[])[0]!;
  }

  async kill(): Promise<void> {
    this.connection?.close();
    this.connection = undefined;
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }
}

function testFolder(t: Ends): string {
  const dir = mkdtempSync(join(tmpdir(), 'shopbell-redis-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Appends to a file, and waits for no disk: what is tried here is not the loss of power. */
async function dataServer(t: Ends, root: string, args: string[], env?: Record<string, string>): Promise<RedisServer> {
  const port = await freePort();
  const dir = join(root, String(port));
  mkdirSync(dir);
  const flags = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', '', '--appendonly', 'yes'];
  const server = new RedisServer(port, [...flags, '--repl-diskless-sync-delay', '0', ...args], env);
  t.after(() => server.kill());
  return server.start();
}

export function oneRedis(t: Ends, ...args: string[]): Promise<RedisServer> {
  return dataServer(t, testFolder(t), args);
}

export function redisWithEnv(t: Ends, env: Record<string, string>, ...args: string[]): Promise<RedisServer> {
  return dataServer(t, testFolder(t), args, env);
}

async function sentinel(t: Ends, root: string, watched: number, { source }: GroupOptions): Promise<RedisServer> {
  const port = await freePort();
  const config = join(root, `sentinel-${port}.conf`);
  const lines = [
    `port ${port}`, 'bind 127.0.0.1', `dir ${root}`, `sentinel monitor ${MASTER} 127.0.0.1 ${watched} 2`,
    `sentinel down-after-milliseconds ${MASTER} 500`, `sentinel failover-timeout ${MASTER} 4000`,
    ...(source ? ['protected-mode no', `bind-source-addr ${source}`, 'sentinel announce-ip 127.0.0.1'] : []),
  ];
  writeFileSync(config, lines.join('\n') + '\n');
  const server = new RedisServer(port, [config, '--sentinel']);
  t.after(() => server.kill());
  return server.start('+monitor master');
}

/** The replica gets nothing of what comes now. */
export async function cutReplication(replica: RedisServer): Promise<void> {
  await replica.call('CONFIG', 'SET', 'masteruser', 'nobody', 'masterauth', 'nothing');
  await replica.call('CLIENT', 'KILL', 'TYPE', 'master');
}

export interface Group {
  /** For --redis. */
  url: string;
  servers: RedisServer[];
  sentinels: RedisServer[];
  /** As most Sentinels see it. */
  master(): Promise<RedisServer>;
}

function flat(reply: unknown): Record<string, string> {
  const list = reply as string[];
  return Object.fromEntries(list.flatMap((key, i) => (i % 2 === 0 ? [[key, list[i + 1]!]] : [])));
}

async function knowsAll(one: RedisServer): Promise<boolean> {
  const seen = flat(await one.call('SENTINEL', 'MASTER', MASTER));
  if (seen['num-other-sentinels'] !== '2' || seen['num-slaves'] !== '1') return false;
  const replicas = (await one.call('SENTINEL', 'REPLICAS', MASTER)) as unknown[];
  return flat(replicas[0])['master-link-status'] === 'ok';
}

export interface GroupOptions {
  /** The address that they speak to each other from; others speak to them from another one. */
  source?: string;
}

export async function redisGroup(t: Ends, options: GroupOptions = {}): Promise<Group> {
  const root = testFolder(t);
  const from = options.source ? ['--protected-mode', 'no', '--bind-source-addr', options.source, '--replica-announce-ip', '127.0.0.1'] : [];
  const first = await dataServer(t, root, from);
  const second = await dataServer(t, root, [...from, '--replicaof', `127.0.0.1 ${first.port}`]);
  await until('the replica follows', async () => String(await second.call('INFO', 'replication')).includes('master_link_status:up'));
  const sentinels = await Promise.all([1, 2, 3].map(() => sentinel(t, root, first.port, options)));
  for (const one of sentinels) await until('the Sentinels know each other and the replica', () => knowsAll(one), 15_000);
  const servers = [first, second];
  const port = async (one: RedisServer) => Number(((await one.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', MASTER)) as string[])[1]);
  return {
    url: `sentinel://${sentinels.map((one) => `localhost:${one.port}`).join(',')}/${MASTER}`,
    servers,
    sentinels,
    master: async () => {
      const ports = await Promise.all(sentinels.map(port));
      const agreed = ports.find((one) => ports.filter((other) => other === one).length > 1);
      return servers.find((one) => one.port === agreed)!;
    },
  };
}
