// Chooses what happens next: mostly what people and nodes would do, now and then what they should not.
import type { Limits } from './library.ts';
import type { Operation } from './operations.ts';
import type { Random } from './random.ts';
import type { Conversation, Settings, World } from './world.ts';

type Kind = Operation['kind'] | 'read' | 'silence' | 'clock_set';

export type Profile = {
  name: string;
  shoppers: number;
  agents: number;
  teams: number;
  nodes: number;
  capacity: number; // at most
  limits?: Limits; // small, so that they are met
  weights: Record<Exclude<Kind, 'snapshot' | `load_${string}` | `list_${string}`>, number>;
};

const DAY: Profile['weights'] = {
  open: 14, append: 14, propose_close: 9, confirm_close: 6, dispute_close: 3, agent_connected: 7, agent_signed_out: 1,
  set_team: 1.5, set_priority: 3, pick: 4, take_over: 3, transfer_to_agent: 3, transfer_to_team: 3,
  set_routing_status: 3, view: 6, unview: 3, tick: 14, node_left: 0.3, count_try: 0.5, read: 4, silence: 0.4, clock_set: 0.2, failover: 0.3, begin_generation: 0.6,
};
const SMALL = { BATCH: 3, BURY_BATCH: 4, RESEND_WINDOW: 6, LOOK_MAX: 5 };

export const PROFILES: Profile[] = [
  { name: 'a few, who collide', shoppers: 12, agents: 4, teams: 2, nodes: 3, capacity: 3, weights: DAY },
  { name: 'a shop on a busy day', shoppers: 3000, agents: 40, teams: 5, nodes: 8, capacity: 6, weights: { ...DAY, open: 22 } },
  {
    name: 'a quiet shop, with regulars', shoppers: 40, agents: 10, teams: 2, nodes: 2, capacity: 2,
    weights: { ...DAY, open: 9, propose_close: 14, confirm_close: 14, dispute_close: 1, agent_connected: 3, node_left: 0, set_routing_status: 1 },
  },
  {
    name: 'nodes that fall silent', shoppers: 60, agents: 9, teams: 3, nodes: 7, capacity: 4, limits: SMALL,
    weights: { ...DAY, agent_connected: 12, view: 12, node_left: 2, silence: 4 },
  },
];

const GRACE_MS = 15_000;
const HOUR_MS = 3_600_000;

export class Generator {
  private made = 0;
  private readonly silent = new Set<string>(); // nodes that do not tick now
  private readonly next: Operation[] = [];

  constructor(private readonly random: Random, private readonly profile: Profile, private readonly world: World) {}

  private name(kind: string, count: number): string {
    return `${kind}${this.random.below(count)}`;
  }

  private agent = () => this.name('agent', this.profile.agents);
  private node = () => this.name('node', this.profile.nodes);
  private team = () => this.name('team', this.profile.teams);
  private shopper = () => this.name('shopper', this.profile.shoppers);
  private fresh = (kind: string) => `${kind}${++this.made}`;

  private held(): Conversation | undefined {
    const all = [...this.world.agents.values()].flatMap(({ holds }) => [...holds]);
    return all.length ? this.random.pick(all) : undefined;
  }

  private waiting(): Conversation | undefined {
    const lines = [...this.world.waiting.values()].flat();
    return lines.length ? this.random.pick(lines) : undefined;
  }

  /** One that is open, mostly; else any of a shopper, or one that does not exist. */
  private conversation(): Conversation | undefined {
    const { world } = this;
    const roll = this.random.next();
    if (roll < 0.5) return this.held();
    const ofShopper = world.ofShopper.get(this.shopper());
    if (roll < 0.6) return ofShopper?.[0];
    return (roll < 0.9 && this.waiting()) || ofShopper?.at(-1);
  }

  operation(): Operation {
    const waiting = this.next.shift();
    if (waiting) return waiting;
    const kind = this.random.weighted(this.profile.weights);
    const ms = this.random.chance(0.3) ? 0 : this.random.below(400);
    return { ms, ...this.of(kind) } as Operation;
  }

