// G14: one allocation of the server fails, in its own code or in a library's, at each place there is; then several in a
// row, then some here and there. People go through a whole visit meanwhile, and again and again on the same server.
import assert from 'node:assert/strict';
import { setMaxListeners } from 'node:events';
import { readdirSync } from 'node:fs';
import type { Action, Requests } from '@proto';
import { get } from '../integration/harness/http.ts';
import type { Redis } from '../integration/harness/redis.ts';
import { oneRedis } from '../integration/harness/redis_servers.ts';
import { Server, startServer, type ServerOptions } from '../integration/harness/server.ts';
import { until, within } from '../integration/harness/until.ts';
import { account, addAccount } from './harness/account.ts';
import { FAILING_BIN, FailingMalloc, type Plan } from './harness/failing_malloc.ts';
import { promise, type Trial } from './harness/promise.ts';
import { Talker } from './harness/talker.ts';

setMaxListeners(0);

/** Five tries a minute an account: so many that none is tried too often. */
const DOORS = 100;
const sites = {
  shop: { agents: { maya: { capacity: 50 }, jonas: { capacity: 50 } } },
  door: { agents: Object.fromEntries(Array.from({ length: DOORS }, (_, i) => [`door${i}`, {}])) },
};

/** After that there is memory again, whatever still was to fail. */
const OUTAGE_MS = 1500;

/** Blocks that are kept for a minute or two: who tried which password from where. */
const FORGOTTEN_LATER = 500;

/** What is freed, and what was never written, is filled with what cannot be taken for anything. */
const POISON = { GLIBC_TUNABLES: 'glibc.malloc.perturb=165:glibc.malloc.tcache_count=0' };

interface World {
  server: Server;
  /** Whose allocations never fail. */
  neighbour: Server;
  redis: Redis;
  options: ServerOptions;
  trial: Trial<string>;
  memory: FailingMalloc;
  callsToStart: number;
  /** Open when nobody is there. */
  descriptors: number;
}

function descriptors({ pid }: Server): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

// --- a visit ----------------------------------------------------------------------------------------------------------

/** Until it is done. A request whose answer was lost may have been carried out: then `done` says so. */
async function insist<A extends Action>(talker: Talker, action: A, payload: Requests[A]['request'], done?: () => boolean): Promise<void> {
  const before = talker.refusals;
  const outcome = await talker.ask(action, payload);
  if (outcome.success) return;
  const { type, message } = outcome.error;
  assert.ok(done && talker.refusals > before && type === 'wrong_state', `${action} was refused: ${type}: ${message}`);
  await until(`${action} was carried out`, done);
}

/** Each request is answered, or its socket closed; and one of the next is answered as it should be. */
async function fetched(server: Server, path: string, status: number): Promise<void> {
  await until(`GET ${path} is answered with ${status}`, async () => {
    const answer = await within(`GET ${path}`, get(server, path).catch(() => undefined));
    return answer?.status === status;
  });
}

async function httpVisit(server: Server): Promise<void> {
  await fetched(server, '/healthz', 200);
  await fetched(server, '/readyz', 200);
  await fetched(server, '/metrics', 200);
  await fetched(server, '/console/', 200);
  await fetched(server, '/nothing', 404);
}

/** In by password, and out again. */
async function door(server: Server, i: number, visitors: Talker[]): Promise<void> {
  const name = `door${i % DOORS}`;
  server.tokens.delete(`door/${name}`);
  const agent = new Talker({ site: 'door', name }, () => server);
  visitors.push(agent);
  await insist(agent, 'list_queue', {});
  await insist(agent, 'list_assigned', {});
  agent.leave();
}

const wrote = (talker: Talker, id: string, text: string) => talker.seen(id).some((event) => event.text === text);
const knows = (talker: Talker, id: string, type: string, agent?: string) =>
  talker.seen(id).some((event) => event.type === type && (!agent || event.agent?.id === agent));

async function sent(talker: Talker, custom_id: string, text: string, conversation_id: string): Promise<void> {
  const isTaken = await talker.send(custom_id, text, { conversation_id });
  assert.ok(isTaken, `${custom_id} was refused: ${talker.refused}`);
}

/** Until it is done: whoever is cut off for want of memory cannot be given anything, and is back soon. */
async function handOver(from: Talker, to: Requests['transfer_conversation']['request'], done: () => boolean): Promise<void> {
  await until('the colleague can be given it', async () => {
    const outcome = await from.ask('transfer_conversation', to);
    if (outcome.success || done()) return true;
    const { type, message } = outcome.error;
    assert.ok(type === 'agent_unavailable' || type === 'wrong_state', `the transfer was refused: ${type}: ${message}`);
    return false;
  });
}

