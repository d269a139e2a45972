// Every conversation this client holds. Keeps the one promise the rest builds on: the events held are dense, so a
// cursor never claims what is not there. An event that came too early waits in a buffer while list_events fetches what
// is missing.
import { type Conversation as Wire, type Cursor, type Event, limits, type Pushes, type Receipt, type Role } from '@proto';
import { fullJitter } from './backoff';
import { append, common, type Conversation, lastOf, lastSeq, maxReceipt, merge, otherRole } from './conversation';
import type { Env } from './env';
import type { Call } from './rpc';

const PIECE = 200;
/** An answer to a sender may overtake a push by a little: not every hole needs a request. */
const HOLE_GRACE_MS = 150;
const MAX_CURSORS = 50;

export interface Conversations {
  get(id: string): Conversation | undefined;
  all(): IterableIterator<Conversation>;
  put(next: Conversation): void;
  drop(id: string): void;
  clear(): void;
  /** From a push, an answer or one's own acknowledged message; in any order, any number of times. */
  take(id: string, event: Event): void;
  takeWire(wire: Wire): void;
  /** All that a login brought, and which cursors it did not know. What it did not name is asked for once, as it may have
   * changed meanwhile. */
  takeLogin(wires: readonly Wire[], gone?: readonly string[]): void;
  takeReceipt(id: string, role: Role, receipt: Receipt): void;
  takeTyping(push: Pushes['incoming_typing_indicator']): void;
  takePresence(push: Pushes['presence_updated']): void;
  patch(id: string, part: Partial<Conversation>): void;
  /** Events of a hole that was not filled yet. */
  buffered(id: string): readonly Event[];
  /** How far it goes on the server, as far as is known. */
  lastKnown(id: string): number;
  /** Asks for what came after the last event held. */
  refresh(id: string, delay_ms?: number): void;
  /** Of the conversations that wanted takes, newest first. */
  cursors(wanted: (held: Conversation, index: number) => boolean): Required<Cursor>[];
  lost(): void;
}

export interface ConversationsHooks {
  role: Role;
  call: Call;
  ready(): boolean;
  changed(id: string): void;
  /** The conversation took in this event (each once a session). */
  took(held: Conversation, event: Event): void;
  /** Of what was held, the server has only what is held now. */
  rewound(id: string): void;
}

interface Repair {
  timer: unknown;
  tries: number;
}

