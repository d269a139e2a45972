// One conversation as this client holds it: immutable, and its events are always a piece without holes. What does not
// fit right behind the last event is not taken in (see conversations.ts for how the hole is filled).
import type { AgentProfile, Conversation as Wire, ConversationState, ConversationSummary, Event, Receipt, Receipts, Role, ShopperProfile } from '@proto';

export interface Conversation {
  readonly id: string;
  readonly state: ConversationState;
  readonly team: string;
  readonly opened_at: number;
  /** state, agent and queue_position are true as of this event. */
  readonly state_seq: number;
  readonly events: readonly Event[];
  /** There are events before the first one held. */
  readonly has_earlier: boolean;
  readonly receipts: Receipts;
  readonly shopper?: ShopperProfile;
  readonly agent?: AgentProfile;
  readonly agent_present?: boolean;
  /** It waits for this agent alone. */
  readonly adviser?: AgentProfile;
  readonly queue_position?: number;
  readonly wait_p50_ms?: number;
  readonly wait_p90_ms?: number;
  /** The other side is typing. */
  readonly typing?: boolean;
}

export const NO_RECEIPTS: Receipts = {
  shopper: { delivered_up_to: 0, seen_up_to: 0 },
  agent: { delivered_up_to: 0, seen_up_to: 0 },
};

export const otherRole = (role: Role): Role => (role === 'shopper' ? 'agent' : 'shopper');

export const lastOf = <T>(list: readonly T[]): T | undefined => list[list.length - 1];

export const lastSeq = (held: Conversation | undefined): number => (held && lastOf(held.events)?.seq) || 0;

/** The event with this seq, if it is held. */
export const eventAt = ({ events }: Conversation, seq: number): Event | undefined => events[seq - (events[0]?.seq ?? 0)];

const NO_PLACE = { queue_position: undefined, wait_p50_ms: undefined, wait_p90_ms: undefined };

/** What an event means for the conversation. */
const folds: { readonly [type: string]: (event: Event) => Partial<Conversation> } = {
  opened: () => ({ state: 'queued' }),
  queued: ({ team, agent, reason }) => ({
    state: 'queued', agent: undefined, agent_present: false, ...(team && { team }),
    // Another priority is another place, which comes by itself, and nothing else.
    ...(reason !== 'prioritized' && { ...NO_PLACE, adviser: reason === 'reserved' ? agent : undefined }),
  }),
  assigned: ({ agent, team }) => ({ state: 'assigned', agent, agent_present: true, adviser: undefined, ...NO_PLACE, ...(team && { team }) }),
  close_proposed: () => ({ state: 'closing' }),
  close_disputed: () => ({ state: 'assigned' }),
  closed: () => ({ state: 'closed', ...NO_PLACE }),
};

function fold(held: Conversation, event: Event): Conversation {
  if (event.seq <= held.state_seq) return held;
  return { ...held, ...folds[event.type]?.(event), state_seq: event.seq };
}

/** Takes in the next event; any other gives the same conversation back. */
export function append(held: Conversation, event: Event): Conversation {
  if (event.seq !== lastSeq(held) + 1) return held;
  return { ...fold(held, event), events: [...held.events, event], typing: held.typing && event.type !== 'message' };
}

/** An older piece in front; it has to end right before the first event held. */
export function prepend(held: Conversation, older: readonly Event[], has_earlier: boolean): Conversation {
  const first = held.events[0]?.seq ?? Infinity;
  const piece = older.filter((event) => event.seq < first);
  const joins = !held.events.length || lastOf(piece)?.seq === first - 1 || !piece.length;
  return joins ? { ...held, events: [...piece, ...held.events], has_earlier } : held;
}

