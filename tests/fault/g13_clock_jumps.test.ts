// G13: the wall clock of a server, or of Redis, is set an hour forward or back, again and again, while people write. Nobody
// notices: messages go on, nobody is logged out, nobody is said to have left, and what was due in a while is due in a while.
import assert from 'node:assert/strict';
import { setMaxListeners } from 'node:events';
import { agent, shopper, type Client } from '../integration/harness/client.ts';
import type { Redis } from '../integration/harness/redis.ts';
import { redisWithEnv } from '../integration/harness/redis_servers.ts';
import { startServer, type Server } from '../integration/harness/server.ts';
import { pause, until } from '../integration/harness/until.ts';
import { account, addAccount, closeConversation } from './harness/account.ts';
import { promise, type Trial } from './harness/promise.ts';
import { SetClock, whyNoSetClock } from './harness/set_clock.ts';
import { Talker } from './harness/talker.ts';

setMaxListeners(0);

const HOUR_S = 3600;
const GRACE_MS = 3000;
const CLOSE_MS = 3000;
/** A beat over a jump counts for no more than this (CLOCK_STEP_MS in library.lua), so much earlier something may be due. */
const STEP_MS = 2000;
/** How late is too late: an hour would be. */
const LATE_MS = 8000;
const TRIALS_A_ROUND = 25;

const ADVISERS = ['maya', 'jonas', 'ada', 'tom'];
const sites = {
  shop: {
    teams: ['support', 'orders', 'returns'],
    agents: {
      ...Object.fromEntries(ADVISERS.map((name) => [name, { teams: ['support'], capacity: 100 }])),
      kofi: { teams: ['orders'], capacity: 50 },
      leila: { teams: ['returns'], capacity: 50 },
    },
  },
};
type What = 'server' | 'Redis';

interface Scene {
  redis: Redis;
  /** The second has a clock that is never set. */
  servers: [Server, Server];
  clocks: Record<What, SetClock>;
  /** Waits for the agent who vanished in the last trial. */
  waiting?: string;
  trial: Trial<'trials' | 'shoppers'>;
}

async function scene(trial: Scene['trial']): Promise<Scene> {
  const { t } = trial;
  const clocks = { server: new SetClock(t), Redis: new SetClock(t) };
  const redis = await redisWithEnv(t, clocks.Redis.env(), '--appendfsync', 'always');
  const options = { sites, settings: { agent_grace_ms: GRACE_MS, close_timeout_ms: CLOSE_MS }, flags: ['--redis', `redis://127.0.0.1:${redis.port}`] };
  const servers: [Server, Server] = [await startServer({ ...options, env: clocks.server.env() }), await startServer(options)];
  t.after(() => Promise.all(servers.map((server) => server.close())));
  return { redis: await redis.client(), servers, clocks, trial };
}

// --- what is due in a while ------------------------------------------------------------------------------------------

interface Due {
  what: string;
  since: number;
  ms: number;
  /** When it did. */
  came: Promise<number>;
}

async function checkDue(due: Due, { took }: Scene['trial']): Promise<void> {
  const after = (await due.came) - due.since;
  took(due.what, after);
  assert.ok(after >= due.ms - STEP_MS - 100, `${due.what} after ${after} ms, not ${due.ms}`);
}

/** An agent vanishes: what they had goes back to the queue when their grace is over. */
async function vanish(s: Scene): Promise<Due> {
  const { servers, redis } = s;
  const kofi = await agent(servers[1], 'shop', 'kofi');
  const isHis = async () => (await redis.hash(`{shop}:conv:${s.waiting}`))['agent'] === 'kofi';
  if (s.waiting) {
    await until('who waited is his', isHis);
    await closeConversation(redis, 'shop', s.waiting);
  }
  const anna = await shopper(servers[0], 'shop');
  s.waiting = (await anna.start('Is my order on its way?', { team: 'orders' })).conversation.id;
  await until('she is his', isHis);
  const since = Date.now();
  kofi.socket.terminate();
  await until('the grace has begun', async () => (await redis.call('ZSCORE', '{shop}:gone', 'kofi')) !== null);
  const came = anna.event('queued', GRACE_MS + LATE_MS).then(() => {
    anna.socket.terminate();
    return Date.now();
  });
  return { what: 'requeued', since, ms: GRACE_MS, came };
}

/** A closing that nobody answers. */
async function propose({ servers }: Scene): Promise<Due> {
  const leila = await agent(servers[0], 'shop', 'leila');
  const ben = await shopper(servers[1], 'shop');
  const { conversation } = await ben.start('I send it back', { team: 'returns' });
  await leila.given();
  const since = Date.now();
  await leila.must('propose_close', { conversation_id: conversation.id });
  const came = ben.event('closed', CLOSE_MS + LATE_MS).then(({ reason }) => {
    assert.equal(reason, 'timed_out');
    for (const client of [ben, leila]) client.socket.terminate();
    return Date.now();
  });
  return { what: 'closed', since, ms: CLOSE_MS, came };
}

// --- a jump ----------------------------------------------------------------------------------------------------------

async function nowOf(what: What, { redis }: Scene, witness: Client, conversation_id: string): Promise<number> {
  if (what === 'Redis') return Number((await redis.list('TIME'))[0]) * 1000;
  return (await witness.send(conversation_id, 'What time is it?')).at;
}