  private of(kind: Kind): Omit<Operation, 'ms'> & Record<string, unknown> {
    const { random } = this;
    const wrongly = random.chance(0.1);
    switch (kind) {
      case 'open':
        return this.open();
      case 'append': {
        const behind = random.chance(0.25) ? random.between(1, 3) : 0;
        const role = random.pick(['shopper', 'agent'] as const);
        return { kind, id: this.id(), role, customId: this.fresh('message'), behind };
      }
      case 'propose_close': {
        const c = wrongly ? this.conversation() : this.held();
        const agent = c?.agent && !random.chance(0.05) ? c.agent : this.agent();
        return { kind, id: c?.id ?? 'none', agent, timeout: random.pick([0, 3000, 20_000]) };
      }
      case 'confirm_close':
      case 'dispute_close': {
        const closing = [...this.world.closing];
        const c = wrongly || closing.length === 0 ? this.conversation() : random.pick(closing);
        return { kind, id: c?.id ?? 'none', shopper: c && !random.chance(0.05) ? c.shopper : this.shopper() };
      }
      case 'pick':
      case 'take_over': {
        const waiting = kind === 'pick' && !wrongly ? this.waiting() : undefined;
        return { kind, id: (waiting ?? this.held() ?? this.conversation())?.id ?? 'none', agent: this.agent() };
      }
      case 'set_team':
        return { kind, team: this.team(), settings: this.settings() };
      case 'set_priority':
        return { kind, id: (random.chance(0.3) ? this.conversation() : this.waiting())?.id ?? 'none', agent: this.agent(), priority: random.below(10) };
      case 'transfer_to_agent':
      case 'transfer_to_team': {
        const c = wrongly ? this.world.ofShopper.get(this.shopper())?.at(-1) : this.held();
        const agent = c?.agent && !random.chance(0.05) ? c.agent : this.agent();
        return { kind, id: c?.id ?? 'none', agent, ...(kind === 'transfer_to_agent' ? { to: this.colleague() } : { team: this.team() }) };
      }
      case 'agent_connected':
        return this.connected();
      case 'agent_signed_out':
        return { kind, agent: random.chance(0.7) ? this.goneAgent() : this.agent() };
      case 'set_routing_status':
        return { kind, agent: this.agent(), status: random.chance(0.65) ? 'accepting' : 'away' };
      case 'view':
        return { kind, id: this.id(), node: this.node(), flag: random.pick(['0', '1']) };
      case 'count_try':
        return { kind, window: 1e9, account: `account${random.below(5)}`, network: `network${random.below(3)}` };
      case 'unview': {
        const node = this.node();
        const seen = [...(this.world.viewsOf.get(node) ?? [])];
        return { kind, id: seen.length && !wrongly ? random.pick(seen) : this.id(), node };
      }
      case 'failover':
        return { kind };
      case 'begin_generation': {
        const { generation, heard } = this.world;
        const known = heard < 0 || wrongly ? -1 : generation - (random.chance(0.2) ? 1 : 0);
        return { kind, known, lost: random.pick(['0', '0', '1'] as const) };
      }
      case 'silence':
        return this.silence();
      case 'clock_set':
        return { ...this.tick(this.node()), ms: random.pick([-1, 1]) * HOUR_MS };
      case 'node_left':
        return { kind, node: this.node() };
      case 'read':
        return this.read();
      default:
        return this.tick(this.node());
    }
  }

  private id(): string {
    return this.conversation()?.id ?? 'none';
  }

  /** Mostly somebody who has room. */
  private colleague(): string {
    const free = this.random.chance(0.7) ? this.world.candidates(this.team()) : [];
    return free.length ? this.random.pick(free)[0] : this.agent();
  }

  private goneAgent(): string {
    const gone = [...this.world.gone.keys()];
    return gone.length ? this.random.pick(gone) : this.agent();
  }

