// G9: a long line, of whom a handful have real pages. Pages are cut off and come back elsewhere, nodes die, Redis is killed
// and started again or a replica takes over, an agent takes the first ones and is gone. After each of these everybody must
// have the ticket and the place they had.
import assert from 'node:assert/strict';
import { setMaxListeners } from 'node:events';
import type { TestContext } from 'node:test';
import { agent, shopper, type Client } from '../integration/harness/client.ts';
import type { Redis } from '../integration/harness/redis.ts';
import { MASTER, oneRedis, redisGroup, type RedisServer } from '../integration/harness/redis_servers.ts';
import { startServer, type Server } from '../integration/harness/server.ts';
import { until } from '../integration/harness/until.ts';
import { promise, type Trial } from './harness/promise.ts';

setMaxListeners(0);

const PAGES = 6;
const CALLS_A_WRITE = 200;
const CAPACITY = 5;
const sites = { shop: { teams: ['support'], agents: { maya: { capacity: CAPACITY } } } };
const settings = { agent_grace_ms: 500 };

type Counts = 'trials' | 'queued';

/** Where they wait: what they told is in one Redis, that is started again, or in a group that fails over. */
interface World {
  url: string;
  redis(): Promise<Redis>;
  /** Redis is gone, and is there again. */
  disturb(): Promise<void>;
}

interface Waiting {
  token: string;
  id: string;
  place: number;
}

class Line {
  readonly pages: Waiting[] = [];
  /** Who waits, each followed by the score, which is made of priority and ticket. */
  private order: string[] = [];
  private tickets: string[] = [];

  constructor(
    private readonly world: World,
    readonly servers: Server[],
    private readonly trial: Trial<Counts>,
  ) {}

  private async open(from: number, to: number): Promise<void> {
    const redis = await this.world.redis();
    for (let at = from; at < to; at += CALLS_A_WRITE) {
      const numbers = Array.from({ length: Math.min(CALLS_A_WRITE, to - at) }, (_, i) => at + i);
      const answers = await redis.together(numbers.map((i) => ['FCALL', 'shopbell_open', 1, '{shop}', `c_${String(i).padStart(20, '0')}`,
        `s_${String(i).padStart(20, '0')}`, 'support', `first-of-${i}`, 'Hello', 'Hello', '', '']));
      for (const answer of answers) if (answer instanceof Error) throw answer;
    }
  }

  /** The pages come at even distances among the others. */
  async form(length: number): Promise<void> {
    const share = Math.floor((length - PAGES) / PAGES);
    for (let i = 0; i < PAGES; i++) {
      const page = await shopper(this.trial.random.pick(this.servers), 'shop');
      const { conversation } = await page.start(`Hello from page ${i}`);
      this.pages.push({ token: page.token, id: conversation.id, place: i * share + i + 1 });
      await this.open(i * share, i === PAGES - 1 ? length - PAGES : (i + 1) * share);
    }
    this.order = await this.read();
    this.tickets = await this.readTickets();
    assert.equal(this.order.length, 2 * length);
    assert.equal(new Set(this.tickets).size, length, 'everybody has a ticket of their own');
  }

  private async read(): Promise<string[]> {
    return (await this.world.redis()).list('ZRANGE', '{shop}:queue:support', 0, -1, 'WITHSCORES');
  }

  private async readTickets(): Promise<string[]> {
    const redis = await this.world.redis();
    const ids = this.order.filter((_, i) => i % 2 === 0);
    const tickets: string[] = [];
    while (tickets.length < ids.length) {
      const some = ids.slice(tickets.length, tickets.length + 1000);
      tickets.push(...((await redis.together(some.map((id) => ['HGET', `{shop}:conv:${id}`, 'ticket']))) as string[]));
    }
    return tickets;
  }

  async isWhole(): Promise<boolean> {
    return (await this.read()).length === this.order.length;
  }

