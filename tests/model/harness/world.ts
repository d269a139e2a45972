// The reference: what is true of the site, each fact once. Everything Redis keeps beside them (queues, loads, candidates,
// deadlines, who is open where) is derived from these in keys.ts, so Redis being equal to it is the invariant itself:
// one owner at most, nobody orphaned, loads that count, candidates that are exactly the free ones.
import type { Limits } from './library.ts';

export const SITE = 'model';
export const NODE_DEAD_MS = 5000;
const CLOCK_STEP_MS = 2000;
const LOAD_SPACE = 2 ** 41;
const TICKET_SPACE = 2 ** 40;
const PACE_TIMES = 64;

export type State = 'queued' | 'assigned' | 'closing' | 'closed';
export type Event = Record<string, string>;

export type Conversation = {
  id: string;
  shopper: string;
  team: string;
  ticket: number;
  priority: number;
  overflowed?: boolean;
  overflowAt?: number; // while it waits
  adviser?: string; // whom it waits for
  reservedUntil?: number;
  linedUpAt?: number; // after that
  state: State;
  agent: string;
  openedAt: number;
  queuedAt: number;
  since: number; // the same, by the other clock
  closedAt?: number;
  deadline?: number;
  log: Event[];
  generations: number[]; // of each event
};

/** Of a team, as set_team is told. */
export type Settings = { priority: number; queue_limit?: number; overflow_team?: string; overflow_after_ms?: number; adviser_wait_ms?: number; routing?: 'manual' };
const DEFAULTS: Settings = { priority: 0 };

export type Agent = {
  id: string;
  status?: string;
  capacity?: number;
  teams: string[];
  idleSince?: number;
  nodes: Map<string, number>;
  holds: Set<Conversation>;
  recent: string[];
  connected: boolean; // once at least
};

export class Wrong extends Error {}

/** Equal as JSON, or the step is wrong. */
export function expect(what: string, found: unknown, wanted: unknown): void {
  const [a, b] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (a !== b) throw new Wrong(`${what}: ${a}, and should be ${b}`);
}

export function getOr<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}

export class World {
  wall = 1_800_000_000_000; // Redis's, which may be set
  clock = this.wall; // by which all is decided
  beat?: { wall: number; now: number }; // both, at the last tick
  tickets = 0;
  history = 0; // of Redis
  heard = -1; // the history when a generation was begun last
  generation = 0;
  readonly conversations = new Map<string, Conversation>();
  readonly ofShopper = new Map<string, Conversation[]>();
  readonly openOf = new Map<string, Conversation>();
  readonly settings = new Map<string, Settings>();
  readonly waiting = new Map<string, Conversation[]>(); // by place, also who waits for their adviser; a team that ever had a queue stays
  readonly reserved = new Set<Conversation>(); // those of them that wait for their adviser
  readonly adviserOf = new Map<string, string>(); // a shopper's last agent
  readonly pace = new Map<string, { leftAt: number; times: number[] }>(); // of a queue; newest first
  readonly moves = new Map<string, number>(); // of a queue: somebody left it, or came in before others
  readonly closing = new Set<Conversation>();
  readonly agents = new Map<string, Agent>();
  readonly gone = new Map<string, number>();
  readonly nodes = new Map<string, number>(); // last heartbeat
  readonly beaten = new Set<string>(); // have had a heartbeat since they were last taken for dead
  readonly agentsOf = new Map<string, Set<string>>();
  readonly views = new Map<string, Map<string, string>>(); // conversation, node, whether the shopper looks there
  readonly viewsOf = new Map<string, Set<string>>();
  readonly hints = new Map<string, number>();
  readonly tries = new Map<string, number>();

  readonly tally = new Map<string, number>(); // what happened how often, to see that a run is worth something

  // What this step did, for the answer.
  grown = new Set<Conversation>();
  opened?: Conversation;
  queuesChanged = new Set<string>();
  told: [channel: string, line: string][] = []; // hints in the order they must come
  toldLater: [channel: string, words: string][] = []; // those of the changes, in any order after them
  touched = new Set<string>(); // keys that must differ now, or might
  summaries = new Map<string, string>(); // of the agents, before

  constructor(readonly limits: Limits) {}

