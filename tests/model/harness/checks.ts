// Redis against the world. After every step: each key that was written, each that the world says should have been, and
// each hint that was sent. What is neither cannot differ, so that would do but for long keys, of which it sees the ends:
// for these, and to be sure, everything is compared now and then.
import { type Redis } from '../../integration/harness/redis.ts';
import { eventOf } from '../../integration/harness/stream.ts';
import { allKeys, wanted, type Held } from './keys.ts';
import { ENDS, ENDS_OF_STREAM } from './library.ts';
import { expect, SITE, Wrong, type World } from './world.ts';

type Row = [key: string, kind: string, size: number, content: string[] | string];

type Entry = [id: string, flat: string[]];
export type Changes = [rows: Row[], published: string[]];

function pairs(flat: string[]): [string, string][] {
  return Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i]!, flat[2 * i + 1]!]);
}

const sorted = (fields: Iterable<[string, unknown]>) => [...fields].sort(([a], [b]) => (a < b ? -1 : 1));

function compare(key: string, kind: string, size: number, content: string[] | string, held: Held, whole: boolean): void {
  expect(`type of ${key}`, kind, held.kind);
  const ends = whole ? Infinity : ENDS;
  switch (held.kind) {
    case 'hash': {
      const fields = Object.entries(held.value).filter(([, value]) => value !== undefined);
      const texts = fields.map(([name, value]) => [name, String(value)] as [string, string]);
      return expect(key, sorted(pairs(content as string[])), sorted(texts));
    }
    case 'set':
      expect(`size of ${key}`, size, held.value.length);
      return size > ends ? undefined : expect(key, [...(content as string[])].sort(), held.value);
    case 'list':
      expect(`size of ${key}`, size, held.value.length);
      return expect(key, content, whole ? held.value : held.value.slice(-ENDS));
    case 'zset':
      expect(`size of ${key}`, size, held.value.length);
      return expect(key, pairs(content as string[]).map(([id, score]) => [id, Number(score)]), held.value.slice(0, ends));
    case 'stream':
      expect(`size of ${key}`, size, held.value.length);
      return stream(key, content as unknown as Entry[], held, whole ? Infinity : ENDS_OF_STREAM);
    case 'string':
      return expect(key, content, held.value);
  }
}

function stream(key: string, newestFirst: Entry[], { value: log, generations }: Held & { kind: 'stream' }, limit: number): void {
  const found = newestFirst.map(([id, flat]) => [id, sorted(Object.entries(eventOf(flat)))]);
  const due = log.map((event, i) => [`${generations[i]}-${i + 1}`, sorted(Object.entries(event))]).reverse();
  expect(key, found, due.slice(0, limit));
}

// The state table, for the stream alone: whoever reads it from its beginning knows the state and the agent.
const TABLE: Record<string, [from: string[], to: string]> = {
  opened: [[''], 'queued'],
  assigned: [['queued', 'assigned', 'closing'], 'assigned'],
  queued: [['queued', 'assigned', 'closing'], 'queued'],
  close_proposed: [['assigned'], 'closing'],
  close_disputed: [['closing'], 'assigned'],
  closed: [['closing'], 'closed'],
};

function fold(key: string, newestFirst: Entry[]): { state: string; agent: string } {
  let [state, agent] = ['', ''];
  for (const [, flat] of [...newestFirst].reverse()) {
    const { type, by } = eventOf(flat);
    const row = TABLE[type!];
    if (!row) continue;
    if (!row[0].includes(state)) throw new Wrong(`${key}: ${type} after ${state || 'nothing'}`);
    state = row[1];
    if (type === 'assigned') agent = by!;
    if (type === 'queued') agent = '';
  }
  return { state, agent };
}

/** What the world itself must be. */
function checkWorld(world: World): void {
  for (const { id, nodes, holds } of world.agents.values()) {
    if (nodes.size === 0 && holds.size > 0 && !world.gone.has(id)) throw new Wrong(`${id} is nowhere and holds ${holds.size}`);
    if (nodes.size > 0 && world.gone.has(id)) throw new Wrong(`${id} is gone and connected`);
  }
  for (const used of [world.agentsOf, world.viewsOf]) {
    for (const [node, all] of used) if (all.size && !world.nodes.has(node)) throw new Wrong(`nobody would bury ${node}`);
  }
  for (const to of world.hints.keys()) if (to !== 'all' && !world.nodes.has(to)) throw new Wrong(`hints to ${to}, which is no node`);
}

/** The hints of the step: first those of who looks, in order, then those of the changes, each numbered for its channel. */
function checkHints(world: World, published: string[]): void {
  const found = pairs(published).map(([channel, text]) => [channel.slice(`{${SITE}}:feed:`.length), text] as [string, string]);
  expect('hints', found.slice(0, world.told.length), world.told);
  const later = found.slice(world.told.length).map(([to, text]) => {
    const words = text.split(' ');
    expect('a hint', words.splice(0, 3), [SITE, to === 'all' ? 'all' : 'redis', String(world.nextNumber(to))]);
    return [to, words.join(' ')];
  });
  expect('hints of the changes', later.sort(), [...world.toldLater].sort());
}

export async function checkChanges(redis: Redis, world: World, [rows, published]: Changes): Promise<void> {
  checkHints(world, published);
  for (const [key, kind, size, content] of rows) checkKey(world, key, kind, size, content, false);
  checkWorld(world);
  const written = new Set(rows.map(([key]) => key));
  await checkKeys(redis, world, [...world.touched].filter((key) => !written.has(key)));
}

function checkKey(world: World, key: string, kind: string, size: number, content: string[] | string, whole: boolean): void {
  const held = wanted(world, key);
  if (kind === 'none') {
    if (held) throw new Wrong(`${key} is missing: ${JSON.stringify(held.value)}`);
  } else if (!held) {
    throw new Wrong(`${key} should not be there: ${JSON.stringify(content)}`);
  } else {
    compare(key, kind, size, content, held, whole);
  }
}

const AT_ONCE = 100;

/** Every key of the site, whole, both ways; and every stream folded. */
export async function checkEverything(redis: Redis, world: World): Promise<void> {
  const keys = new Set([...(await redis.list('KEYS', `{${SITE}}*`)), ...allKeys(world)]);
  const list = [...keys].sort();
  for (let at = 0; at < list.length; at += AT_ONCE) await checkKeys(redis, world, list.slice(at, at + AT_ONCE));
}

async function checkKeys(redis: Redis, world: World, keys: string[]): Promise<void> {
  if (keys.length === 0) return;
  const rows = (await redis.call('FCALL_RO', 'model_look', keys.length, ...keys)) as unknown as Row[];
  for (const [key, kind, size, content] of rows) {
    checkKey(world, key, kind, size, content, true);
    if (kind !== 'stream') continue;
    const { state, agent } = world.conversations.get(key.split(':')[2]!)!;
    expect(`fold of ${key}`, fold(key, content as unknown as Entry[]), { state, agent });
  }
}
