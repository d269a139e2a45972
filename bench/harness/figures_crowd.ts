// Crowds: a restart that everybody comes back from, people who go from page to page, a queue that is worked off, several
// workers, and a million.
import { floor, shopbell } from './contenders.ts';
import { median, newOutcome, type Context, type Figure, type Outcome } from './figure.ts';
import { cpuUsPerLogin, cpuUsPerMessage, load, resultOf, saying, startLoad, type LoadOptions } from './load.ts';
import { keep, once } from './runs.ts';
import { startRedis } from './redis.ts';
import { freePort } from './running.ts';
import { AGENTS, speakOf, startShopbell, type Server } from './servers.ts';

const GIB = 2 ** 30;
const words = (count: number): string => count.toLocaleString('en');

// --- storm ------------------------------------------------------------------------------------------------------------

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const QUIET_MS = 30_000;

interface Storm {
  backS: number;
  /** p99 from send to delivery of those who stayed. */
  beforeMs: number;
  duringMs: number;
}

/** One server is restarted with all its sessions; on another one people talk all the while. The crowd stands for devices
 * elsewhere, so its load stands back from the processors that the servers want. */
async function oneStorm(sessions: number, workers: number, context: Context, outcome: Outcome): Promise<Storm> {
  const redis = await startRedis('always');
  const port = await freePort();
  let restarted: Server = await startShopbell({ redis, workers, port });
  const stays = await startShopbell({ redis });
  const [isIn, allBack, isSteady] = [saying(/restart the server now/), saying(/ s after /), saying(/ s steady /)];
  const hear = (text: string) => [isIn, allBack].forEach((one) => one.hear(text));
  try {
    const crowd = startLoad({ server: restarted, redis, hear, isBackground: true }, { scenario: 'storm', sessions, conversations: 100, agents: 10, rate: 2500, seconds: 3, every: 2000 });
    await isIn.said;
    const talkers = startLoad({ server: stays, redis, hear: isSteady.hear }, { ...speakOf('calm'), scenario: 'chat', sessions: 200, conversations: 200, agents: 4, messages: 500, seconds: 600, warm: 2 });
    await isSteady.said;
    await pause(QUIET_MS);
    context.say('  restarting');
    talkers.signal('SIGUSR1');
    await restarted.stop();
    restarted = await startShopbell({ redis, workers, port });
    crowd.signal('SIGUSR1');
    await Promise.race([allBack.said, crowd.result()]);
    talkers.signal('SIGINT');
    const stayed = await resultOf(talkers, stays);
    const back = await resultOf(crowd, restarted);
    keep(outcome, 'storm', back);
    keep(outcome, 'those who stayed', stayed);
    const { before, storm } = stayed.delivery_us;
    return { backS: back.storm!.back_since_ready_ms.p99 / 1000, beforeMs: before.p99 / 1000, duringMs: storm.p99 / 1000 };
  } finally {
    await Promise.all([restarted.stop(), stays.stop()]);
    await redis.stop();
  }
}

async function storm(context: Context): Promise<Outcome> {
  const outcome = newOutcome();
  const { quick } = context;
  const sessions = quick ? 5000 : 100_000;
  const runs = quick ? 1 : 3;
  const storms: Storm[] = [];
  for (let i = 0; i < runs; i++) storms.push(await oneStorm(sessions, quick ? 2 : 8, context, outcome));
  const of = (name: keyof Storm) => median(storms.map((one) => one[name]));
  outcome.rows.push(
    { what: `99 of 100 of ${words(sessions)} back after a restart`, ours: of('backS'), unit: 's', beside: [{ name: 'promised', value: 60, atMost: 1 }], runs, fsync: 'always' },
    { what: 'p99 from send to delivery of those who stayed, meanwhile', ours: of('duringMs'), unit: 'ms', beside: [{ name: 'before', value: of('beforeMs'), atMost: 2 }], runs, fsync: 'always' },
  );
  return outcome;
}

// --- from page to page, and the queue -----------------------------------------------------------------------------------

async function churn(context: Context): Promise<Outcome> {
  const outcome = newOutcome();
  const sessions = context.quick ? 1000 : 10_000;
  const views = context.quick ? 200 : 1000;
  const result = await once(shopbell({ scenario: 'churn', sessions, views, rate: 2500, seconds: context.quick ? 5 : 20 }), 'always', context, outcome);
  const { steady, settle } = result.when_it_began.server;
  const perView = (settle!.cpu_us - steady!.cpu_us) / result.login_us.before.count;
  outcome.rows.push(
    { what: `server's processor of a page view, ${words(views)} a second, ${words(sessions)} there`, ours: perView, unit: 'us', beside: [{ name: 'a first visit', value: cpuUsPerLogin(result, 'warm') }], runs: 1 },
    { what: 'p99 from leaving a page to being logged in on the next', ours: result.login_us.before.p99 / 1000, unit: 'ms', beside: [{ name: 'p50', value: result.login_us.before.p50 / 1000 }], runs: 1 },
  );
  return outcome;
}

