// What messages cost, how many there can be, and how long they take. Every message is durable before it is acknowledged.
import { floor, peer, shopbell } from './contenders.ts';
import type { Crowd } from './crowd.ts';
import { median, newOutcome, type Context, type Figure, type Outcome, type Plot } from './figure.ts';
import { cpuUsPerMessage, messagesPerS, type Load } from './load.ts';
import { alternate, once, stolen, type Contender } from './runs.ts';
import type { Fsync } from './redis.ts';

const words = (count: number): string => Math.round(count).toLocaleString('en');
const medianOf = (results: Load[], read: (result: Load) => number) => median(results.map(read));

function overTime(results: Map<string, Load[]>, title: string): Plot {
  const curves = [...results].flatMap(([name, [first]]) => {
    const seconds = first!.delivery_each_s_us;
    const at = (quantile: 'p50' | 'p99') => seconds.map((second) => second[quantile] / 1000);
    const x = seconds.map(({ second }) => second);
    return [
      { name: `${name} p50`, x, y: at('p50') },
      { name: `${name} p99`, x, y: at('p99') },
    ];
  });
  return { title, x: 'second', y: 'ms from send to delivery', log: true, curves };
}

const closedLoop = (conversations: number, inFlight: number, quick: boolean) => ({
  scenario: 'chat', sessions: conversations, conversations, 'in-flight': inFlight, seconds: quick ? 3 : 8, warm: quick ? 2 : 4, rate: 2000,
});

/** What a message takes of the server's processor and of Redis', where the server never waits for one: as many as can be. */
async function cost(context: Context): Promise<Outcome> {
  const outcome = newOutcome();
  const { quick } = context;
  const options = closedLoop(quick ? 500 : 2000, 1, quick);
  const costs = async (fsync: Fsync, times: number, atMost?: number) => {
    const results = await alternate([shopbell(options), floor(options)], { times, fsync }, context, outcome);
    const per = (name: string, of: 'server' | 'redis') => medianOf(results.get(name)!, (result) => cpuUsPerMessage(result, of));
    const reached = (name: string) => words(medianOf(results.get(name)!, messagesPerS));
    const row = (what: string, of: 'server' | 'redis', note: string) => {
      const beside = [{ name: 'floor', value: per('floor', of), ...(atMost ? { atMost } : {}) }];
      outcome.rows.push({ what, ours: per('shopbell', of), unit: 'us', beside, runs: times, fsync, note });
    };
    row("server's processor of a durable message", 'server', `at ${reached('shopbell')}/s, the floor at ${reached('floor')}/s`);
    row("Redis' processor of it, sender and reader on one node", 'redis', '');
    return results;
  };
  const results = await costs('always', quick ? 1 : 3, 1.3);
  await costs('everysec', 1);
  outcome.plots.push(overTime(results, 'As many messages as can be, one in flight in each conversation'));
  return outcome;
}

interface Peak {
  what: string;
  fsync: Fsync;
  times: number;
  contenders: Contender[];
  /** By name: what ours is to be of theirs, at least. */
  targets: Record<string, number>;
}

async function peak({ what, fsync, times, contenders, targets }: Peak, context: Context, outcome: Outcome): Promise<void> {
  const results = await alternate(contenders, { times, fsync }, context, outcome);
  const rate = (name: string) => medianOf(results.get(name)!, messagesPerS);
  const [ours, ...others] = contenders.map(({ name }) => name);
  const beside = others.map((name) => ({ name, value: rate(name), ...(name in targets ? { atLeast: targets[name]! } : {}) }));
  outcome.rows.push({ what, ours: rate(ours!), unit: '/s', beside, runs: times, fsync });
}

async function most(context: Context): Promise<Outcome> {
  const outcome = newOutcome();
  const { quick } = context;
  const conversations = quick ? 500 : 2000;
  const options = closedLoop(conversations, 1, quick);
  const what = `most durable messages, ${words(conversations)} conversations, one in flight each`;
  const beside = [floor(options), floor(options, { name: 'floor, no store', isPlain: true }), ...(['socket.io', 'ws', 'nchan'] as const).map((name) => peer(name, options))];
  const targets = { floor: 0.85, 'socket.io': 6 };
  await peak({ what, fsync: 'always', times: quick ? 1 : 3, contenders: [shopbell(options), ...beside], targets }, context, outcome);
  await peak({ what, fsync: 'everysec', times: 1, contenders: [shopbell(options), floor(options)], targets: {} }, context, outcome);
  return outcome;
}