  /** Time goes by, or the clock is set. */
  pass(ms: number): void {
    this.wall += ms;
    const { wall, now } = this.beat ?? { wall: this.wall, now: this.wall };
    this.clock = now + Math.min(Math.max(this.wall - wall, 0), CLOCK_STEP_MS);
  }

  begin(): void {
    this.grown = new Set();
    this.opened = undefined;
    this.queuesChanged = new Set();
    this.told = [];
    this.toldLater = [];
    this.touched = new Set();
    this.summaries = new Map([...this.agents.keys()].map((id) => [id, String(this.agentSummary(id))]));
  }

  count(what: string): void {
    this.tally.set(what, (this.tally.get(what) ?? 0) + 1);
  }

  touch(...keys: string[]): void {
    for (const key of keys) this.touched.add(`{${SITE}}:${key}`);
  }

  /** Its load, or whether it is free: after that changed, and before it when its teams change. */
  touchLoad(id: string): void {
    this.touch(`agent:${id}`, `agent:${id}:convs`);
    for (const team of this.agent(id).teams) this.touch(`candidates:${team}`);
  }

  agent(id: string): Agent {
    return getOr(this.agents, id, () => ({
      id, teams: [], nodes: new Map(), holds: new Set(), recent: [], connected: false,
    }));
  }

  event(c: Conversation, type: string, role: string, by: string, more: Event = {}): void {
    c.log.push({ type, at: String(this.wall), role, by, ...more });
    this.stamp(c);
    this.count(['event', type, more['reason']].join(' ').trim());
    this.grown.add(c);
    this.touch(`conv:${c.id}`, `conv:${c.id}:log`);
  }

  /** The last event's generation: never below the one before. */
  stamp(c: Conversation): void {
    c.generations.push(Math.max(this.generation, c.generations.at(-1) ?? 0));
  }

  /** The one place that moves a conversation, so that it is in one place only. */
  place(c: Conversation, state: State, agent: string, deadline?: number): void {
    if (c.state === 'queued') this.leaveLine(c);
    if (c.state === 'closing' || state === 'closing') this.touch('deadlines');
    if (state === 'closed') this.touch(`shopper:${c.shopper}`);
    for (const id of [c.agent, agent]) if (id && (c.agent !== agent || state === 'closed')) this.touchLoad(id);
    if (c.agent) this.agent(c.agent).holds.delete(c);
    this.closing.delete(c);
    Object.assign(c, { state, agent, deadline });
    if (state === 'queued') this.joinLine(c);
    if (state === 'assigned') this.adviserOf.set(c.shopper, agent);
    if (state === 'assigned') this.touch(`shopper:${c.shopper}`);
    if (state === 'assigned' || state === 'closing') this.agent(agent).holds.add(c);
    if (state === 'closing') this.closing.add(c);
    if (state === 'closed') this.openOf.delete(c.shopper);
  }

  private leaveLine(c: Conversation): void {
    const line = getOr(this.waiting, c.team, () => []);
    if (!line.includes(c)) return;
    line.splice(line.indexOf(c), 1);
    if (!c.adviser) this.queueMoved(c.team);
    c.overflowAt = undefined;
    this.unreserve(c);
    this.touch(`queue:${c.team}`, `since:${c.team}`, 'overflow');
    this.queuesChanged.add(c.team);
  }

  private joinLine(c: Conversation): void {
    getOr(this.waiting, c.team, () => []).push(c);
    this.planOverflow(c);
    this.touch(`since:${c.team}`, 'teams');
    this.sort(c.team);
    if (this.lastInLine(c.team) !== c) this.queueMoved(c.team);
  }

  private lastInLine(team: string): Conversation | undefined {
    const all = this.waiting.get(team)!;
    for (let i = all.length - 1; i >= 0; i--) if (!all[i]!.adviser) return all[i];
    return undefined;
  }

  private unreserve(c: Conversation): void {
    if (!c.adviser) return;
    this.touch(`agent:${c.adviser}:reserved`, `reserved:${c.team}`, 'reservations', `conv:${c.id}`);
    c.adviser = c.reservedUntil = undefined;
    this.reserved.delete(c);
  }

