// G8, twice. Contenders call the functions as nodes do, all at once and with old knowledge of each other, and every
// conversation is looked at meanwhile and read back at its end. And a real server is killed while it and the others are
// assigning: what its agent had, who does not come back, must be a colleague's within 10 s.
import assert from 'node:assert/strict';
import { setMaxListeners } from 'node:events';
import { agent } from '../integration/harness/client.ts';
import { oneRedis, type RedisServer } from '../integration/harness/redis_servers.ts';
import { startServer, type Server } from '../integration/harness/server.ts';
import { pause, until } from '../integration/harness/until.ts';
import { closeConversation } from './harness/account.ts';
import { contend } from './harness/contenders.ts';
import { lookAt, whyNotOneOwner } from './harness/owners.ts';
import { promise, type Trial } from './harness/promise.ts';
import { Talker } from './harness/talker.ts';

setMaxListeners(0);

const CONTENDERS = 16;
const PROMISED_MS = 10_000;
const SITES = 6;
const SHOPPERS = 8;
const AGENTS = { maya: { capacity: 50 }, jonas: { capacity: 50 } };
const names = Array.from({ length: SITES }, (_, i) => `shop-${i}`);
const sites = Object.fromEntries(names.map((site) => [site, { agents: AGENTS }]));

type Counts = 'trials' | 'assignments';

interface Life {
  site: string;
  id: string;
  shopper: string;
}

/** They come around the moment of the kill, on every server; whoever is cut off comes again. */
async function come(site: string, servers: Server[], trial: Trial<Counts>): Promise<Life> {
  const shopper = new Talker({ site }, () => trial.random.pick(servers));
  trial.t.after(() => shopper.leave());
  await pause(trial.random.below(400));
  await shopper.start('the-first-message', 'Hello');
  const life = { site, id: shopper.conversation_id, shopper: (await shopper.online()).id };
  shopper.leave();
  return life;
}

/** Whether jonas has it; if maya had had it, `at` is when it became his. */
async function ended(redis: RedisServer, { site, id }: Life): Promise<{ his: boolean; at?: number }> {
  const events = await (await redis.client()).events(site, id);
  const assigned = events.filter(({ type }) => type === 'assigned');
  assert.equal(whyNotOneOwner(events), undefined);
  return { his: assigned.at(-1)?.['by'] === 'jonas', at: assigned.length > 1 ? Number(assigned.at(-1)!['at']) : undefined };
}

async function killed(redis: RedisServer, servers: Server[], trial: Trial<Counts>): Promise<void> {
  const victim = servers[0]!;
  await Promise.all(names.flatMap((site) => [agent(victim, site, 'maya'), agent(servers[1]!, site, 'jonas')]));
  const coming = Promise.all(names.flatMap((site) => Array.from({ length: SHOPPERS }, () => come(site, servers.slice(), trial))));
  await pause(100 + trial.random.below(200));
  await victim.stop('SIGKILL');
  const at = Date.now();
  const living = servers.slice(1);
  servers.splice(0, servers.length, ...living);
  const lives = await coming;
  await until('all are with jonas', async () => (await Promise.all(lives.map((life) => ended(redis, life)))).every(({ his }) => his), 2 * PROMISED_MS);
  for (const life of lives) {
    const { at: reassigned } = await ended(redis, life);
    if (reassigned) trial.took('reassigned', reassigned - at);
    if (reassigned) assert.ok(reassigned - at < PROMISED_MS, `${life.id} was reassigned after ${reassigned - at} ms`);
  }
  await whole(redis, lives, trial);
  await victim.start();
  servers.unshift(victim);
  trial.count('trials');
}

async function whole(redis: RedisServer, lives: Life[], trial: Trial<Counts>): Promise<void> {
  const client = await redis.client();
  for (const site of names) {
    const shoppers = lives.filter((life) => life.site === site).map(({ shopper }) => shopper);
    const seen = await lookAt(client, site, Object.keys(AGENTS), ['support', 'orders'], shoppers);
    assert.deepEqual(seen, { twoOwners: '', orphaned: '', overCapacity: '', waitsForNothing: '' });
  }
  for (const { site, id } of lives) await closeConversation(client, site, id);
  trial.count('conversations', lives.length);
}

async function real(trial: Trial<Counts>): Promise<void> {
  const redis = await oneRedis(trial.t);
  const flags = ['--redis', `redis://127.0.0.1:${redis.port}`];
  const servers = await Promise.all([1, 2, 3].map(() => startServer({ sites, flags })));
  const all = servers.slice();
  trial.t.after(() => Promise.all(all.map((server) => server.close())));
  for (let i = 0; i < trial.counts.trials; i++) {
    await killed(redis, servers, trial);
    all.forEach((server) => server.sockets.forEach((socket) => socket.terminate()));
  }
}

promise(
  'G8',
  'a conversation never has two owners and is never orphaned: reassigned within 10 s',
  { trials: { quick: 1, full: 30 }, assignments: { quick: 10_000, full: 1_000_000 } },
  async (trial) => {
    const redis = await oneRedis(trial.t, '--appendonly', 'no');
    await Promise.all([contend(redis, CONTENDERS, trial.counts.assignments, trial), real(trial)]);
  },
);
