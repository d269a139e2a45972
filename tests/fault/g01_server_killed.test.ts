// G1: servers on one Redis, shoppers and agents who write all the time; again and again one of the servers is killed with
// SIGKILL at any moment and started anew. Everyone comes back somewhere.
import assert from 'node:assert/strict';
import { setMaxListeners } from 'node:events';
import type { Redis } from '../integration/harness/redis.ts';
import { oneRedis } from '../integration/harness/redis_servers.ts';
import { startServer, type Server } from '../integration/harness/server.ts';
import { pause, until } from '../integration/harness/until.ts';
import { account, addAccount } from './harness/account.ts';
import { promise, type Trial } from './harness/promise.ts';
import { Talker } from './harness/talker.ts';

setMaxListeners(0);

const SERVERS = 3;
const KILLS_A_ROUND = 100;
const AGENTS = ['maya', 'jonas', 'leila', 'kofi'];
const sites = { shop: { agents: Object.fromEntries(AGENTS.map((name) => [name, { capacity: 50 }])) } };

async function shop(shopper: Talker, who: number, isOver: () => boolean): Promise<void> {
  await shopper.start(`first-of-${who}`, `Hello from ${who}`);
  for (let i = 0; !isOver(); i++) assert.ok(await shopper.send(`shopper-${who}-${i}`, `Message ${i} of shopper ${who}`));
}

/** Answers here and there, as long as the conversation is theirs. */
async function advise(agent: Talker, who: number, isOver: () => boolean, { random }: Trial<string>): Promise<void> {
  for (let i = 0; !isOver(); i++) {
    const conversation_id = random.pick(agent.conversations());
    if (conversation_id) await agent.send(`agent-${who}-${i}`, `Message ${i} of agent ${who}`, { conversation_id });
    await pause(20);
  }
}

async function killOne(servers: Server[], { random, took, count }: Trial<string>): Promise<void> {
  await pause(random.below(200));
  const at = random.below(servers.length);
  const server = servers[at]!;
  await server.stop('SIGKILL');
  const begin = Date.now();
  await server.start();
  took('started_again', Date.now() - begin);
  count('trials');
}

async function checked(redis: Redis, shoppers: Talker[], agents: Talker[], trial: Trial<string>): Promise<void> {
  for (const shopper of shoppers) {
    addAccount(trial, await account(redis, 'shop', shopper.conversation_id, [shopper, ...agents]));
    const stored = await redis.events('shop', shopper.conversation_id);
    await until('the shopper holds all of it', () => shopper.seen().length === stored.length);
    assert.deepEqual(shopper.seen().map(({ text }) => text), stored.map(({ text }) => text));
    trial.count('resumes', shopper.resumes);
  }
}

/** New people, who hold no more than a round's messages. */
async function round(servers: Server[], redis: Redis, trial: Trial<'shoppers' | 'trials'>, kills: number, messages: number): Promise<void> {
  const anywhere = () => trial.random.pick(servers);
  const agents = AGENTS.map((name) => new Talker({ site: 'shop', name }, anywhere));
  const shoppers = Array.from({ length: trial.counts.shoppers }, () => new Talker({ site: 'shop' }, anywhere));
  const everyone = [...agents, ...shoppers];
  let over = false;
  const isOver = () => over;
  trial.t.after(() => everyone.forEach((talker) => talker.leave()));
  await Promise.all(agents.map((one) => one.online()));
  const writing = Promise.all([
    ...shoppers.map((one, who) => shop(one, who, isOver)),
    ...agents.map((one, who) => advise(one, who, isOver, trial)),
  ]);
  const acknowledged = () => everyone.reduce((sum, one) => sum + one.acked.length, 0);
  for (let i = 0; i < kills; i++) {
    const enough = () => acknowledged() >= ((i + 1) / kills) * messages;
    await Promise.race([writing, killOne(servers, trial)]);
    await Promise.race([writing, until('as many messages as there are to be', enough, 60_000)]);
  }
  over = true;
  await writing;
  await checked(redis, shoppers, agents, trial);
  everyone.forEach((talker) => talker.leave());
}

promise(
  'G1',
  'an acknowledged message survives kill -9 of any server process',
  { trials: { quick: 8, full: 1000 }, shoppers: { quick: 24, full: 96 }, messages: { quick: 500, full: 1_000_000 } },
  async (trial) => {
    const { t, counts } = trial;
    const redis = await oneRedis(t, '--appendfsync', 'always');
    const flags = ['--redis', `redis://127.0.0.1:${redis.port}`];
    const servers = await Promise.all(Array.from({ length: SERVERS }, () => startServer({ sites, flags })));
    t.after(() => Promise.all(servers.map((server) => server.close())));
    const rounds = Math.ceil(counts.trials / KILLS_A_ROUND);
    for (let i = 0; i < rounds; i++) {
      await round(servers, await redis.client(), trial, counts.trials / rounds, counts.messages / rounds);
    }
  },
);