  /** The whole line as it was, and what the pages are told, on any node. */
  async compare(): Promise<void> {
    const { trial } = this;
    const [order, tickets] = [await this.read(), await this.readTickets()];
    trial.count('lost', this.order.filter((_, i) => i % 2 === 0).length - order.length / 2);
    trial.count('out_of_order', order.filter((one, i) => one !== this.order[i]).length);
    trial.count('tickets_changed', tickets.filter((ticket, i) => ticket !== this.tickets[i]).length);
    assert.deepEqual(tickets, this.tickets);
    for (const page of this.pages) {
      const client = await this.visit(page);
      const [{ id, queue_position } = assert.fail('the page has its conversation')] = client.login.conversations;
      const told = queue_position ?? (await client.push('queue_position_updated', undefined, 20_000)).position;
      assert.deepEqual([id, told], [page.id, page.place], 'the page is told the place that it had');
      trial.count('places_told');
      client.socket.terminate();
    }
    trial.count('trials');
  }

  private async visit({ token }: Waiting): Promise<Client> {
    const again = () => shopper(this.trial.random.pick(this.servers), 'shop', { token, cursors: [] }).catch(() => undefined);
    return until('the page is back', again, 30_000);
  }
}

async function nodeDies(line: Line, trial: Trial<Counts>): Promise<void> {
  const server = trial.random.pick(line.servers);
  await server.stop('SIGKILL');
  await server.start();
}

/** An agent gets the first ones, and is gone without a word: they are in line again, before all others. */
async function agentComesAndGoes(line: Line, trial: Trial<Counts>): Promise<void> {
  const maya = await until('maya is in', () => agent(trial.random.pick(line.servers), 'shop', 'maya', { cursors: [] }).catch(() => undefined), 30_000);
  const had = maya.login.conversations.length;
  for (let i = had; i < CAPACITY; i++) await maya.given(20_000);
  maya.socket.terminate();
  await until('they are in line again', () => line.isWhole(), 30_000);
}

async function keeps(world: World, length: number, trials: number, trial: Trial<Counts>): Promise<void> {
  const flags = ['--redis', world.url];
  const servers = await Promise.all([1, 2].map(() => startServer({ sites, settings, flags })));
  trial.t.after(() => Promise.all(servers.map((server) => server.close())));
  const line = new Line(world, servers, trial);
  await line.form(length);
  const faults = [() => world.disturb(), () => nodeDies(line, trial), () => agentComesAndGoes(line, trial)];
  for (let i = 0; i < trials; i++) {
    await faults[i % faults.length]!();
    await line.compare();
  }
}

async function restarted(t: TestContext): Promise<World> {
  const redis = await oneRedis(t, '--appendfsync', 'always');
  const disturb = async () => {
    await redis.kill();
    await redis.start();
  };
  return { url: `redis://127.0.0.1:${redis.port}`, redis: () => redis.client(), disturb };
}

/** The line is formed under Sentinels who are patient: a busy Redis is not a dead one. */
const PATIENT_MS = 60_000;
const ALERT_MS = 1500;

async function failingOver(t: TestContext): Promise<World> {
  const group = await redisGroup(t);
  const failAfter = (ms: number) =>
    Promise.all(group.sentinels.map((sentinel) => sentinel.call('SENTINEL', 'SET', MASTER, 'down-after-milliseconds', ms)));
  const master = (except?: RedisServer) =>
    until('there is a master', async () => {
      const now = await group.master();
      return now && now !== except && (await now.role().catch(() => '')) === 'master' ? now : undefined;
    }, 60_000);
  await failAfter(PATIENT_MS);
  const disturb = async () => {
    const old = await master();
    assert.equal(await old.call('WAIT', 1, 30_000), 1, 'the replica has all: what a failover loses is G3');
    await failAfter(ALERT_MS);
    await old.kill();
    const next = await master(old);
    await old.start();
    const follows = async () => (await old.role()) === 'slave' && (await next.call('WAIT', 1, 1000)) === 1;
    await until('the old one follows and has all', () => follows().catch(() => false), 60_000); // becoming a replica it closes all
    await failAfter(PATIENT_MS);
  };
  return { url: group.url, redis: async () => (await master()).client(), disturb };
}

promise(
  'G9',
  'a waiting shopper keeps the place through reconnect, node death, failover',
  { trials: { quick: 6, full: 30 }, queued: { quick: 2000, full: 100_000 } },
  async (trial) => {
    const { counts, t } = trial;
    const half = counts.trials / 2;
    await Promise.all([keeps(await restarted(t), counts.queued, half, trial), keeps(await failingOver(t), counts.queued, half, trial)]);
  },
);
