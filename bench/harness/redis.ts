// A Redis for one measurement, set as the server sets its private one.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, newFolder, Running } from './running.ts';

export type Fsync = 'always' | 'everysec';

export interface RedisServer {
  pid: number;
  /** For Shopbell, the floor and the peers alike: over a unix socket. */
  url: string;
  /** The same by TCP, for those who know no other way. */
  address: string;
  stop(): Promise<void>;
}

export async function startRedis(fsync: Fsync): Promise<RedisServer> {
  const dir = newFolder();
  const socket = join(dir, 'redis.sock');
  const port = String(await freePort());
  const settings = {
    port,
    bind: '127.0.0.1',
    unixsocket: socket,
    dir,
    appendonly: 'yes',
    appendfsync: fsync,
    save: '',
    'stream-node-max-bytes': '1024',
    'auto-aof-rewrite-min-size': '256mb',
  };
  const redis = new Running('redis-server', ['redis-server', ...Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value])]);
  await redis.prints(/eady to accept connections/);
  if (!existsSync(socket)) throw new Error(`redis-server made no socket at ${socket}`);
  return { pid: redis.pid, url: `unix:${socket}`, address: `127.0.0.1:${port}`, stop: () => redis.stop() };
}
