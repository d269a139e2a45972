// What a shopper's and an agent's client have in common: the parts, put together.
import type { Action, Author, Conversation as Wire, Event, Pushes, Role, Site, TeamStatus } from '@proto';
import { type Connection, type ConnectionHooks, createConnection } from './connection';
import { type Conversation, lastSeq } from './conversation';
import { type Conversations, createConversations } from './conversations';
import type { Env } from './env';
import { type AskServer, createHistory, type History } from './history';
import { createOutbox, type Entry, type Outbox } from './outbox';
import { createReceiptSender, type ReceiptSender } from './receipts';
import type { Answer, Ask } from './rpc';
import { createSender, type Sender } from './sender';
import { createSent, type SentLog } from './sent';
import type { Keep } from './storage';
import { clean } from './text';
import { isOwn } from './timeline';
import type { RequestError } from './types';
import { createTyping, type Typing } from './typing';

export interface SessionHooks extends Pick<ConnectionHooks, 'login' | 'refused'> {
  /** Takes in the answer, its conversations included. */
  ready(answer: Answer<'login'>): void;
  /** Who is logged in; the same object for as long as it is the same person. */
  self(): Author;
  lane(entry: Entry): string;
  target(entry: Entry): string | undefined;
  /** An acknowledged message as the event that it became. */
  stamp(event: Event): Event;
  start?(entry: Entry): Ask<'start_conversation'>;
  incoming(wire: Wire): void;
  /** Pushes that only one role gets. */
  push?(action: keyof Pushes, payload: Pushes[keyof Pushes]): void;
  /** Another tab wrote this key in storage. */
  stored?(key: string | null | undefined): void;
  lost?(): void;
  changed(): void;
}

export interface Session {
  connection: Connection;
  conversations: Conversations;
  history: History;
  outbox: Outbox;
  sender: Sender;
  sent: SentLog;
  receipts: ReceiptSender;
  typing: Typing;
  site: Site | null;
  writable: boolean;
  teams: readonly TeamStatus[];
  start(): void;
  stop(): void;
  ask: AskServer;
  /** Resolves to undefined when done, or to why not. */
  request<A extends Action>(action: A, payload: Ask<A>): Promise<RequestError | undefined>;
  takeWire(wire: Wire): void;
  send(text: string, conversation_id?: string): string | undefined;
  retry(custom_id: string): void;
}

type Acked = Pick<Answer<'send_event'>, 'seq' | 'generation' | 'at' | 'duplicate'>;

