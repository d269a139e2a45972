// G6: each message is sent one to five times, by either of its sender's two sockets, which are on different nodes, at once
// and again after a cut, while servers are killed and Redis is restarted. It must be stored once, be shown once to each of
// its viewers, and all its acks must name the same place. A shopper and an agent use the same custom_ids: what counts is
// (conversation, sender, custom_id).
import assert from 'node:assert/strict';
import { setMaxListeners } from 'node:events';
import type { Redis } from '../integration/harness/redis.ts';
import { oneRedis, type RedisServer } from '../integration/harness/redis_servers.ts';
import { startServer, type Server } from '../integration/harness/server.ts';
import { pause, until } from '../integration/harness/until.ts';
import { closeConversation } from './harness/account.ts';
import { writersSites as sites } from './harness/writers.ts';
import { pairOf, type Pair } from './harness/pair.ts';
import { promise, type Trial } from './harness/promise.ts';

setMaxListeners(0);

const SERVERS = 3;
const AGENTS = Object.keys(sites.shop.agents);
const COPIES_MAX = 5;
const MESSAGES_A_ROUND = 2000;

type Counts = 'trials' | 'shoppers';
type Answer = { seq: number; duplicate: boolean };

interface Sent {
  conversation_id: string;
  by: 'shopper' | 'agent';
  custom_id: string;
  text: string;
  seq: number;
}

/** The copies go out within some milliseconds, or well after each other; some after a cut, which leaves the ones before it
 * without an answer: their sender sends those again too. */
async function severalTimes(pair: Pair, send: (talker: Pair[0]) => Promise<Answer | undefined>, trial: Trial<Counts>): Promise<number> {
  const { random } = trial;
  const copies = 1 + random.below(COPIES_MAX);
  const copy = async () => {
    await pause(random.chance(0.5) ? random.below(4) : random.below(120));
    const talker = random.pick(pair);
    if (random.chance(0.1)) talker.cut();
    return send(talker);
  };
  const answers = await Promise.all(Array.from({ length: copies }, copy));
  trial.count('copies', copies);
  const [first] = answers;
  assert.ok(first, 'the message was refused');
  for (const answer of answers) assert.equal(answer!.seq, first.seq, 'two acks of one message name two places');
  if (answers.filter((answer) => !answer!.duplicate).length > 1) trial.count('duplicated');
  return first.seq;
}

async function open(pair: Pair, who: number, trial: Trial<Counts>): Promise<Sent> {
  const [custom_id, text] = [`first-of-${who}`, `Hello from ${who}`];
  const seq = await severalTimes(pair, (talker) => talker.start(custom_id, text), trial);
  const conversation_id = (pair[0].conversation_id ||= pair[1].conversation_id);
  return { conversation_id, by: 'shopper', custom_id, text, seq };
}

async function message(pair: Pair, conversation_id: string, by: Sent['by'], number: number, trial: Trial<Counts>): Promise<Sent> {
  const [custom_id, text] = [`message-${number}`, `Message ${number} of the ${by}`];
  const seq = await severalTimes(pair, (talker) => talker.tell(custom_id, text, conversation_id), trial);
  return { conversation_id, by, custom_id, text, seq };
}

async function disturb(redis: RedisServer, servers: Server[], isOver: () => boolean, trial: Trial<Counts>): Promise<void> {
  while (!isOver()) {
    await pause(200 + trial.random.below(300));
    if (trial.random.chance(0.3)) {
      await redis.kill();
      await redis.start();
      trial.count('redis_restarts');
    } else {
      const server = trial.random.pick(servers);
      await server.stop('SIGKILL');
      await server.start();
      trial.count('kills');
    }
  }
}

function times<T>(list: T[], matches: (one: T) => boolean): number {
  return list.filter(matches).length;
}