async function queue(context: Context): Promise<Outcome> {
  const outcome = newOutcome();
  const conversations = context.quick ? 500 : 10_000;
  const options: LoadOptions = { scenario: 'queue', sessions: conversations, conversations, rate: 1000, 'give-up': 300 };
  const result = await once(shopbell(options), 'always', context, outcome);
  const { server, redis } = result.when_it_began;
  const took = (result.phases_ms.settle! - result.phases_ms.steady!) / 1000;
  const per = (cost: NonNullable<typeof redis>) => (cost.settle!.cpu_us - cost.steady!.cpu_us) / conversations;
  outcome.rows.push(
    { what: `conversations a second, from ${words(conversations)} who wait to none, by ${AGENTS} agents`, ours: conversations / took, unit: '/s', beside: [], runs: 1, fsync: 'always', note: `${words(result.counts['places_told']!)} places were told` },
    { what: "server's processor of one, from queue to closed", ours: per(server), unit: 'us', beside: [{ name: 'Redis', value: per(redis!) }], runs: 1, fsync: 'always' },
  );
  return outcome;
}

// --- workers, and a million ---------------------------------------------------------------------------------------------

async function nodes(context: Context): Promise<Outcome> {
  const outcome = newOutcome();
  const rate = context.quick ? 2000 : 10_000;
  const options: LoadOptions = { scenario: 'chat', sessions: 1000, conversations: 1000, messages: rate, seconds: context.quick ? 4 : 10, warm: 4 };
  const relay = await once(floor(options), 'always', context, outcome);
  const costs: { workers: number; server: number; redis: number }[] = [];
  for (const workers of [1, 2, 4]) {
    const result = await once(shopbell(options, { workers, name: `shopbell, ${workers} workers` }), 'always', context, outcome);
    costs.push({ workers, server: cpuUsPerMessage(result, 'server'), redis: cpuUsPerMessage(result, 'redis') });
  }
  for (const { workers, server, redis } of costs) {
    const many = `${workers} worker${workers > 1 ? 's' : ''}, ${words(rate)} messages a second`;
    outcome.rows.push({ what: `server's processor of a message, ${many}`, ours: server, unit: 'us', beside: [{ name: 'one worker', value: costs[0]!.server }], runs: 1, fsync: 'always' });
    outcome.rows.push({
      what: `Redis' processor of a message, ${many}`,
      ours: redis,
      unit: 'us',
      beside: [{ name: 'floor', value: cpuUsPerMessage(relay, 'redis'), ...(workers === 4 ? { atMost: 2 } : {}) }],
      runs: 1,
      fsync: 'always',
      ...(workers === 4 ? { note: 'shopper and agent are on different nodes in three of four conversations' } : {}),
    });
  }
  const x = costs.map(({ workers }) => workers);
  outcome.plots.push({ title: 'A message over several workers', x: 'workers', y: 'us of processor', curves: [{ name: 'server', x, y: costs.map(({ server }) => server) }, { name: 'Redis', x, y: costs.map(({ redis }) => redis) }] });
  return outcome;
}

const A_MILLION = 1_000_000;
const FILES_A_PROCESS = 19_000;
/** Every 15 s, which is the default, a million of them would be 67,000 pings a second. */
const PING_INTERVAL_MS = 400_000;
/** With as many as can be, all else stands still: servers seem dead to each other, and everybody is told that no agent is there. */
const LOGINS_A_SECOND = 2500;

async function million(context: Context): Promise<Outcome> {
  const outcome = newOutcome();
  const sessions = context.quick ? 50_000 : A_MILLION;
  const workers = Math.ceil(sessions / FILES_A_PROCESS) + 2;
  const rate = context.quick ? 1000 : 10_000;
  const redis = await startRedis('always');
  const server = await startShopbell({ redis, workers, settings: { idle_ping_interval_ms: PING_INTERVAL_MS } });
  try {
    const options = { scenario: 'chat', sessions, conversations: 2000, agents: AGENTS, messages: rate, rate: LOGINS_A_SECOND, seconds: 60, warm: 20, processes: workers };
    const result = await load({ server, redis, hear: (text) => context.say(`  ${text.trim()}`), isBackground: true }, options);
    keep(outcome, 'million', result);
    const { settle } = result.when_it_began.kernel;
    const { p50 } = result.delivery_us.before;
    outcome.rows.push(
      { what: 'sessions logged in at once', ours: result.in_at_the_end - AGENTS, unit: '', beside: [{ name: 'wanted', value: sessions, atLeast: 1 }], runs: 1, fsync: 'always', note: `${workers} workers, as many load processes, ${words(rate)} messages a second among them, each delivered after ${Math.round(p50 / 1000)} ms (p50)` },
      { what: 'memory left with all of them there', ours: settle!.available_bytes / GIB, unit: 'GiB', beside: [{ name: 'promised', value: 2, atLeast: 1 }], runs: 1 },
    );
    return outcome;
  } finally {
    await server.stop();
    await redis.stop();
  }
}

export const crowdFigures: Figure[] = [
  { name: 'storm', about: 'a restart with everybody there', run: storm },
  { name: 'churn', about: 'people who go from page to page', run: churn },
  { name: 'queue', about: 'many who wait, and the agents come', run: queue },
  { name: 'nodes', about: 'the same over 1, 2 and 4 workers', run: nodes },
  { name: 'million', about: 'a million sessions; only when named', isLong: true, run: million },
];
