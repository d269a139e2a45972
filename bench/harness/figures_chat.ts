// What messages cost, how many there can be, and how long they take. Every message is durable before it is acknowledged.
import { floor, peer, shopbell } from './contenders.ts';
import { median, newOutcome, type Context, type Figure, type Outcome, type Plot } from './figure.ts';
import { cpuUsPerMessage, messagesPerS, type Load } from './load.ts';
import { alternate, type Contender } from './runs.ts';
import type { Fsync } from './redis.ts';

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

/** At a rate that every one of them can hold, what a message takes of the server's processor and of Redis'. */
async function cost(context: Context): Promise<Outcome> {
  const outcome = newOutcome();
  const { quick } = context;
  const rate = quick ? 10_000 : 40_000;
  const times = quick ? 1 : 3;
  const conversations = quick ? 500 : 2000;
  const options = { scenario: 'chat', sessions: conversations, conversations, messages: rate, seconds: quick ? 4 : 10, warm: 4, rate: 2000 };
  const results = await alternate([shopbell(options), floor(options)], { times, fsync: 'always' }, context, outcome);
  const per = (name: string, of: 'server' | 'redis') => medianOf(results.get(name)!, (result) => cpuUsPerMessage(result, of));
  const reached = medianOf(results.get('shopbell')!, messagesPerS);
  outcome.rows.push(
    {
      what: `server's processor of a durable message, at ${rate.toLocaleString('en')}/s`,
      ours: per('shopbell', 'server'),
      unit: 'us',
      beside: [{ name: 'floor', value: per('floor', 'server'), atMost: 1.3 }],
      runs: times,
      fsync: 'always',
      note: `${Math.round(reached).toLocaleString('en')}/s were reached`,
    },
    {
      what: "Redis' processor of it, sender and reader on one node",
      ours: per('shopbell', 'redis'),
      unit: 'us',
      beside: [{ name: 'floor', value: per('floor', 'redis'), atMost: 1.3 }],
      runs: times,
      fsync: 'always',
    },
  );
  outcome.plots.push(overTime(results, `At ${rate.toLocaleString('en')} messages a second`));
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

const closedLoop = (conversations: number, inFlight: number, quick: boolean) => ({
  scenario: 'chat', sessions: conversations, conversations, 'in-flight': inFlight, seconds: quick ? 3 : 8, warm: quick ? 2 : 4, rate: 2000,
});

async function most(context: Context): Promise<Outcome> {
  const outcome = newOutcome();
  const { quick } = context;
  const conversations = quick ? 500 : 2000;
  const options = closedLoop(conversations, 1, quick);
  const what = `most durable messages, ${conversations.toLocaleString('en')} conversations, one in flight each`;
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
  await peak({ what: 'burst: 200 conversations, 8 in flight each', fsync: 'always', times: quick ? 1 : 3, contenders, targets: { floor: 0.8 } }, context, outcome);
  return outcome;
}

async function latency(context: Context): Promise<Outcome> {
  const outcome = newOutcome();
  const { quick } = context;
  const times = quick ? 1 : 5;
  const conversations = 1000;
  const rate = quick ? 2000 : 10_000;
  const sessions = quick ? 2000 : 18_000;
  const options = { scenario: 'chat', sessions, conversations, messages: rate, seconds: quick ? 4 : 10, warm: 3, rate: 3000 };
  const results = await alternate([shopbell(options), floor(options)], { times, fsync: 'always' }, context, outcome);
  const at = (name: string, quantile: 'p50' | 'p99') => medianOf(results.get(name)!, ({ delivery_us }) => delivery_us.before[quantile]);
  const what = (quantile: string) => `${quantile} from send to delivery at ${rate.toLocaleString('en')}/s, ${sessions.toLocaleString('en')} sessions`;
  outcome.rows.push(
    { what: what('p50'), ours: at('shopbell', 'p50'), unit: 'us', beside: [{ name: 'floor', value: at('floor', 'p50'), atMost: 1.3 }], runs: times, fsync: 'always' },
    { what: what('p99'), ours: at('shopbell', 'p99'), unit: 'us', beside: [{ name: 'floor', value: at('floor', 'p99'), atMost: 1.5 }], runs: times, fsync: 'always' },
  );
  outcome.plots.push(overTime(results, `At ${rate.toLocaleString('en')} messages a second, ${sessions.toLocaleString('en')} sessions`));
  return outcome;
}

export const chatFigures: Figure[] = [
  { name: 'chat', about: 'what a message costs the server and Redis', run: cost },
  { name: 'most', about: 'the most durable messages a second', run: most },
  { name: 'burst', about: 'many in flight in few conversations', run: burst },
  { name: 'latency', about: 'from send to delivery', run: latency },
];