  /** Who comes back while their adviser has no time. */
  private regular(): string {
    const { adviserOf, openOf, agents } = this.world;
    const back = [...adviserOf].filter(([shopper, agent]) => !openOf.has(shopper) && !this.world.isFree(agents.get(agent)!));
    return back.length ? this.random.pick(back)[0] : this.shopper();
  }

  /** A new conversation, or a resend of something said in the last one. */
  private open() {
    const { random, world } = this;
    const shopper = random.chance(0.5) ? this.regular() : this.shopper();
    const said = world.ofShopper.get(shopper)?.at(-1)?.log.filter(({ custom_id }) => custom_id) ?? [];
    const customId = said.length && random.chance(0.3) ? random.pick(said)['custom_id']! : this.fresh('message');
    return { kind: 'open', id: this.fresh('c'), shopper, team: this.team(), customId } as const;
  }

  private connected() {
    const { random, profile, world } = this;
    const agent = this.agent();
    const known = world.agents.get(agent);
    const change = !known?.connected || random.chance(0.15);
    const teams = Array.from({ length: random.between(1, Math.min(3, profile.teams)) }, this.team);
    return {
      kind: 'agent_connected',
      agent,
      node: this.node(),
      connections: random.chance(0.35) ? 0 : random.between(1, 3),
      capacity: change ? random.between(0, profile.capacity) : known.capacity!,
      teams: change ? [...new Set(teams)].join(',') : known.teams.join(','),
    } as const;
  }

  private settings(): Settings {
    const { random } = this;
    const limited = random.chance(0.3) && { queue_limit: random.pick([0, 0, 1, 2, 4]) };
    const overflows = random.chance(0.8) && { overflow_team: this.team() };
    const after = random.chance(0.7) && { overflow_after_ms: random.pick([1, 500, 5000]) };
    const waits = random.chance(0.8) && { adviser_wait_ms: random.pick([0, 100, 1000, 20_000, 60_000]) };
    const manual = random.chance(0.2) && { routing: 'manual' as const };
    return { priority: random.pick([0, 0, 0, 1, 9]), ...limited, ...overflows, ...after, ...waits, ...manual };
  }

  private tick(node: string) {
    const grace = this.random.chance(0.1) ? 0 : GRACE_MS;
    return { kind: 'tick', node: this.silent.has(node) && this.random.chance(0.9) ? 'node0' : node, grace } as const;
  }

  /** Some nodes hold their breath, or come back, while time passes for all. */
  private silence() {
    const { random } = this;
    for (let i = 1; i < this.profile.nodes; i++) {
      if (!random.chance(0.4)) this.silent.delete(`node${i}`);
      else this.silent.add(`node${i}`);
    }
    const seconds = random.pick([1, 4, 6, 20]);
    for (let second = 0; second < seconds; second += 2) { // a beat counts for no more
      for (let i = 0; i < this.profile.nodes; i++) {
        const beats = i === 0 || (second % 4 === 0 && !this.silent.has(`node${i}`));
        if (beats) this.next.push({ kind: 'tick', ms: i ? 0 : 2000, node: `node${i}`, grace: GRACE_MS });
      }
    }
    return this.tick('node0');
  }

  private read(): Omit<Operation, 'ms'> & Record<string, unknown> {
    const limit = this.random.between(1, 4);
    switch (this.random.below(12)) {
      case 0:
        return { kind: 'snapshot' };
      case 1:
        return { kind: 'load_conversation', id: this.id() };
      case 2:
        return { kind: 'load_shopper', shopper: this.shopper() };
      case 3:
        return { kind: 'list_of_shopper', shopper: this.shopper(), limit };
      case 4:
        return { kind: 'list_closed_by', agent: this.agent(), limit };
      case 5:
      case 6:
        return { kind: 'list_assigned', agent: this.agent(), limit };
      default:
        return { kind: 'list_queue', teams: `${this.team()},${this.team()}`, limit };
    }
  }
}
