// What is measured: Shopbell, the floor, and the peers, each started alike and each with what the load generator has to
// be told to speak with it.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RedisServer } from './redis.ts';
import { freePort, newFolder, Running } from './running.ts';

export const BUILD = 'build/release';
const PASSWORD = 'bench-bell';
/** Each may have 100 conversations, which is the most there is. */
export const AGENTS = 40;

export interface Server {
  name: string;
  /** Whose processor and memory are the server's. */
  pids: number[];
  /** For shopbell-bench. */
  speak: Record<string, string>;
  stop(): Promise<void>;
}

let hash: string | undefined;

function site(id: string, agents: number): string {
  const section = (n: number) =>
    `[agent ${id}/agent${n}]\nname = Agent ${n}\nemail = agent${n}@${id}.example\nteams = all\ncapacity = 100\npassword = ${hash}\n`;
  const all = Array.from({ length: agents }, (_, i) => section(i + 1)).join('');
  return `[site ${id}]\nname = ${id}\norigins = self\ndefault_team = all\n[team ${id}/all]\nname = All\n${all}`;
}

/** Two sites, so that what happens in one has nothing to do with who talks in the other. */
function config(settings: Record<string, number>): string {
  const lines = Object.entries({ session_rate: 1_000_000, ...settings }).map(([name, value]) => `${name} = ${value}\n`);
  hash ??= execFileSync(`${BUILD}/server/shopbell`, ['--hash-password'], { input: `${PASSWORD}\n` }).toString().trim().split('\n').pop()!;
  return `[server]\nlog_level = warn\n${lines.join('')}${site('bench', AGENTS)}${site('calm', AGENTS)}`;
}

/** How the load speaks with the agents and shoppers of a site. */
export function speakOf(id: string): Record<string, string> {
  return { site: id, 'agent-email': `agent%d@${id}.example`, 'agent-password': PASSWORD };
}

function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text ? text.split(' ').map(Number) : [];
}

export interface ShopbellOptions {
  redis: RedisServer;
  workers?: number;
  /** To start again where another one was. */
  port?: number;
  /** Under [server]. */
  settings?: Record<string, number>;
}

export async function startShopbell({ redis, workers = 1, port, settings = {} }: ShopbellOptions): Promise<Server> {
  const dir = newFolder();
  const file = join(dir, 'bench.conf');
  writeFileSync(file, config(settings));
  const listen = `127.0.0.1:${port ?? (await freePort())}`;
  const flags = ['--config', file, '--listen', listen, '--data', dir, '--redis', redis.url, '--workers', String(workers)];
  const server = new Running('shopbell', [`${BUILD}/server/shopbell`, ...flags]);
  const [, url] = await server.prints(/^shopbell ready (\S+)$/m, 60_000);
  return {
    name: 'shopbell',
    pids: workers > 1 ? childrenOf(server.pid) : [server.pid],
    speak: { url: url!, ...speakOf('bench') },
    stop: () => server.stop(),
  };
}

export interface FloorOptions {
  redis?: RedisServer;
  coalesce?: boolean;
  readBuffer?: number;
}

export async function startFloor({ redis, coalesce, readBuffer = 512 }: FloorOptions): Promise<Server> {
  const flags = ['--listen', '127.0.0.1:0', '--read-buffer', String(readBuffer)];
  if (redis) flags.push('--redis', redis.url);
  if (coalesce) flags.push('--coalesce');
  const server = new Running('shopbell-floor', [`${BUILD}/bench/floor/shopbell-floor`, ...flags]);
  const [, url] = await server.prints(/^floor ready (\S+)$/m);
  return { name: 'floor', pids: [server.pid], speak: { url: `${url}/ws`, protocol: 'relay' }, stop: () => server.stop() };
}

const PEERS = {
  'socket.io': { argv: ['socketio', '--adapter', 'streams'], protocol: 'socketio', path: '/socket.io/?EIO=4&transport=websocket', tcp: false },
  ws: { argv: ['ws'], protocol: 'relay', path: '/ws', tcp: false },
  nchan: { argv: ['nchan'], protocol: 'nchan', path: '/room/0', tcp: true },
};
export type PeerName = keyof typeof PEERS;

export async function startPeer(name: PeerName, redis?: RedisServer): Promise<Server> {
  const { argv, protocol, path, tcp } = PEERS[name];
  const store = redis ? ['--redis', tcp ? redis.address : redis.url] : [];
  const server = new Running(name, [process.execPath, 'bench/peers/start.mjs', ...argv, ...store]);
  const [, url] = await server.prints(/^peer ready (\S+)$/m, 60_000);
  const [, pids] = await server.prints(/^peer pids (\S+)$/m);
  return { name, pids: pids!.split(',').map(Number), speak: { url: `${url}${path}`, protocol }, stop: () => server.stop() };
}
