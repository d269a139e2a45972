// The agent's side: signing in, and many conversations at once.
import type { AgentSelf, Author, Event, Pushes, QueueSummary, RoutingStatus } from '@proto';
import { createDesk } from './agent_desk';
import { createLists } from './agent_lists';
import { isMine } from './agent_view';
import { fromSummary } from './conversation';
import { createDrafts } from './drafts';
import { browserEnv } from './env';
import { type Answer, DISCONNECTED } from './rpc';
import { createSession } from './session';
import { createKeep } from './storage';
import { createStore } from './store';
import type { AgentClient, AgentClientOptions, AgentSnapshot, AuthStatus, RequestError } from './types';

export function createAgentClient(options: AgentClientOptions): AgentClient {
  const env = options.env ?? browserEnv();
  const storage = options.storage === undefined ? env.localStorage() : options.storage;
  const space = `${options.site}:agent`;
  const keep = createKeep(storage, space);
  const drafts = createDrafts(keep);
  const store = createStore(compute);

  let auth: AuthStatus = 'signed_out';
  let authError: RequestError | null = null;
  let credentials: { email: string; password: string } | undefined;
  let answerLogin: ((error?: RequestError) => void) | undefined;
  let self: AgentSelf | null = null;
  let author: Author = { role: 'agent' };
  let wantedStatus: RoutingStatus | undefined;
  let queues: readonly QueueSummary[] = [];

  const session = createSession(env, options.url, 'agent', undefined, {
    login, ready, refused, stamp, push,
    self: () => author,
    lane: (entry) => entry.conversation_id ?? '',
    target: (entry) => entry.conversation_id,
    incoming(wire) {
      session.takeWire(wire);
      desk.show(wire.id);
    },
    lost() {
      if (credentials) refused(DISCONNECTED);
    },
    changed: store.changed,
  });
  const { connection, conversations, history } = session;
  const { changed } = store;
  const desk = createDesk(session);
  const lists = createLists(session, changed);

  function login() {
    const token = keep.get<string>('token');
    const cursors = conversations.cursors((held) => isMine(held, author));
    return { role: 'agent' as const, site: options.site, ...(credentials ?? (token ? { token } : {})), cursors };
  }

  function ready(answer: Answer<'login'>): void {
    if (answer.token) keep.set('token', answer.token);
    if (answer.agent!.profile.id !== author.id) become(answer.agent!.profile.id);
    self = answer.agent!;
    queues = answer.queues ?? [];
    credentials = undefined;
    wantedStatus = undefined;
    auth = 'signed_in';
    authError = null;
    conversations.takeLogin(answer.conversations, answer.gone);
    answer.conversations.forEach(({ id }) => desk.show(id));
    answerLogin?.();
    changed();
  }

  function become(id: string): void {
    forget();
    author = { role: 'agent', id };
    const own = createKeep(storage, `${space}:${id}`);
    session.outbox.open(own);
    session.sent.open(own);
  }

  /** Called also when a password could not be brought to the server: whoever typed it is told, and may try again. */
  function refused(error: RequestError): 'wait' | 'stop' {
    if (error.retryable && !credentials) return 'wait';
    signOut(error.type === 'logged_out' ? null : error);
    return 'stop';
  }

  function signOut(error: RequestError | null): void {
    if (!credentials && !error?.retryable) keep.remove('token');
    credentials = undefined;
    auth = 'signed_out';
    authError = error;
    forget();
    session.stop();
    answerLogin?.(error ?? undefined);
    changed();
  }

  /** Nothing of a former agent may show, nor be sent, when another one sits down. */
  function forget(): void {
    conversations.clear();
    desk.clear();
    self = null;
    author = { role: 'agent' };
    queues = [];
    lists.clear();
  }

  function stamp(event: Event): Event {
    return { ...event, agent: self?.profile };
  }

  function push(action: keyof Pushes, payload: Pushes[keyof Pushes]): void {
    if (action === 'queue_updated') {
      const next = (payload as Pushes['queue_updated']).queue;
      queues = queues.map((one) => (one.team === next.team ? next : one));
    } else if (action === 'routing_status_updated' && self) {
      self = { ...self, routing_status: (payload as Pushes['routing_status_updated']).status };
    }
  }

  function compute(): AgentSnapshot {
    const status = connection.status();
    const { mine, views } = desk.views(author, status === 'ready');
    return {
      auth,
      authError,
      connection: status,
      serviceWritable: session.writable,
      site: session.site,
      self,
      routingStatus: wantedStatus ?? self?.routing_status ?? 'away',
      teams: session.teams,
      queues,
      conversations: mine,
      views,
      ...lists.held(),
    };
  }

  return {
    drafts,
    snapshot: store.snapshot,
    subscribe: store.subscribe,
    start() {
      if (!keep.get('token')) return;
      auth = 'signing_in';
      session.start();
      changed();
    },
    stop: session.stop,
    login(email, password) {
      session.stop();
      credentials = { email: email.trim(), password };
      auth = 'signing_in';
      authError = null;
      return new Promise((resolve) => {
        answerLogin = (error) => {
          answerLogin = undefined;
          resolve(error);
        };
        session.start();
      });
    },
    async logout() {
      await session.request('logout', {});
      for (const name of keep.names('draft:')) keep.remove(name);
      session.sent.clear();
      keep.remove('token');
      if (auth !== 'signed_out') signOut(null);
    },
    async setRoutingStatus(status) {
      wantedStatus = status;
      changed();
      const { error, answer } = await session.ask('set_routing_status', { status });
      if (self && !error) self = { ...self, routing_status: answer.status };
      if (wantedStatus === status) wantedStatus = undefined;
      changed();
      return error;
    },
    send: (conversation_id, text) => session.send(text, conversation_id),
    retry: session.retry,
    discard: session.outbox.remove,
    typing: (conversation_id, is_typing) => session.typing.set(connection.ready() ? conversation_id : undefined, is_typing),
    seen: session.receipts.seen,
    async proposeClose(conversation_id) {
      desk.propose(conversation_id, true);
      changed();
      const error = await session.request('propose_close', { conversation_id });
      if (error) desk.propose(conversation_id, false);
      else conversations.refresh(conversation_id, 300);
      changed();
      return error;
    },
    transfer: (conversation_id, to) => session.request('transfer_conversation', { conversation_id, ...to }),
    takeOver: (conversation_id) => session.request('take_over_conversation', { conversation_id }),
    pick: (conversation_id) => session.request('pick_conversation', { conversation_id }),
    async setPriority(conversation_id, priority) {
      const error = await session.request('set_priority', { conversation_id, priority });
      if (!error) await lists.listQueue();
      return error;
    },
    async open({ id, shopper, ...summary }) {
      const held = conversations.get(id);
      // Of somebody else's conversation nobody tells when its shopper leaves.
      if (!held) conversations.put(fromSummary({ id, ...summary, shopper: shopper && { ...shopper, present: undefined } }));
      desk.show(id);
      changed();
      if (!held?.events.length) return history.load(id);
      conversations.refresh(id);
      return undefined;
    },
    refresh: (id) => conversations.refresh(id),
    loadEarlier: (id) => history.load(id, conversations.get(id)?.shopper?.id),
    listAgents: lists.listAgents,
    listQueue: lists.listQueue,
    listAssigned: lists.listAssigned,
    listClosed: lists.listClosed,
  };
}