async function burst(context: Context): Promise<Outcome> {
  const outcome = newOutcome();
  const { quick } = context;
  const options = closedLoop(200, 8, quick);
  const contenders = [shopbell(options), floor(options, { coalesce: true })];
  const what = 'burst: 200 conversations, 8 in flight each';
  await peak({ what, fsync: 'always', times: quick ? 1 : 3, contenders, targets: { floor: 0.8 } }, context, outcome);
  await peak({ what, fsync: 'everysec', times: 1, contenders, targets: {} }, context, outcome);
  return outcome;
}

/** With the sessions of one server in the load, and the others on servers beside it. */
const CROWD: Crowd = { servers: 5, sessions: 16_400 };
const ON_ONE = 18_000;

async function latency(context: Context): Promise<Outcome> {
  const outcome = newOutcome();
  const { quick } = context;
  const rate = quick ? 2000 : 10_000;
  const crowd = quick ? undefined : CROWD;
  const sessions = quick ? 2000 : ON_ONE;
  const there = sessions + (crowd ? crowd.servers * crowd.sessions : 0);
  const options = { scenario: 'chat', sessions, conversations: 1000, messages: rate, seconds: quick ? 4 : 30, warm: 3, rate: 3000 };
  const contenders = [shopbell(options), floor(options)].map((contender) => ({ ...contender, crowd }));
  const take = async (fsync: Fsync, times: number, targets: { p50?: number; p99?: number }) => {
    const results = await alternate(contenders, { times, fsync, spare: times - 1 }, context, outcome);
    const note = `the host took at most ${Math.round(stolen([...results.values()].flat()) * 100)} % of the processors`;
    for (const quantile of ['p50', 'p99'] as const) {
      const at = (name: string) => medianOf(results.get(name)!, ({ delivery_us }) => delivery_us.before[quantile]);
      const atMost = targets[quantile];
      const beside = [{ name: 'floor', value: at('floor'), ...(atMost ? { atMost } : {}) }];
      outcome.rows.push({ what: `${quantile} from send to delivery at ${words(rate)}/s, ${words(there)} sessions`, ours: at('shopbell'), unit: 'us', beside, runs: times, fsync, note });
    }
    return results;
  };
  const results = await take('always', quick ? 1 : 5, { p50: 1.3, p99: 1.5 });
  if (!quick) await take('everysec', 1, {});
  outcome.plots.push(overTime(results, `At ${words(rate)} messages a second, ${words(there)} sessions`));
  return outcome;
}

/** How long it takes as the load grows. */
async function rates(context: Context): Promise<Outcome> {
  const outcome = newOutcome();
  const steps = context.quick ? [1000, 4000] : [1000, 2500, 5000, 10_000, 20_000, 30_000];
  const options = (messages: number) => ({ scenario: 'chat', sessions: 1000, conversations: 1000, messages, seconds: context.quick ? 3 : 6, warm: 2, rate: 3000 });
  const curves = ['shopbell p50', 'shopbell p99', 'floor p50', 'floor p99'].map((name) => ({ name, x: steps, y: [] as number[] }));
  for (const messages of steps) {
    context.say(`  ${words(messages)} a second`);
    const taken = [await once(shopbell(options(messages)), 'always', context, outcome), await once(floor(options(messages)), 'always', context, outcome)];
    const each = taken.flatMap(({ delivery_us: { before } }) => [before.p50, before.p99]);
    curves.forEach((curve, i) => curve.y.push(each[i]! / 1000));
  }
  outcome.plots.push({ title: 'As the load grows, 1,000 conversations', x: 'messages a second', y: 'ms from send to delivery', log: true, curves });
  return outcome;
}

export const chatFigures: Figure[] = [
  { name: 'chat', about: 'what a message costs the server and Redis', run: cost },
  { name: 'most', about: 'the most durable messages a second', run: most },
  { name: 'burst', about: 'many in flight in few conversations', run: burst },
  { name: 'latency', about: 'from send to delivery', run: latency },
  { name: 'rates', about: 'from send to delivery, as the load grows', run: rates },
];
