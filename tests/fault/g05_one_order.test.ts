// G5: each conversation has four viewers on several nodes, the shopper's two pages and the agent's two windows, and all
// four write. Connections are cut at random, and servers killed. In the end everyone must hold what the stream holds: the
// same events, under the same numbers, without a gap.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { Redis } from '../integration/harness/redis.ts';
import { oneRedis } from '../integration/harness/redis_servers.ts';
import { startServer, type Server } from '../integration/harness/server.ts';
import { pause, until } from '../integration/harness/until.ts';
import { closeConversation } from './harness/account.ts';
import { writersSites as sites } from './harness/writers.ts';
import { pairOf, shopperPair } from './harness/pair.ts';
import { promise, type Trial } from './harness/promise.ts';
import type { Talker } from './harness/talker.ts';

setMaxListeners(0);

const SERVERS = 3;
const AGENTS = Object.keys(sites.shop.agents);
const CUTS_A_ROUND = 500;
const CUTS_A_KILL = 25;

type Counts = 'trials' | 'shoppers';

function hash(...content: unknown[]): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}

async function stored(redis: Redis, conversation_id: string): Promise<string[]> {
  const events = await redis.events('shop', conversation_id);
  return events.map(({ id, type, at, role, text }) => `${id!.split('-')[1]} ${hash(type, Number(at), role, text ?? '')}`);
}

function viewed(viewer: Talker, conversation_id: string): string[] {
  return viewer.seen(conversation_id).map(({ seq, type, at, author, text }) => `${seq} ${hash(type, at, author.role, text ?? '')}`);
}

async function write(talker: Talker, who: string, isOver: () => boolean, { random }: Trial<Counts>): Promise<void> {
  for (let i = 0; !isOver(); i++) {
    const conversation_id = talker.conversation_id || random.pick(talker.conversations());
    if (conversation_id) await talker.send(`${who}-${i}-${random.below(1e9)}`, `Message ${i} of ${who}`, { conversation_id });
    await pause(20 + random.below(60));
  }
}

async function disturb(viewers: Talker[], servers: Server[], cuts: number, trial: Trial<Counts>): Promise<void> {
  for (let i = 1; i <= cuts; i++) {
    await pause(trial.random.below(25));
    trial.random.pick(viewers).cut();
    trial.count('trials');
    if (i % CUTS_A_KILL > 0) continue;
    const server = trial.random.pick(servers);
    await server.stop('SIGKILL');
    await server.start();
    trial.count('kills');
  }
}

/** Held against the stream; the text of a seq that came twice History has compared already. */
async function compare(redis: Redis, conversation_id: string, viewers: Talker[], trial: Trial<Counts>): Promise<void> {
  const truth = await stored(redis, conversation_id);
  for (const viewer of viewers) {
    const all = () => viewed(viewer, conversation_id).length >= truth.length;
    await until('the viewer holds all of it', all, 20_000).catch(() => undefined); // what is missing counts as lost
    const held = viewed(viewer, conversation_id);
    trial.count('lost', truth.filter((line) => !held.includes(line)).length);
    trial.count('out_of_order', held.filter((line, i) => line !== truth[i]).length);
    trial.count('compared', held.length);
  }
}

async function round(redis: Redis, servers: Server[], cuts: number, trial: Trial<Counts>): Promise<void> {
  const agents = await Promise.all(AGENTS.map((name) => pairOf({ site: 'shop', name }, servers)));
  const numbers = Array.from({ length: trial.counts.shoppers }, (_, who) => who);
  const shoppers = await Promise.all(numbers.map((who) => shopperPair('shop', servers, `shopper-${who}`)));
  const viewers = [...agents, ...shoppers].flat();
  trial.t.after(() => viewers.forEach((viewer) => viewer.leave()));
  let over = false;
  const writing = Promise.all(viewers.map((viewer, who) => write(viewer, `viewer-${who}`, () => over, trial)));
  await Promise.race([writing, disturb(viewers, servers, cuts, trial)]);
  over = true;
  await writing;
  for (const [page, other] of shoppers) {
    const windows = agents.filter(([window]) => window.conversations().includes(page.conversation_id));
    assert.equal(windows.length, 1, 'the conversation has one agent');
    await compare(redis, page.conversation_id, [page, other, ...windows[0]!], trial);
    await closeConversation(redis, 'shop', page.conversation_id);
  }
  trial.count('resumes', viewers.reduce((sum, { resumes }) => sum + resumes, 0));
  viewers.forEach((viewer) => viewer.leave());
}

promise(
  'G5',
  'one total order per conversation, the same for every viewer, no gap after resume',
  { trials: { quick: 100, full: 10_000 }, shoppers: { quick: 8, full: 16 } },
  async (trial) => {
    const redis = await oneRedis(trial.t);
    const flags = ['--redis', `redis://127.0.0.1:${redis.port}`];
    const servers = await Promise.all(Array.from({ length: SERVERS }, () => startServer({ sites, flags })));
    trial.t.after(() => Promise.all(servers.map((server) => server.close())));
    for (let left = trial.counts.trials; left > 0; left -= CUTS_A_ROUND) {
      await round(await redis.client(), servers, Math.min(left, CUTS_A_ROUND), trial);
    }
  },
);
