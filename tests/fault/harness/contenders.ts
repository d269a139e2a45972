// Nodes that want the same at the same time: each sends the functions what a node would, many calls to a write, knowing
// only what it heard last.
import assert from 'node:assert/strict';
import { Redis } from '../../integration/harness/redis.ts';
import type { RedisServer } from '../../integration/harness/redis_servers.ts';
import { libraryText } from '../../model/harness/library.ts';
import { lookAt, whyNotOneOwner } from './owners.ts';
import type { Trial } from './promise.ts';

const SITE = 'shop';
const TEAMS = ['support', 'orders', 'returns'];
const AGENTS = Array.from({ length: 32 }, (_, i) => `agent-${i}`);
const SHOPPERS = Array.from({ length: 200 }, (_, i) => `shopper-${i}`);
const CAPACITY = 12;
const CALLS_A_WRITE = 10;
const WRITES_A_LOOK = 150;

type Call = [name: string, ...args: (string | number)[]];
type Answer = [verdict: string, value: string[], conversations: string[], queues: string[], agents: string[], steps: string[]];

/** What all of them have heard; it is old as soon as it is known. */
class Rumours {
  readonly open = new Map<string, { shopper: string; agent: string }>();
  assigned = 0;

  /** Who may open one. */
  shoppers(): string[] {
    const busy = new Set([...this.open.values()].map(({ shopper }) => shopper));
    const free = SHOPPERS.filter((shopper) => !busy.has(shopper));
    return free.length ? free : SHOPPERS;
  }

  hear(steps: string[]): void {
    for (let i = 0; i < steps.length; i += 6) {
      const [id, type, , , agent] = steps.slice(i, i + 5) as [string, string, string, string, string];
      if (type === 'assigned') this.assigned++;
      const heard = this.open.get(id);
      if (heard) heard.agent = agent;
    }
  }
}

class Contender {
  private readonly node: string;
  private opened = 0;
  private writes = 0;

  constructor(
    private readonly number: number,
    private readonly nodes: number,
    private readonly redis: Redis,
    private readonly rumours: Rumours,
    private readonly trial: Trial<string>,
  ) {
    this.node = `n-${number}`;
  }

  /** Whose consoles are on this node: each agent has two, on different ones. */
  private mine(): string[] {
    return AGENTS.filter((_, i) => [i % this.nodes, (i + 5) % this.nodes].includes(this.number));
  }

  async connectAgents(): Promise<void> {
    await this.send(this.mine().map((agent): Call => ['agent_connected', agent, this.node, 1, CAPACITY, this.teamsOf(agent)]));
  }

  /** Each agent is in two of the teams. */
  private teamsOf(agent: string): string {
    const at = AGENTS.indexOf(agent);
    return [TEAMS[at % 3], TEAMS[(at + 1) % 3]].join(',');
  }

  private next(): Call {
    const { random } = this.trial;
    const [agent, other] = [random.pick(AGENTS), random.pick(AGENTS)];
    const here = random.pick(this.mine());
    const known = random.pick([...this.rumours.open.keys()]) ?? 'c_none';
    const { shopper = '', agent: owner = '' } = this.rumours.open.get(known) ?? {};
    const calls: Record<string, () => Call> = {
      open: () => ['open', `c_${this.node}_${this.opened++}`, random.pick(this.rumours.shoppers()), random.pick(TEAMS), `first-${this.node}-${this.opened}`, 'Hello', 'Hello', '', ''],
      propose_close: () => ['propose_close', known, owner, 60_000],
      confirm_close: () => ['confirm_close', known, shopper],
      transfer_to_agent: () => ['transfer_to_agent', known, owner, other],
      transfer_to_team: () => ['transfer_to_team', known, owner, random.pick(TEAMS)],
      take_over: () => ['take_over', known, agent],
      pick: () => ['pick', known, agent],
      agent_connected: () => ['agent_connected', here, this.node, Number(random.chance(0.8)), CAPACITY, this.teamsOf(here)],
      agent_signed_out: () => ['agent_signed_out', agent],
      set_routing_status: () => ['set_routing_status', agent, random.chance(0.8) ? 'accepting' : 'away'],
      tick: () => ['tick', this.node, 0],
      node_left: () => ['node_left', this.node],
    };
    const weights = { open: 4, propose_close: 2, confirm_close: 2, transfer_to_agent: 20, transfer_to_team: 5, take_over: 15,
      pick: 2, agent_connected: 2, agent_signed_out: 0.5, set_routing_status: 0.5, tick: 0.5, node_left: 0.05 };
    return calls[random.weighted(weights)]!();
  }

