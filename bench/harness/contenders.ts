// Who is measured, with the load that is the same for all: conversations with a shopper at one end and one of a few
// agents at the other.
import type { LoadOptions } from './load.ts';
import type { Contender } from './runs.ts';
import { AGENTS, startFloor, startPeer, startShopbell, type FloorOptions, type PeerName } from './servers.ts';

const AN_AGENTS = 100;

function agents(conversations: number): number {
  return Math.min(AGENTS, Math.ceil(conversations / AN_AGENTS) + 1);
}

export function shopbell(options: LoadOptions, { workers = 1, name = 'shopbell' } = {}): Contender {
  const all = { ...options, agents: agents(Number(options['conversations'] ?? 0)) };
  return { name, start: (redis) => startShopbell({ redis, workers }), options: options['conversations'] ? all : options };
}

export function floor(options: LoadOptions, how: FloorOptions & { name?: string; isPlain?: boolean } = {}): Contender {
  const { name = 'floor', isPlain = false, ...floorOptions } = how;
  const all = options['conversations'] ? { ...options, agents: agents(Number(options['conversations'])) } : options;
  return { name, start: (redis) => startFloor(isPlain ? floorOptions : { ...floorOptions, redis }), options: all };
}

/** nchan has one room a socket: there each conversation has an agent of its own. */
export function peer(name: PeerName, options: LoadOptions): Contender {
  const conversations = Number(options['conversations'] ?? 0);
  const count = name === 'nchan' ? conversations : agents(conversations);
  return { name, start: (redis) => startPeer(name, redis), options: conversations ? { ...options, agents: count } : options };
}