function joinEvents(held: Conversation, wire: Wire): Pick<Conversation, 'events' | 'has_earlier'> {
  const own = { events: held.events, has_earlier: held.has_earlier };
  const first = wire.events[0];
  if (!first) return held.events.length ? own : { events: [], has_earlier: wire.has_earlier };
  const start = held.events[0]?.seq ?? Infinity;
  const before = wire.events.filter((event) => event.seq < start);
  const after = wire.events.filter((event) => event.seq > lastSeq(held));
  const hole = first.seq > lastSeq(held) + 1 || (before.length > 0 && lastOf(wire.events)!.seq < start - 1);
  if (hole || !held.events.length) return { events: wire.events, has_earlier: wire.has_earlier };
  if (!before.length && !after.length) return own;
  return { events: [...before, ...held.events, ...after], has_earlier: before.length ? wire.has_earlier : held.has_earlier };
}

export function maxReceipt(a: Receipt, b: Receipt): Receipt {
  const delivered_up_to = Math.max(a.delivered_up_to, b.delivered_up_to);
  const seen_up_to = Math.max(a.seen_up_to, b.seen_up_to);
  if (delivered_up_to === a.delivered_up_to && seen_up_to === a.seen_up_to) return a;
  return { delivered_up_to, seen_up_to };
}

const isSame = (held: Conversation, { seq, generation }: Event): boolean => eventAt(held, seq)?.generation === generation;

/** A failover of the store may lose the end of a conversation, and something else may stand there by now. What stays is
 * what is held up to the last event that both have: where one is the same, all before it are. */
export function common(held: Conversation, wire: Wire): Conversation {
  const differs = wire.events.some((event) => eventAt(held, event.seq) && !isSame(held, event));
  if (!wire.rewound && !differs) return held;
  const last = lastOf(wire.events.filter((event) => isSame(held, event)))?.seq ?? 0;
  const events = held.events.filter(({ seq }) => seq <= last);
  const has_earlier = events.length ? held.has_earlier : wire.has_earlier;
  return { ...held, events, has_earlier, state_seq: Math.min(held.state_seq, last), receipts: wire.receipts };
}

/** What the server said of a conversation, on top of what is held of it. */
export function merge(held: Conversation | undefined, wire: Wire): Conversation {
  const base: Conversation = held ? common(held, wire) : fromSummary(wire);
  const newer = wire.last_seq >= base.state_seq;
  const { id, state, team, opened_at, agent, agent_present, adviser, queue_position, wait_p50_ms, wait_p90_ms } = wire;
  const place = { queue_position, wait_p50_ms, wait_p90_ms };
  const told = { id, state, team, opened_at, agent, agent_present, adviser, ...place, state_seq: wire.last_seq };
  const receipts = {
    shopper: maxReceipt(base.receipts.shopper, wire.receipts.shopper),
    agent: maxReceipt(base.receipts.agent, wire.receipts.agent),
  };
  const shopper = wire.shopper ?? base.shopper;
  return { ...base, ...(newer ? told : {}), ...joinEvents(base, wire), receipts, shopper };
}

/** Nothing held of it yet. */
export function fromSummary({ id, state, team, opened_at, last_seq, shopper, agent }: ConversationSummary): Conversation {
  return { id, state, team, opened_at, state_seq: last_seq, events: [], has_earlier: true, receipts: NO_RECEIPTS, shopper, agent };
}

/** Seq of the last message that the other side wrote; 0 when there is none. */
export function lastFromOther({ events }: Conversation, role: Role): number {
  const other = otherRole(role);
  for (let i = events.length - 1; i >= 0; i--) {
    if (events[i]!.author.role === other) return events[i]!.seq;
  }
  return 0;
}

export function countUnread({ events, receipts }: Conversation, role: Role): number {
  const seen = receipts[role].seen_up_to;
  const other = otherRole(role);
  let count = 0;
  for (let i = events.length - 1; i >= 0 && events[i]!.seq > seen; i--) {
    if (events[i]!.type === 'message' && events[i]!.author.role === other) count++;
  }
  return count;
}