async function chat(world: World, i: number, visitors: Talker[]): Promise<void> {
  const { server, neighbour, redis, trial } = world;
  const agent = (name: string, where: Server) => ({ name, talker: new Talker({ site: 'shop', name }, () => where) });
  const agents = [agent('maya', server), agent('jonas', neighbour)];
  const anna = new Talker({ site: 'shop' }, () => server);
  const people = [anna, ...agents.map(({ talker }) => talker)];
  visitors.push(...people);
  await Promise.all(people.map((person) => person.online()));

  await anna.start(`opening-${i}`, 'Do you have these in blue?');
  const id = anna.conversation_id;
  const first = await until('an agent is given it', () => agents.find(({ talker }) => talker.conversations().includes(id)));
  const second = agents.find((agent) => agent !== first)!;
  await sent(first.talker, `advice-one-${i}`, 'We do', id);
  await until('the shopper reads the answer', () => wrote(anna, id, 'We do'));
  await Promise.all([
    insist(anna, 'mark_events_as_seen', { conversation_id: id, up_to: 3 }),
    insist(anna, 'send_typing_indicator', { conversation_id: id, is_typing: true }),
    insist(anna, 'update_page', { page: { url: 'https://store.example/shoes/7', title: 'Shoes' } }),
    insist(anna, 'update_shopper', { name: 'Anna', email: 'anna@example.com' }),
    insist(first.talker, 'list_events', { conversation_id: id, after: 0 }),
    insist(first.talker, 'list_agents', {}),
  ]);
  await redis.call('CLIENT', 'KILL', 'TYPE', 'normal');
  await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
  await sent(anna, `question-${i}`, 'In 42?', id);
  await until('the agent reads it', () => wrote(first.talker, id, 'In 42?'));
  const isWith = (agent: string) => () => knows(anna, id, 'assigned', agent);
  await handOver(first.talker, { conversation_id: id, agent: second.name }, isWith(second.name));
  await until('the colleague has it', () => second.talker.conversations().includes(id));
  await sent(second.talker, `advice-two-${i}`, 'Yes', id);
  await insist(second.talker, 'list_conversations', {});
  await insist(second.talker, 'propose_close', { conversation_id: id }, () => knows(anna, id, 'close_proposed'));
  await until('the shopper is asked', () => knows(anna, id, 'close_proposed'));
  await insist(anna, 'confirm_close', { conversation_id: id }, () => knows(anna, id, 'closed'));
  for (const talker of [anna, second.talker]) await until('both know that it is closed', () => knows(talker, id, 'closed'));
  people.forEach((person) => person.leave()); // whoever is still at the door has their own way out
  addAccount(trial, await account(redis, 'shop', id, people));
}

async function visit(world: World, i: number): Promise<void> {
  const visitors: Talker[] = [];
  try {
    await Promise.all([httpVisit(world.server), door(world.server, i, visitors), chat(world, i, visitors)]);
    for (const { wrongs } of visitors) assert.deepEqual(wrongs, []);
  } finally {
    visitors.forEach((visitor) => visitor.leave());
  }
}

// --- the trials -------------------------------------------------------------------------------------------------------

/** So many spread over all of the calls; as many as there are calls: each of them. */
function singles({ random }: Trial<string>, count: number, calls: number): Plan[] {
  return Array.from({ length: count }, (_, i) => ({ first: 1 + Math.floor(((i + random.next()) * calls) / count) }));
}

/** One fails; then several in a row, and some here and there for a while. */
function plansOf(trial: Trial<'trials'>, calls: number): Plan[] {
  const { counts, full, random } = trial;
  const plans = singles(trial, full ? calls : Math.round(counts.trials * 0.7), calls);
  assert.ok(plans.length < counts.trials, `${calls} calls need more trials than ${counts.trials}`);
  for (let i = plans.length; i < counts.trials; i++) {
    const first = 1 + random.below(calls);
    if (i % 2 === 0) plans.push({ first, last: first + random.between(1, 300) });
    else plans.push({ first: 1, last: calls, oneIn: random.pick([10, 30, 100, 300]), seed: random.below(1e9) });
  }
  return plans;
}

