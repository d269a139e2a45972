// Who is measured, with the load that is the same for all: conversations with a shopper at one end and one of a few
// agents at the other.
import type { LoadOptions } from './load.ts';
import type { Contender } from './runs.ts';
import { AGENTS, startFloor, startPeer, startShopbell, type FloorOptions, type PeerName } from './servers.ts';

const AN_AGENTS = 100;

function someAgents(conversations: number): number {
  return Math.min(AGENTS, Math.ceil(conversations / AN_AGENTS) + 1);
}

/** Where there are conversations, there are agents. */
function withAgents(options: LoadOptions, agents = someAgents): LoadOptions {
  const conversations = Number(options['conversations'] ?? 0);
  return conversations ? { ...options, agents: agents(conversations) } : options;
}

export function shopbell(options: LoadOptions, { workers = 1, name = 'shopbell' } = {}): Contender {
  return { name, start: (redis) => startShopbell({ redis, workers }), options: withAgents(options) };
}

export function floor(options: LoadOptions, how: FloorOptions & { name?: string; isPlain?: boolean } = {}): Contender {
  const { name = 'floor', isPlain = false, ...floorOptions } = how;
  return { name, start: (redis) => startFloor(isPlain ? floorOptions : { ...floorOptions, redis }), options: withAgents(options) };
}

/** nchan has one room a socket: there each conversation has an agent of its own. */
export function peer(name: PeerName, options: LoadOptions): Contender {
  const agents = name === 'nchan' ? (conversations: number) => conversations : someAgents;
  return { name, start: (redis) => startPeer(name, redis), options: withAgents(options, agents) };
}