/** keep: where the outbox is, if that is known before the login. */
export function createSession(env: Env, url: string, role: Role, keep: Keep | undefined, hooks: SessionHooks): Session {
  const { changed } = hooks;
  const connection = createConnection(env, url, { login: hooks.login, refused: hooks.refused, urgent, idle, ready, push, lost, changed });
  const { call } = connection;
  const ask: AskServer = (action, payload) =>
    new Promise((resolve) => call(action, payload, (error, answer) => resolve({ error, answer })));
  const outbox = createOutbox(env, keep, changed);
  const sent = createSent(env, keep);
  const conversations = createConversations(env, { role, call, ready: connection.ready, changed: heldChanged, took, rewound });
  const history = createHistory(role, conversations, ask, changed);
  const receipts = createReceiptSender(env, role, conversations, call, connection.ready);
  const typing = createTyping(env, (conversation_id, is_typing) => {
    call('send_typing_indicator', { conversation_id, is_typing }, () => {});
  });
  const sender = createSender(env, outbox, {
    ready: connection.ready,
    lane: hooks.lane,
    target: hooks.target,
    transmit,
    restarts: ({ type }) => !!hooks.start && (type === 'conversation_closed' || type === 'not_found'),
  });
  /** Conversations of which not all is held that could tell what is lost. */
  const unchecked = new Set<string>();
  let unlisten: (() => void) | undefined;

  const session: Session = {
    connection, conversations, history, outbox, sender, sent, receipts, typing, ask, takeWire,
    site: null,
    writable: true,
    teams: [],
    start() {
      unlisten ??= env.listen('storage', ({ key }) => stored(key));
      connection.start();
    },
    stop() {
      unlisten?.();
      unlisten = undefined;
      connection.stop();
    },
    request: async (action, payload) => (await ask(action, payload)).error,
    send(text, conversation_id) {
      const cleaned = clean(text);
      if (!cleaned) return undefined;
      typing.forget();
      const { custom_id } = outbox.add(cleaned, conversation_id);
      sender.kick();
      connection.hurry();
      return custom_id;
    },
    retry(custom_id) {
      outbox.requeue(custom_id);
      sender.kick();
      connection.hurry();
    },
  };

  function urgent(): boolean {
    return outbox.list().some(({ state }) => state !== 'failed');
  }

  function idle(): boolean {
    return role === 'shopper' && [...conversations.all()].every(({ state }) => state === 'closed');
  }

  function heldChanged(): void {
    connection.pace();
    changed();
  }

  function took(held: Conversation, event: Event): void {
    const { author, custom_id, seq, generation } = event;
    const entry = custom_id && isOwn(author, hooks.self()) && outbox.get(custom_id);
    if (author.role !== role && owns(held)) receipts.held(held.id);
    if (entry) acknowledged(entry, held.id, seq, generation);
    if (unchecked.has(held.id) && seq === lastSeq(held)) offerLost([held.id]);
  }

  /** An agent only looks at what is somebody else's. */
  const owns = (held: Conversation) => role === 'shopper' || held.agent?.id === hooks.self().id;

  /** Out of the outbox, and kept for a while: what was acknowledged may get lost (see sent.ts). */
  function acknowledged({ custom_id, text }: Entry, conversation_id: string, seq: number, generation: number, at = env.now()): void {
    sent.add({ custom_id, conversation_id, text, at, seq, generation });
    outbox.remove(custom_id);
  }

  /** What was acknowledged and is not there goes first. */
  function offerLost(ids: Iterable<string>): void {
    const lost = [...ids].flatMap((id) => {
      const held = conversations.get(id);
      const last = conversations.lastKnown(id);
      if (held && lastSeq(held) < last) unchecked.add(id);
      else unchecked.delete(id);
      return held || role === 'shopper' ? sent.takeLost(id, held, last) : [];
    });
    if (lost.length) outbox.offer(lost);
    if (lost.length) sender.kick();
  }

  function rewound(id: string): void {
    receipts.forget(id);
    if (!conversations.get(id)) offerLost([id]);
  }

  function takeWire(wire: Wire): void {
    conversations.takeWire(wire);
    receipts.confirmed(wire.id, wire.receipts[role]);
    offerLost([wire.id]);
  }

  function transmit(entry: Entry, done: (error?: RequestError) => void): void {
    const { custom_id, text, conversation_id, ...rest } = entry;
    const acked = (id: string, { seq, generation, at, duplicate }: Acked) => {
      conversations.take(id, hooks.stamp({ seq, generation, type: 'message', at, author: hooks.self(), custom_id, text }));
      acknowledged(entry, id, seq, generation, duplicate ? entry.at : undefined);
      done();
    };
    if (conversation_id) {
      call('send_event', { conversation_id, custom_id, text }, (error, answer) => {
        if (error) done(error);
        else acked(answer.conversation_id, answer);
      });
    } else {
      call('start_conversation', hooks.start!({ custom_id, text, ...rest }), (error, answer) => {
        if (error) return done(error);
        hooks.incoming(answer.conversation);
        acked(answer.conversation.id, answer);
      });
    }
  }

  function ready(answer: Answer<'login'>): void {
    session.site = answer.site;
    session.writable = answer.service.writable;
    session.teams = answer.teams;
    hooks.ready(answer);
    connection.pace();
    answer.conversations.forEach((wire) => receipts.confirmed(wire.id, wire.receipts[role]));
    if (!connection.ready()) return;
    offerLost(role === 'shopper' ? sent.conversations() : answer.conversations.map(({ id }) => id));
    receipts.ready();
    sender.kick();
    changed();
  }

  function lost(): void {
    conversations.lost();
    sender.lost();
    typing.forget();
    hooks.lost?.();
  }

  const pushes: { [P in keyof Pushes]?: (payload: Pushes[P]) => void } = {
    incoming_conversation: ({ conversation }) => hooks.incoming(conversation),
    incoming_event: ({ conversation_id, event }) => conversations.take(conversation_id, event),
    incoming_typing_indicator: conversations.takeTyping,
    receipts_updated: ({ conversation_id, role: who, receipt }) => conversations.takeReceipt(conversation_id, who, receipt),
    presence_updated: conversations.takePresence,
    shopper_updated: ({ conversation_id: id, shopper }) =>
      conversations.patch(id, { shopper: { ...conversations.get(id)?.shopper, ...shopper } }),
    queue_position_updated: ({ conversation_id, position, wait_p50_ms, wait_p90_ms }) =>
      conversations.patch(conversation_id, { queue_position: position, wait_p50_ms, wait_p90_ms }),
    team_status_updated({ status }) {
      session.teams = session.teams.map((team) => (team.team === status.team ? status : team));
    },
    service_status_updated({ service }) {
      session.writable = service.writable;
      if (service.writable) sender.resume();
    },
  };

  function push<P extends keyof Pushes>(action: P, payload: Pushes[P]): void {
    const known: ((payload: Pushes[P]) => void) | undefined = pushes[action];
    if (known) known(payload);
    else hooks.push?.(action, payload);
    changed();
  }

  /** Another tab wrote in storage. */
  function stored(key: string | null | undefined): void {
    const entry = outbox.reload(key);
    if (entry) sender.hold(entry.custom_id);
    sender.kick();
    hooks.stored?.(key);
  }

  return session;
}
