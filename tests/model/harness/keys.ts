// What each key of the site must hold, derived from the world. undefined: there must be no such key.
import { byScore, SITE, type Conversation, type World } from './world.ts';

type Fields = Record<string, string | number | undefined>;
export type Held =
  | { kind: 'hash'; value: Fields }
  | { kind: 'set'; value: string[] }
  | { kind: 'list'; value: string[] }
  | { kind: 'zset'; value: [string, number][] }
  | { kind: 'stream'; value: Record<string, string>[]; generations: number[] }
  | { kind: 'string'; value: string };

const zset = (pairs: Iterable<[string, number]>): Held => ({ kind: 'zset', value: [...pairs].sort(byScore) });
const set = (members: Iterable<string>): Held => ({ kind: 'set', value: [...members].sort() });
const hash = (value: Fields): Held => ({ kind: 'hash', value });

function conversation(c: Conversation): Held {
  return hash({
    state: c.state, shopper: c.shopper, team: c.team, agent: c.agent, ticket: c.ticket, priority: c.priority, overflowed: c.overflowed ? 1 : undefined, adviser: c.adviser, lined_up_at: c.linedUpAt, opened_at: c.openedAt,
    queued_at: c.queuedAt, closed_at: c.closedAt, preview: `preview of ${c.id}`,
  });
}

const places = (world: World, list: Conversation[]): Held => zset(list.map((c) => [c.id, world.placeOf(c)]));

function ofConversation(world: World, id: string, part?: string): Held | undefined {
  const c = world.conversations.get(id);
  if (part === 'nodes') return hash(Object.fromEntries(world.views.get(id) ?? []));
  if (!c) return undefined;
  return part === 'log' ? { kind: 'stream', value: c.log, generations: c.generations } : conversation(c);
}

function ofShopper(world: World, id: string, part?: string): Held | undefined {
  const all = world.ofShopper.get(id);
  if (!all) return undefined;
  if (part === 'convs') return { kind: 'list', value: all.map((c) => c.id) };
  const last = all.at(-1)!.id;
  return hash({ open: world.openOf.get(id)?.id, url: `/page/${last}`, title: `title ${last}`, adviser: world.adviserOf.get(id) });
}

function ofAgent(world: World, id: string, part?: string): Held | undefined {
  const agent = world.agents.get(id);
  if (!agent) return undefined;
  if (part === 'convs') return set([...agent.holds].map((c) => c.id));
  if (part === 'reserved') return places(world, world.reservedOf(id));
  if (part === 'recent') return { kind: 'list', value: agent.recent };
  if (part === 'nodes') return hash(Object.fromEntries(agent.nodes));
  const teams = agent.connected ? agent.teams.join(',') : undefined;
  return hash({ status: agent.status, capacity: agent.capacity, teams, idle_since: agent.idleSince });
}

function ofPace(world: World, team: string, part?: string): Held | undefined {
  const pace = world.pace.get(team);
  const moves = world.moves.get(team);
  if (part === 'times') return { kind: 'list', value: (pace?.times ?? []).map(String) };
  if (!pace) return hash({ moves });
  const [count, mean, deviation] = world.paceOf(team);
  return hash({ left_at: pace.leftAt, count, mean, deviation, moves });
}

function held(world: World, kind: string, id = '', part?: string): Held | undefined {
  switch (kind) {
    case 'conv': return ofConversation(world, id, part);
    case 'shopper': return ofShopper(world, id, part);
    case 'agent': return ofAgent(world, id, part);
    case 'queue': return places(world, world.line(id));
    case 'reserved': return places(world, (world.waiting.get(id) ?? []).filter(({ adviser }) => adviser));
    case 'reservations': return zset([...world.reserved].map((c) => [c.id, c.reservedUntil!]));
    case 'since': return zset((world.waiting.get(id) ?? []).map((c) => [c.id, c.since]));
    case 'team': return hash(world.settings.get(id) ?? {});
    case 'pace': return ofPace(world, id, part);
    case 'candidates': return zset(world.candidates(id));
    case 'agents': return set([...world.agents.values()].filter((agent) => agent.connected).map((agent) => agent.id));
    case 'teams': return set(world.waiting.keys());
    case 'nodes': return zset(world.nodes);
    case 'beaten': return set(world.beaten);
    case 'node': return set((part === 'agents' ? world.agentsOf : world.viewsOf).get(id) ?? []);
    case 'clock': return hash(world.beat ?? {});
    case 'hints': return hash(Object.fromEntries(world.hints));
    case 'tries': return world.tries.has(id) ? { kind: 'string', value: String(world.tries.get(id)) } : undefined;
    case 'generation': return hash(world.heard < 0 ? {} : { number: world.generation, history: `h${world.heard}` });
    case 'gone': return zset(world.gone);
    case 'overflow': return zset([...world.waiting.values()].flat().flatMap((c) => (c.overflowAt === undefined ? [] : [[c.id, c.overflowAt]])));
    case 'deadlines': return zset([...world.closing].map((c) => [c.id, c.deadline!]));
    case 'ticket': return world.tickets ? { kind: 'string', value: String(world.tickets) } : undefined;
    default: return undefined;
  }
}

function isEmpty({ kind, value }: Held): boolean {
  return (kind === 'hash' ? Object.values(value).filter((field) => field !== undefined) : value).length === 0;
}

export function wanted(world: World, key: string): Held | undefined {
  const [kind, ...rest] = key.slice(`{${SITE}}:`.length).split(':');
  const found = held(world, kind!, ...rest);
  return found && isEmpty(found) ? undefined : found;
}

/** Every key there must be. */
export function allKeys(world: World): string[] {
  const keys = ['agents', 'teams', 'nodes', 'beaten', 'hints', 'generation', 'gone', 'deadlines', 'overflow', 'reservations', 'ticket', 'clock'];
  for (const id of new Set([...world.conversations.keys(), ...world.views.keys()])) {
    keys.push(`conv:${id}`, `conv:${id}:log`, `conv:${id}:nodes`);
  }
  for (const id of world.ofShopper.keys()) keys.push(`shopper:${id}`, `shopper:${id}:convs`);
  for (const id of world.agents.keys()) for (const part of ['', ':convs', ':recent', ':nodes', ':reserved']) keys.push(`agent:${id}${part}`);
  for (const team of world.waiting.keys()) keys.push(`queue:${team}`, `reserved:${team}`, `since:${team}`, `pace:${team}`, `pace:${team}:times`);
  for (const team of world.settings.keys()) keys.push(`team:${team}`);
  for (const team of new Set([...world.agents.values()].flatMap(({ teams }) => teams))) keys.push(`candidates:${team}`);
  for (const who of world.tries.keys()) keys.push(`tries:${who}`);
  for (const id of world.agentsOf.keys()) keys.push(`node:${id}:agents`);
  for (const id of world.viewsOf.keys()) keys.push(`node:${id}:convs`);
  return keys.map((key) => `{${SITE}}:${key}`).filter((key) => wanted(world, key));
}