export function createConversations(env: Env, hooks: ConversationsHooks): Conversations {
  const all = new Map<string, Conversation>();
  const early = new Map<string, Map<number, Event>>();
  /** The last seq the server is known to have. */
  const known = new Map<string, number>();
  const repairs = new Map<string, Repair>();
  const typing = new Map<string, unknown>();

  function put(next: Conversation): void {
    const before = all.get(next.id);
    if (before === next) return;
    all.set(next.id, next);
    for (const event of next.events) {
      if (event.seq > lastSeq(before)) hooks.took(next, event);
    }
    hooks.changed(next.id);
    settle(next.id);
  }

  function patch(id: string, part: Partial<Conversation>): void {
    const held = all.get(id);
    if (held) put({ ...held, ...part });
  }

  /** Lets in what waited for its turn; sees to it that what is missing gets fetched. */
  function settle(id: string): void {
    const held = all.get(id)!;
    const waiting = early.get(id);
    const next = waiting?.get(lastSeq(held) + 1);
    if (next) return put(append(held, next));
    for (const seq of waiting?.keys() ?? []) {
      if (seq <= lastSeq(held)) waiting!.delete(seq);
    }
    if (!waiting?.size) early.delete(id);
    if (lacks(id)) ask(id, waiting?.size ? HOLE_GRACE_MS : 0, lacks);
  }

  const lacks = (id: string) => early.has(id) || lastSeq(all.get(id)) < (known.get(id) ?? 0);

  /** Asks after a while, if that is still needed then. One request at a time for each conversation. */
  function ask(id: string, delay_ms: number, needed: (id: string) => boolean): void {
    if (repairs.has(id)) return;
    const repair: Repair = { tries: 0, timer: undefined };
    repair.timer = env.setTimeout(() => (needed(id) ? request(id, repair) : repairs.delete(id)), delay_ms);
    repairs.set(id, repair);
  }

  function request(id: string, repair: Repair): void {
    const held = all.get(id);
    const after = lastSeq(held);
    if (!held || !hooks.ready()) return void repairs.delete(id);
    const range = after ? { after, limit: PIECE } : { limit: PIECE };
    hooks.call('list_events', { conversation_id: id, ...range }, (error, answer) => {
      if (repairs.get(id) !== repair) return;
      if (error && !error.retryable) {
        repairs.delete(id);
        if (error.type === 'not_found') lose(id);
        return;
      }
      if (!error) {
        if (!after) put({ ...all.get(id)!, has_earlier: answer.has_more });
        fill(id, answer.events, !after);
      }
      const more = error || (after > 0 && answer.has_more) || lacks(id);
      if (!more) return void repairs.delete(id);
      const progress = !error && lastSeq(all.get(id)) > after;
      const delay = progress ? 0 : (error?.retry_after_ms ?? 0) + fullJitter(++repair.tries, env.random());
      repair.timer = env.setTimeout(() => request(id, repair), delay);
    });
  }

  function fill(id: string, events: readonly Event[], fromNothing: boolean): void {
    const held = all.get(id);
    if (held && fromNothing && !held.events.length) return put({ ...held, events });
    events.forEach((event) => take(id, event));
  }

  function take(id: string, event: Event): void {
    const held = all.get(id);
    if (!held || event.seq <= lastSeq(held)) return;
    known.set(id, Math.max(known.get(id) ?? 0, event.seq));
    if (event.seq === lastSeq(held) + 1) return put(append(held, event));
    if (!early.has(id)) early.set(id, new Map());
    early.get(id)!.set(event.seq, event);
    hooks.changed(id);
    settle(id);
  }

  const refresh = (id: string, delay_ms = 0) => ask(id, delay_ms, () => true);

  function takeWire(wire: Wire): void {
    const held = all.get(wire.id);
    const stays = held && common(held, wire);
    if (stays && stays !== held) rewind(stays);
    known.set(wire.id, Math.max(known.get(wire.id) ?? 0, wire.last_seq));
    put(merge(stays, wire));
  }

  function rewind(stays: Conversation): void {
    [early, known].forEach((map) => map.delete(stays.id));
    all.set(stays.id, stays);
    hooks.rewound(stays.id);
  }

  function lose(id: string): void {
    drop(id);
    hooks.rewound(id);
  }

  function takeLogin(wires: readonly Wire[], gone: readonly string[] = []): void {
    gone.forEach(lose);
    const named = new Set(wires.map(({ id }) => id));
    for (const held of all.values()) {
      if (held.state !== 'closed' && !named.has(held.id)) refresh(held.id);
    }
    for (const wire of wires) {
      known.set(wire.id, wire.last_seq);
      takeWire(wire.last_seq < lastSeq(all.get(wire.id)) ? { ...wire, rewound: true } : wire);
    }
  }

  function drop(id: string): void {
    env.clearTimeout(repairs.get(id)?.timer);
    [all, early, known, repairs].forEach((map) => map.delete(id));
    hooks.changed(id);
  }

  function stopTyping(id: string): void {
    env.clearTimeout(typing.get(id));
    typing.delete(id);
    if (all.get(id)?.typing) patch(id, { typing: false });
  }

  return {
    get: (id) => all.get(id),
    all: () => all.values(),
    put,
    drop,
    patch,
    take,
    takeWire,
    takeLogin,
    refresh,
    clear: () => [...all.keys()].forEach(drop),
    takeReceipt(id, role, receipt) {
      const held = all.get(id);
      if (!held) return;
      const next = maxReceipt(held.receipts[role], receipt);
      if (next !== held.receipts[role]) patch(id, { receipts: { ...held.receipts, [role]: next } });
    },
    takeTyping({ conversation_id: id, author, is_typing }) {
      if (author.role !== otherRole(hooks.role)) return;
      stopTyping(id);
      if (!is_typing) return;
      typing.set(id, env.setTimeout(() => stopTyping(id), limits.typing_expire_ms));
      patch(id, { typing: true });
    },
    takePresence({ conversation_id: id, role, present }) {
      const shopper = all.get(id)?.shopper;
      if (role === 'agent') patch(id, { agent_present: present });
      else if (shopper) patch(id, { shopper: { ...shopper, present } });
      if (!present && role !== hooks.role) stopTyping(id);
    },
    lastKnown: (id) => Math.max(known.get(id) ?? 0, lastSeq(all.get(id))),
    buffered: (id) => [...(early.get(id)?.values() ?? [])],
    cursors(wanted) {
      const held = [...all.values()].filter(({ events }) => events.length).sort((a, b) => b.opened_at - a.opened_at);
      return held
        .filter(wanted)
        .slice(0, MAX_CURSORS)
        .map(({ id, events }) => ({ conversation_id: id, seq: lastOf(events)!.seq, generation: lastOf(events)!.generation }));
    },
    lost() {
      repairs.forEach(({ timer }) => env.clearTimeout(timer));
      repairs.clear();
      [...typing.keys()].forEach(stopTyping);
    },
  };
}
