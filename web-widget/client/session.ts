// What a shopper's and an agent's client have in common: the parts, put together.
import type { Action, Author, Conversation as Wire, Event, Pushes, Role, Site, TeamStatus } from '@proto';
import { type Connection, type ConnectionHooks, createConnection } from './connection';
import type { Conversation } from './conversation';
import { type Conversations, createConversations } from './conversations';
import type { Env } from './env';
import { type AskServer, createHistory, type History } from './history';
import { createOutbox, type Entry, type Outbox } from './outbox';
import { createReceiptSender, type ReceiptSender } from './receipts';
import type { Answer, Ask } from './rpc';
import { createSender, type Sender } from './sender';
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

/** keep: where the outbox is, if that is known before the login. */
export function createSession(env: Env, url: string, role: Role, keep: Keep | undefined, hooks: SessionHooks): Session {
  const { changed } = hooks;
  const connection = createConnection(env, url, { login: hooks.login, refused: hooks.refused, ready, push, lost, changed });
  const { call } = connection;
  const ask: AskServer = (action, payload) =>
    new Promise((resolve) => call(action, payload, (error, answer) => resolve({ error, answer })));
  const outbox = createOutbox(env, keep, changed);
  const conversations = createConversations(env, { role, call, ready: connection.ready, changed, took });
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
  let unlisten: (() => void) | undefined;

  const session: Session = {
    connection, conversations, history, outbox, sender, receipts, typing, ask, takeWire,
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
      return custom_id;
    },
    retry(custom_id) {
      outbox.requeue(custom_id);
      sender.kick();
    },
  };

  function took({ id }: Conversation, { author, custom_id }: Event): void {
    if (author.role !== role) receipts.held(id);
    else if (custom_id && isOwn(author, hooks.self()) && outbox.get(custom_id)) outbox.remove(custom_id);
  }

  function takeWire(wire: Wire): void {
    receipts.confirmed(wire.id, wire.receipts[role]);
    conversations.takeWire(wire);
  }

  function transmit({ custom_id, text, conversation_id, ...rest }: Entry, done: (error?: RequestError) => void): void {
    const acked = (id: string, seq: number, at: number) => {
      conversations.take(id, hooks.stamp({ seq, type: 'message', at, author: hooks.self(), custom_id, text }));
      outbox.remove(custom_id);
      done();
    };
    if (conversation_id) {
      call('send_event', { conversation_id, custom_id, text }, (error, answer) => {
        if (error) done(error);
        else acked(answer.conversation_id, answer.seq, answer.at);
      });
    } else {
      call('start_conversation', hooks.start!({ custom_id, text, ...rest }), (error, answer) => {
        if (error) return done(error);
        hooks.incoming(answer.conversation);
        acked(answer.conversation.id, answer.seq, answer.at);
      });
    }
  }

  function ready(answer: Answer<'login'>): void {
    session.site = answer.site;
    session.writable = answer.service.writable;
    session.teams = answer.teams;
    answer.conversations.forEach((wire) => receipts.confirmed(wire.id, wire.receipts[role]));
    hooks.ready(answer);
    if (!connection.ready()) return;
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
