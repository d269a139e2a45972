// G4: between people and server the network loses, delays, doubles and reorders packets, is cut and healed, or cuts
// connections for good without telling either side. People write all the time, and connect again and again; half of them with
// the widget's own client.
import assert from 'node:assert/strict';
import { setMaxListeners } from 'node:events';
import type { Redis } from '../integration/harness/redis.ts';
import { startServer, type Server } from '../integration/harness/server.ts';
import { pause, until } from '../integration/harness/until.ts';
import { account, addAccount } from './harness/account.ts';
import { promise, type Trial } from './harness/promise.ts';
import { RealShopper } from './harness/real_client.ts';
import { Talker } from './harness/talker.ts';
import { Wire, type Weather } from './harness/wire.ts';

setMaxListeners(0);

const AGENTS = ['maya', 'jonas'];
const sites = { shop: { teams: ['support'], agents: Object.fromEntries(AGENTS.map((name) => [name, { capacity: 100 }])) } };

/** Whatever comes, people are heard again within this time. */
const BACK_MS = 60_000;

const WEATHERS: Record<string, Weather> = {
  lossy: { loss: 33 },
  slow_and_disordered: { delay_ms: 60, jitter_ms: 60, dup: 25, reorder: 25 },
  all_of_it: { loss: 20, delay_ms: 40, jitter_ms: 60, dup: 25, reorder: 25 },
  clear: {},
};

interface Scene {
  trial: Trial<'trials' | 'shoppers'>;
  wire: Wire;
  server: Server;
  talkers: Talker[];
  agents: Talker[];
  real: RealShopper[];
  isOver(): boolean;
}

// --- people ----------------------------------------------------------------------------------------------------------

async function talk(one: Talker, who: string, isOver: () => boolean): Promise<void> {
  await one.start(`first-of-${who}`, `Hello from ${who}`);
  for (let i = 0; !isOver(); i++) {
    assert.ok(await one.send(`${who}-${i}`, `Message ${i} of ${who}`));
    await pause(100);
  }
}

async function talkAsAgent(one: Talker, s: Scene): Promise<void> {
  for (let i = 0; !s.isOver(); i++) {
    const conversation_id = s.trial.random.pick(one.conversations());
    if (conversation_id) await one.send(`agent-${AGENTS[s.agents.indexOf(one)]}-${i}`, `Answer ${i}`, { conversation_id });
    await pause(100);
  }
}

async function talkForReal(one: RealShopper, who: string, isOver: () => boolean): Promise<void> {
  for (let sent = 0; !isOver() || one.stored().length < sent; await pause(30)) {
    if (one.stored().length < sent || isOver()) continue;
    assert.ok(one.client.send(`Message ${sent} of ${who}`));
    sent++;
  }
}

/** How far everybody is. */
function progress({ talkers, real }: Scene): number[] {
  return [...talkers.map(({ acked }) => acked.length), ...real.map((one) => one.stored().length)];
}

async function everybodyGoesOn(s: Scene, figure: string): Promise<void> {
  const [begin, before] = [Date.now(), progress(s)];
  await until('everybody goes on', () => progress(s).every((count, i) => count > before[i]!), BACK_MS);
  s.trial.took(figure, Date.now() - begin);
}

// --- what happens to them --------------------------------------------------------------------------------------------

const resumesOf = ({ talkers, agents, real }: Scene) => [...talkers, ...agents, ...real].reduce((sum, one) => sum + one.resumes, 0);

/** Each loses the connection when something was stored over it: what is on its way then is on neither side. */
async function reconnect(s: Scene, name: string, times: number): Promise<void> {
  const { trial, wire, talkers, real } = s;
  wire.set(WEATHERS[name]!);
  const first = resumesOf(s);
  const enough = () => resumesOf(s) - first >= times || s.isOver();
  const lose = async (one: Talker | RealShopper, stored: () => number) => {
    while (!enough()) {
      await pause(trial.random.below(150));
      if (enough()) break;
      one.lose();
      const [begin, lost] = [Date.now(), stored()];
      await until('something is stored again', () => stored() > lost || enough(), BACK_MS);
      if (!enough()) trial.took(name, Date.now() - begin);
    }
  };
  const all = [...talkers.map((one) => lose(one, () => one.acked.length)), ...real.map((one) => lose(one, () => one.stored().length))];
  await Promise.all(all);
  trial.count('reconnects', resumesOf(s) - first);
  trial.count('trials', times);
}