  reserve(c: Conversation): boolean {
    const { adviser_wait_ms: wait = 0, routing } = this.team(c.team);
    const adviser = this.adviserOf.get(c.shopper) ?? '';
    const agent = this.agents.get(adviser);
    const there = agent !== undefined && (agent.nodes.size > 0 || this.gone.has(adviser));
    if (routing === 'manual' || wait === 0 || !there || !agent.teams.includes(c.team) || this.isFree(agent)) return false;
    Object.assign(c, { adviser, reservedUntil: this.clock + wait });
    this.reserved.add(c);
    this.touch(`agent:${adviser}:reserved`, `reserved:${c.team}`, 'reservations', `queue:${c.team}`);
    return true;
  }

  release(c: Conversation): void {
    this.unreserve(c);
    c.linedUpAt = this.clock;
    if (this.lastInLine(c.team) !== c) this.queueMoved(c.team);
    this.touch(`queue:${c.team}`);
    this.queuesChanged.add(c.team);
  }

  /** Who waits for this agent, by place. */
  reservedOf(agent: string): Conversation[] {
    const all = [...this.reserved].filter(({ adviser }) => adviser === agent);
    return all.sort((a, b) => this.placeOf(a) - this.placeOf(b));
  }

  /** Who waits for whoever is free. */
  line(team: string): Conversation[] {
    return (this.waiting.get(team) ?? []).filter(({ adviser }) => !adviser);
  }

  planOverflow(c: Conversation): void {
    const { overflow_team: other, overflow_after_ms: after } = this.team(c.team);
    c.overflowAt = other !== undefined && after !== undefined && !c.overflowed ? this.clock + after : undefined;
    this.touch('overflow');
  }

  overflow(c: Conversation, team: string): void {
    this.leaveLine(c);
    Object.assign(c, { team, queuedAt: this.wall, since: this.clock, overflowed: true });
    this.joinLine(c);
  }

  queueHasRoom(team: string): boolean {
    return (this.waiting.get(team) ?? []).length < (this.team(team).queue_limit ?? Infinity);
  }

  /** Somebody is free to be given one. */
  gives(team: string): boolean {
    return this.team(team).routing !== 'manual' && this.candidates(team).length > 0;
  }

  /** For a new one. */
  hasRoom(team: string): boolean {
    return this.queueHasRoom(team) || this.gives(team);
  }

  team(id: string): Settings {
    return this.settings.get(id) ?? DEFAULTS;
  }

  /** How many there were of them, with this one. */
  try(who: string): number {
    const count = (this.tries.get(who) ?? 0) + 1;
    this.tries.set(who, count);
    this.touch(`tries:${who}`);
    return count;
  }

  /** Higher priorities first, then lower tickets. */
  placeOf({ priority, ticket }: Conversation): number {
    return ticket - priority * TICKET_SPACE;
  }

  sort(team: string): void {
    this.waiting.get(team)!.sort((a, b) => this.placeOf(a) - this.placeOf(b));
    this.queuesChanged.add(team);
    this.touch(`queue:${team}`);
  }

  queueMoved(team: string): void {
    this.moves.set(team, (this.moves.get(team) ?? 0) + 1);
    this.touch(`pace:${team}`);
  }

  isFree({ status, capacity, nodes, holds }: Agent): boolean {
    return nodes.size > 0 && (status ?? 'accepting') === 'accepting' && holds.size < (capacity ?? 0);
  }

  /** The free agents of a team, who is next first. */
  candidates(team: string): [id: string, score: number][] {
    const free = [...this.agents.values()].filter((agent) => agent.teams.includes(team) && this.isFree(agent));
    const scored = free.map(({ id, holds, idleSince }) => [id, holds.size * LOAD_SPACE + idleSince!] as [string, number]);
    return scored.sort(byScore);
  }

  agentSummary(id: string): string[] {
    const agent = this.agents.get(id);
    return [id, agent?.status ?? 'accepting', agent?.nodes.size ? '1' : '0', String(agent?.holds.size ?? 0)];
  }

  queueSummary(team: string): string[] {
    const line = this.waiting.get(team) ?? [];
    const [oldest] = [...line].sort((a, b) => byScore([a.id, a.since], [b.id, b.since]));
    return [team, line.length, oldest?.queuedAt ?? '', ...this.paceOf(team), this.moves.get(team) ?? 0].map(String);
  }