async function jump(s: Scene, what: What, hours: number, people: Talker[]): Promise<void> {
  const { clocks, servers, trial } = s;
  const due = [await vanish(s), await propose(s)];
  const witness = await shopper(servers[0], 'shop');
  const { conversation } = await witness.start('Hello');
  const acked = people.map((one) => one.acked.length);
  const begin = Date.now();
  clocks[what].set(clocks[what].offset_s + hours * HOUR_S);
  const off_ms = (await nowOf(what, s, witness, conversation.id)) - Date.now() - clocks[what].offset_s * 1000;
  assert.ok(Math.abs(off_ms) < 60_000, `the clock of the ${what} was not set: ${off_ms} ms off`);
  await until('everybody goes on', () => people.every((one, i) => one.acked.length >= acked[i]! + 2));
  trial.took('everybody_acknowledged_again', Date.now() - begin);
  for (const one of due) await checkDue(one, trial);
  witness.socket.terminate();
  trial.count(`${what}_${hours > 0 ? 'forward' : 'back'}`);
  trial.count('trials');
}

/** In turn, and never far from the true time. */
function next(i: number, { clocks, trial: { random } }: Scene): [What, number] {
  const what: What = i % 2 === 0 ? 'server' : 'Redis';
  const { offset_s } = clocks[what];
  const hours = i < 4 ? (i < 2 ? 1 : -1) : random.pick([-1, 1]);
  return [what, Math.abs(offset_s + hours * HOUR_S) > 3 * HOUR_S ? -hours : hours];
}

// --- who is there all the time ---------------------------------------------------------------------------------------

/** Of what these pushes say nothing may be said: nobody came or went. */
async function checkQuiet(watchers: Client[], { count }: Scene['trial']): Promise<void> {
  for (const one of watchers) {
    const left = (await one.untaken('presence_updated')).filter(({ present }) => !present);
    const away = (await one.untaken('team_status_updated')).filter(({ status }) => status.team === 'support' && status.status === 'away');
    count('said_to_be_gone', left.length + away.length);
    assert.deepEqual([...left, ...away], [], 'somebody who is there was said to be gone');
  }
}

async function talk(one: Talker, who: string, isOver: () => boolean): Promise<void> {
  for (let i = 0; !isOver(); i++) {
    assert.ok(await one.send(`${who}-${i}`, `Message ${i} of ${who}`));
    await pause(60); // slower than the rate limit
  }
}

/** Answers here and there. */
async function advise(one: Talker, who: string, isOver: () => boolean, { random }: Scene['trial']): Promise<void> {
  for (let i = 0; !isOver(); i++) {
    const conversation_id = random.pick(one.conversations());
    if (conversation_id) await one.send(`${who}-${i}`, `Answer ${i} of ${who}`, { conversation_id });
    await pause(100);
  }
}

async function checkAll(s: Scene, shoppers: Talker[], agents: Talker[]): Promise<void> {
  for (const one of shoppers) {
    addAccount(s.trial, await account(s.redis, 'shop', one.conversation_id, [one, ...agents]));
    const stored = await s.redis.events('shop', one.conversation_id);
    await until('the shopper holds all of it', () => one.seen().length === stored.length);
    assert.deepEqual(one.seen().map(({ text }) => text), stored.map(({ text }) => text));
    assert.deepEqual(stored.flatMap(({ type }) => (type === 'message' ? [] : [type])), ['opened', 'assigned']);
  }
  const resumes = [...shoppers, ...agents].reduce((sum, one) => sum + one.resumes, 0);
  s.trial.count('sockets_lost', resumes);
  assert.equal(resumes, 0, 'somebody was disconnected');
}

/** The same agents, by the tokens of before. */
async function checkTokens({ servers }: Scene, agents: Talker[], shoppers: Talker[]): Promise<void> {
  for (const one of [...agents, ...shoppers.slice(0, 4)]) {
    const again = one.again(servers[0]);
    await again.online();
    again.leave();
  }
}

async function round(s: Scene, first: number, trials: number): Promise<void> {
  const { servers, trial } = s;
  const agents = ADVISERS.map((name, i) => new Talker({ site: 'shop', name }, () => servers[i % 2]!));
  await Promise.all(agents.map((one) => one.online()));
  const shoppers = Array.from({ length: trial.counts.shoppers }, (_, i) => new Talker({ site: 'shop' }, () => servers[i % 2]!));
  const everyone = [...agents, ...shoppers];
  trial.t.after(() => everyone.forEach((one) => one.leave()));
  for (const [i, one] of shoppers.entries()) await one.start(`first-of-${first}-${i}`, 'Hello', 'support');
  const watchers = await Promise.all(servers.map((server) => shopper(server, 'shop')));
  for (const one of watchers) await one.start('I only look', { team: 'support' });
  let over = false;
  const isOver = () => over;
  const talking = Promise.all([
    ...shoppers.map((one, i) => talk(one, `shopper-${first}-${i}`, isOver)),
    ...agents.map((one, i) => advise(one, `${ADVISERS[i]}-${first}`, isOver, trial)),
  ]);
  for (let i = first; i < first + trials; i++) {
    await Promise.race([talking, jump(s, ...next(i, s), shoppers)]);
    await checkQuiet(watchers, trial);
  }
  over = true;
  await talking;
  await checkAll(s, shoppers, agents);
  await checkTokens(s, agents, shoppers);
  everyone.forEach((one) => one.leave());
  watchers.forEach((one) => one.socket.terminate());
}

promise(
  'G13',
  'clock jumps of an hour leave order and liveness intact',
  { trials: { quick: 4, full: 100 }, shoppers: { quick: 8, full: 16 } },
  async (trial) => {
    const s = await scene(trial);
    for (let i = 0; i < trial.counts.trials; i += TRIALS_A_ROUND) await round(s, i, Math.min(TRIALS_A_ROUND, trial.counts.trials - i));
    for (const server of s.servers) assert.doesNotMatch(server.log(), /redis_away|hints_lost/);
  },
  whyNoSetClock(),
);