  private async send(calls: Call[]): Promise<Answer[]> {
    const replies = await this.redis.together(calls.map(([name, ...args]) => ['FCALL', `shopbell_${name}`, 1, `{${SITE}}`, ...args]));
    return replies.map((reply) => {
      if (reply instanceof Error) throw reply;
      return reply as Answer;
    });
  }

  async write(): Promise<void> {
    const calls = Array.from({ length: CALLS_A_WRITE }, () => this.next());
    const answers = await this.send(calls);
    for (const [i, [verdict, , , , , steps]] of answers.entries()) {
      const [name, id, person] = calls[i]! as [string, string, string];
      if (name === 'open' && verdict === 'ok') this.rumours.open.set(id, { shopper: person, agent: '' });
      this.rumours.hear(steps);
      if (name === 'confirm_close' && verdict === 'ok') await this.bury(id, person);
    }
    if (calls.some(([name]) => name === 'node_left')) await this.connectAgents();
    this.trial.count('calls', calls.length);
    if (++this.writes % WRITES_A_LOOK === 0) await this.look();
  }

  /** Read back, and taken out of Redis: a million of them have no room there. */
  private async bury(id: string, shopper: string): Promise<void> {
    this.rumours.open.delete(id);
    this.judge(id, await this.redis.events(SITE, id));
    const key = `{${SITE}}:conv:${id}`;
    await this.redis.call('UNLINK', key, `${key}:log`, `${key}:receipts`, `${key}:nodes`, `{${SITE}}:shopper:${shopper}:convs`);
  }

  private judge(id: string, events: Record<string, string>[]): void {
    const why = whyNotOneOwner(events);
    this.trial.count('two_owners', why ? 1 : 0);
    this.trial.count('read_back');
    assert.equal(why, undefined, `${id}: ${why}\n${events.map(({ id: at, type, by, reason }) => `${at} ${type} ${by} ${reason ?? ''}`).join('\n')}`);
  }

  async look(): Promise<void> {
    const seen = await lookAt(this.redis, SITE, AGENTS, TEAMS, SHOPPERS);
    this.trial.count('looks');
    this.trial.count('orphaned', seen.orphaned ? 1 : 0);
    assert.deepEqual(seen, { twoOwners: '', orphaned: '', overCapacity: '', waitsForNothing: '' });
  }

  async judgeOpen(): Promise<void> {
    for (const id of this.rumours.open.keys()) this.judge(id, await this.redis.events(SITE, id));
  }
}

/** So many at once, until so many assignments were made; each conversation is looked at while it lives, and read back. */
export async function contend(server: RedisServer, contenders: number, assignments: number, trial: Trial<string>): Promise<void> {
  await server.call('FUNCTION', 'LOAD', 'REPLACE', libraryText());
  const rumours = new Rumours();
  const connections = await Promise.all(Array.from({ length: contenders }, () => Redis.open({ host: '127.0.0.1', port: server.port })));
  trial.t.after(() => connections.forEach((connection) => connection.close()));
  const all = connections.map((redis, i) => new Contender(i, contenders, redis, rumours, trial));
  for (const one of all) await one.connectAgents();
  await Promise.all(all.map(async (one) => {
    while (rumours.assigned < assignments) await one.write();
  }));
  await all[0]!.judgeOpen();
  trial.count('assignments', rumours.assigned);
}