/** What came of it, for whoever has to mend it. */
function story(plan: Plan, what: unknown, memory: FailingMalloc, ...servers: Server[]): Error {
  const logs = servers.map((server) => server.log().slice(-3000)).join('\n--- the neighbour ---\n');
  return new Error(`with ${JSON.stringify(plan)}: ${what}\n${memory.trace()}\n${logs}`);
}

async function tried(world: World, plan: Plan, i: number): Promise<void> {
  const { memory, server, trial } = world;
  memory.plan(plan);
  const outage = setTimeout(() => memory.relent(), OUTAGE_MS);
  try {
    await visit(world, i);
    clearTimeout(outage);
    await until('every socket is closed', () => descriptors(server) <= world.descriptors);
  } catch (error) {
    throw story(plan, server.isRunning ? error : 'the server died', memory, server, world.neighbour);
  }
  trial.count('failed_allocations', memory.failed);
  trial.count('trials');
  memory.plan();
}

/** libuv calls abort() when it has no memory for a thread or its table of descriptors. Both are made at the start. */
const isAbortOfLibuv = (signal: string | null, trace: string) => signal === 'SIGABRT' && /signal 6[^]*libuv/.test(trace);

/** It gets ready, and stops as it should; or it ends, and has said why. */
async function started(world: World, plan: Plan): Promise<void> {
  const { trial, options } = world;
  const memory = new FailingMalloc();
  memory.plan(plan);
  const server = new Server({ ...options, env: memory.env, bin: FAILING_BIN });
  try {
    const ready = await server.start().catch(() => undefined);
    if (!ready) {
      const { code, signal } = await server.ended();
      if (isAbortOfLibuv(signal, memory.trace())) return trial.count('aborted_by_libuv');
      assert.ok(signal === null && code !== 0 && server.log() !== '', `the start ended with ${signal ?? code}`);
    }
    trial.count(ready ? 'started' : 'ended_with_an_error');
  } catch (error) {
    throw story(plan, error, memory, server);
  } finally {
    await server.close();
    memory.close();
  }
}

/** A world of its own, in which a visit was made: how many calls it takes is known then. */
async function opened(trial: Trial<string>): Promise<World> {
  const { t } = trial;
  const redis = await oneRedis(t);
  const memory = new FailingMalloc();
  t.after(() => memory.close());
  const options = { sites, flags: ['--redis', `redis://127.0.0.1:${redis.port}`], settings: { agent_grace_ms: 3000 } };
  const server = await startServer({ ...options, env: { ...memory.env, ...POISON }, bin: FAILING_BIN });
  t.after(() => server.close());
  const callsToStart = memory.asked;
  const neighbour = await startServer(options);
  t.after(() => neighbour.close());
  const world = { server, neighbour, options, redis: await redis.client(), trial, memory, callsToStart, descriptors: descriptors(server) };
  await visit(world, 0);
  memory.plan();
  await visit(world, 1);
  return world;
}

/** Nearly all of a trial is waiting, so that several go on side by side: all of them, shared by so many hands. */
async function shared<T>(all: T[], hands: number, take: (one: T, i: number, hand: number) => Promise<void>): Promise<void> {
  const rest = all.entries();
  const hand = async (_: unknown, which: number) => {
    for (const [i, one] of rest) await take(one, i, which);
  };
  await Promise.all(Array.from({ length: hands }, hand));
}

promise(
  'G14',
  'no crash and no false ack when malloc fails at call n, for every n',
  { trials: { quick: 40, full: 2650 }, starts: { quick: 8, full: Infinity }, worlds: { quick: 1, full: 4 } },
  async (trial) => {
    const { counts } = trial;
    const worlds = await Promise.all(Array.from({ length: counts.worlds }, () => opened(trial)));
    const [first] = worlds as [World];
    const calls = first.memory.asked;
    const blocks = worlds.map(({ memory }) => memory.blocks);
    trial.say('calls_of_a_visit', calls);
    trial.say('calls_of_a_start', first.callsToStart);
    await shared(singles(trial, Math.min(counts.starts, first.callsToStart), first.callsToStart), counts.worlds, (plan) => started(first, plan));
    await shared(plansOf(trial, calls), counts.worlds, (plan, i, hand) => tried(worlds[hand]!, plan, i + 2));
    const more = Math.max(...worlds.map(({ memory }, i) => memory.blocks - blocks[i]!));
    trial.say('blocks_more', more);
    assert.ok(more < counts.trials / 10 + FORGOTTEN_LATER, 'memory is given back');
  },
);