async function cut(s: Scene, ms: number): Promise<void> {
  s.wire.set(WEATHERS['clear']!);
  s.wire.cut();
  await pause(ms);
  s.wire.heal();
  await everybodyGoesOn(s, 'after_a_cut');
  s.trial.count('cuts');
}

async function halfOpen(s: Scene): Promise<void> {
  s.wire.set(WEATHERS['clear']!);
  s.wire.bury();
  await everybodyGoesOn(s, 'after_half_open');
  s.trial.count('half_open');
}

// --- what came of it -------------------------------------------------------------------------------------------------

const lines = (events: { text?: string; type?: string }[]) => events.map(({ text, type }) => text ?? type);

async function checkTalkers(redis: Redis, { talkers, agents, trial }: Scene): Promise<void> {
  for (const one of talkers) {
    addAccount(trial, await account(redis, 'shop', one.conversation_id, [one, ...agents]));
    const stored = await redis.events('shop', one.conversation_id);
    await until('the shopper holds all of it', () => one.seen().length === stored.length, BACK_MS);
    assert.deepEqual(lines(one.seen()), lines(stored));
  }
}

/** What the page shows: each message once, as it is stored, and nothing that failed. */
async function checkReal(redis: Redis, { real, trial }: Scene): Promise<void> {
  for (const one of real) {
    const stored = (await redis.events('shop', one.conversation_id)).filter(({ type }) => type === 'message');
    await until('the page shows all of it', () => one.messages().length === stored.length, BACK_MS);
    assert.deepEqual(one.messages().map(({ text }) => text), stored.map(({ text }) => text));
    const own = stored.filter(({ role }) => role === 'shopper').map(({ text }) => Number(/\d+/.exec(text!)![0]));
    trial.count('acknowledged', own.length);
    trial.count('lost', one.stored().length - own.length);
    trial.count('duplicated', own.length - new Set(own).size);
    trial.count('out_of_order', own.filter((n, i) => n !== i).length);
  }
}

const whyNot = process.getuid?.() === 0 ? undefined : 'a network can be made by root only';

promise(
  'G4',
  'a cut, half-open or lossy network leaves order and resume intact',
  { trials: { quick: 40, full: 10_000 }, shoppers: { quick: 8, full: 60 }, turns: { quick: 1, full: 10 } },
  async (trial) => {
    const { t, counts } = trial;
    const wire = await Wire.make(trial.random.below(1e9));
    if (typeof wire === 'string') return wire;
    const server = await startServer({ sites, within: wire.within, flags: ['--listen', `${wire.there}:0`] });
    let over = false;
    const isOver = () => over;
    const at = () => server;
    const agents = AGENTS.map((name) => new Talker({ site: 'shop', name }, at));
    await Promise.all(agents.map((one) => one.online()));
    const talkers = Array.from({ length: counts.shoppers / 2 }, () => new Talker({ site: 'shop' }, at));
    const real = Array.from({ length: counts.shoppers / 2 }, () => new RealShopper(server));
    const everybody = [...talkers, ...agents, ...real];
    t.after(async () => {
      wire.set(WEATHERS['clear']!);
      everybody.forEach((one) => one.leave());
      await server.close();
      wire.end();
    });
    const s: Scene = { trial, wire, server, talkers, agents, real, isOver };
    const talking = Promise.all([
      ...talkers.map((one, i) => talk(one, `talker-${i}`, isOver)),
      ...agents.map((one) => talkAsAgent(one, s)),
      ...real.map((one, i) => talkForReal(one, `${i}`.replace(/\d/, 'page'), isOver)),
    ]);
    const names = Object.keys(WEATHERS);
    const each = counts.trials / counts.turns / names.length;
    const happen = async () => {
      for (let turn = 0; turn < counts.turns; turn++) {
        for (const name of names) await reconnect(s, name, each);
        await cut(s, trial.random.between(1000, 3000));
        await halfOpen(s);
      }
    };
    await Promise.race([talking, happen()]);
    over = true;
    await talking;
    const redis = await server.redis();
    await checkTalkers(redis, s);
    await checkReal(redis, s);
    for (const [what, packets] of Object.entries(await wire.stats())) trial.count(`packets_${what}`, packets);
  },
  whyNot,
);