  /** How many times are known, their mean and their deviation. */
  paceOf(team: string): [count: number, mean: number, deviation: number] {
    const times = this.pace.get(team)?.times ?? [];
    if (times.length === 0) return [0, 0, 0];
    const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
    const squares = times.reduce((sum, time) => sum + (time - mean) * (time - mean), 0);
    return [times.length, Math.floor(mean + 0.5), Math.floor(Math.sqrt(squares / times.length) + 0.5)];
  }

  /** It is about to leave its queue. Who did not wait says nothing about the queue. */
  notePace({ team, since, linedUpAt = 0, adviser }: Conversation): void {
    const began = Math.max(since, linedUpAt);
    if (adviser || began >= this.clock) return;
    const { leftAt, times } = this.pace.get(team) ?? { leftAt: 0, times: [] };
    const next = [this.clock - Math.max(leftAt, began), ...times].slice(0, PACE_TIMES);
    this.pace.set(team, { leftAt: this.clock, times: next });
    this.touch(`pace:${team}`, `pace:${team}:times`);
  }

  /** Why it cannot be given one more. */
  noRoom(id: string, byHand: boolean): string | undefined {
    const agent = this.agents.get(id);
    if (!agent?.nodes.size || (!byHand && agent.status === 'away')) return 'agent_away';
    return agent.holds.size >= (agent.capacity ?? 0) ? 'agent_full' : undefined;
  }

  /** Somebody looks there, or there is somebody: a node that others have to bury when it falls silent. */
  heardOf(node: string): void {
    this.touch('nodes');
    if (!this.nodes.has(node)) this.nodes.set(node, this.clock);
  }

  agentLeftNode(id: string, node: string, since: number): void {
    const agent = this.agent(id);
    agent.nodes.delete(node);
    this.agentsOf.get(node)?.delete(id);
    if (agent.nodes.size === 0 && !this.gone.has(id)) this.gone.set(id, since);
    this.touchLoad(id);
    this.touch(`agent:${id}:nodes`, `node:${node}:agents`, 'gone');
  }

  view(id: string, node: string, flag: string): void {
    this.heardOf(node);
    this.touch(`conv:${id}:nodes`, `node:${node}:convs`);
    getOr(this.views, id, () => new Map()).set(node, flag);
    getOr(this.viewsOf, node, () => new Set()).add(id);
    this.tellViewers(id, node, `view ${id} ${node} ${flag}`);
  }

  leave(id: string, node: string): void {
    this.touch(`conv:${id}:nodes`, `node:${node}:convs`);
    this.views.get(id)?.delete(node);
    this.viewsOf.get(node)?.delete(id);
    this.tellViewers(id, node, `gone ${id} ${node}`);
  }

  private tellViewers(id: string, except: string, words: string): void {
    for (const node of [...(this.views.get(id)?.keys() ?? [])].sort()) if (node !== except) this.tell(node, words);
  }

  tell(to: string, words: string): void {
    this.told.push([to, `${SITE} ${to === 'all' ? 'all' : 'redis'} ${this.nextNumber(to)} ${words}`]);
  }

  tellLater(to: string, words: string): void {
    this.toldLater.push([to, words]);
  }

  /** How many there will have been, with those of the changes. */
  expectedCount(channel: string): number {
    return (this.hints.get(channel) ?? 0) + this.toldLater.filter(([to]) => to === channel).length;
  }

  nextNumber(channel: string): number {
    const number = (this.hints.get(channel) ?? 0) + 1;
    this.hints.set(channel, number);
    return number;
  }

  /** Its agents are gone since then. */
  bury(node: string, since: number): void {
    this.count('node buried');
    for (const agent of [...(this.agentsOf.get(node) ?? [])]) this.agentLeftNode(agent, node, since);
    this.beaten.delete(node);
    this.touch('nodes', 'beaten', 'hints');
    const views = [...(this.viewsOf.get(node) ?? [])].sort();
    for (const id of views.slice(0, this.limits.BURY_BATCH)) this.leave(id, node);
    if (views.length > this.limits.BURY_BATCH) return;
    this.nodes.delete(node);
    this.hints.delete(node);
  }
}

/** As Redis orders a sorted set. */
export function byScore([a, x]: [string, number], [b, y]: [string, number]): number {
  return x - y || (a < b ? -1 : Number(a > b));
}
