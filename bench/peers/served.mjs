// What both Node servers begin and end with: options, the connection to Redis, the port.
import { parseArgs } from 'node:util';
import { createClient } from 'redis';

/** The options of a peer: always --port, maybe --redis, and those it names itself. */
export function options(more = {}) {
  const { values } = parseArgs({ options: { port: { type: 'string' }, redis: { type: 'string' }, ...more } });
  return values;
}

/** HOST:PORT or unix:PATH, as node-redis wants it. */
function address(where) {
  if (where.startsWith('unix:')) return { path: where.slice('unix:'.length) };
  const colon = where.lastIndexOf(':');
  return { host: where.slice(0, colon), port: Number(where.slice(colon + 1)) };
}

/**
 * Connected, or an error. node-redis rather than ioredis: it writes the commands of a loop turn at once by itself, and costs about
 * half the processor of ioredis for each (README.md). `more`: further options of node-redis.
 */
export async function connectRedis(where, more = {}) {
  const redis = createClient({ socket: address(where), ...more });
  redis.on('error', (error) => console.error(`redis: ${error.message}`));
  await redis.connect();
  return redis;
}

/** A backlog for load that connects all at once; the kernel cuts it to net.core.somaxconn. */
export const listening = (port) => ({ host: '127.0.0.1', port: Number(port), backlog: 4096 });