async function compare(redis: Redis, shopper: Pair, viewers: Pair, sent: Sent[], trial: Trial<Counts>): Promise<void> {
  const { conversation_id } = sent[0]!;
  const stored = await redis.events('shop', conversation_id);
  const id = (await shopper[0].online()).id;
  assert.deepEqual(await redis.list('LRANGE', `{shop}:shopper:${id}:convs`, 0, -1), [conversation_id], 'one conversation was opened');
  for (const viewer of [...shopper, ...viewers]) {
    await until('the viewer holds all of it', () => viewer.seen(conversation_id).length === stored.length, 20_000);
  }
  for (const { by, custom_id, text, seq } of sent) {
    const there = times(stored, (event) => event['custom_id'] === custom_id && event['role'] === by);
    if (there === 0) trial.count('lost');
    if (there > 1) trial.count('duplicated', there - 1);
    if (stored[seq - 1]?.['custom_id'] !== custom_id) trial.count('out_of_order');
    for (const viewer of [...shopper, ...viewers]) {
      const shown = times(viewer.seen(conversation_id), (event) => event.text === text);
      assert.equal(shown, 1, `"${text}" is shown ${shown} times`);
      trial.count('shown');
    }
  }
}

/** A shopper with two pages and the agent with two windows, each writing so many messages. */
async function talk(agents: Pair[], servers: Server[], who: number, messages: number, trial: Trial<Counts>): Promise<(redis: Redis) => Promise<void>> {
  const shopper = await pairOf({ site: 'shop' }, servers);
  trial.t.after(() => shopper.forEach((page) => page.leave()));
  const sent = [await open(shopper, who, trial)];
  const { conversation_id } = sent[0]!;
  const theirs = () => agents.find((windows) => windows.some((window) => window.conversations().includes(conversation_id)));
  const agent = await until('an agent has it', theirs, 20_000);
  const write = async (pair: Pair, by: Sent['by'], count: number) => {
    for (let i = 0; i < count; i++) sent.push(await message(pair, conversation_id, by, i, trial));
  };
  const half = Math.floor((messages - 1) / 2);
  await Promise.all([write(shopper, 'shopper', messages - 1 - half), write(agent, 'agent', half)]);
  trial.count('trials', sent.length);
  return async (redis) => {
    await compare(redis, shopper, agent, sent, trial);
    await closeConversation(redis, 'shop', conversation_id);
    shopper.forEach((page) => page.leave());
  };
}

async function round(redis: RedisServer, servers: Server[], agents: Pair[], messages: number, trial: Trial<Counts>): Promise<void> {
  const { shoppers } = trial.counts;
  const share = (i: number) => Math.floor((messages * (i + 1)) / shoppers) - Math.floor((messages * i) / shoppers);
  let over = false;
  const disturbing = disturb(redis, servers, () => over, trial);
  const talks = Array.from({ length: shoppers }, (_, who) => talk(agents, servers, who, share(who), trial));
  const checks = await Promise.all(talks);
  over = true;
  await disturbing;
  for (const check of checks) await check(await redis.client());
}

promise(
  'G6',
  'exactly once as seen, per (conversation, sender, custom_id)',
  { trials: { quick: 240, full: 20_000 }, shoppers: { quick: 8, full: 24 } },
  async (trial) => {
    const redis = await oneRedis(trial.t, '--appendfsync', 'always');
    const flags = ['--redis', `redis://127.0.0.1:${redis.port}`];
    const servers = await Promise.all(Array.from({ length: SERVERS }, () => startServer({ sites, flags })));
    trial.t.after(() => Promise.all(servers.map((server) => server.close())));
    for (let left = trial.counts.trials; left > 0; left -= MESSAGES_A_ROUND) {
      const agents = await Promise.all(AGENTS.map((name) => pairOf({ site: 'shop', name }, servers)));
      trial.t.after(() => agents.flat().forEach((window) => window.leave()));
      await round(redis, servers, agents, Math.min(left, MESSAGES_A_ROUND), trial);
      agents.flat().forEach((window) => window.leave());
    }
  },
);
