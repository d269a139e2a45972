// The shopper's side: one person, one row of conversations of which the last may be open.
import type { Conversation as Wire, ShopperProfile } from '@proto';
import { createCache } from './cache';
import { countUnread, lastOf } from './conversation';
import { createDrafts } from './drafts';
import { browserEnv } from './env';
import type { Answer } from './rpc';
import { DISCONNECTED } from './rpc';
import type { Entry } from './outbox';
import { createSession } from './session';
import { createFacts } from './shopper_facts';
import { createKeep } from './storage';
import { createStore, keepSame } from './store';
import { createTimeline } from './timeline';
import type { RequestError, ShopperClient, ShopperClientOptions, ShopperConversation, ShopperSnapshot } from './types';

export function createShopperClient(options: ShopperClientOptions): ShopperClient {
  const env = options.env ?? browserEnv();
  const storage = options.storage === undefined ? env.localStorage() : options.storage;
  const keep = createKeep(storage, `${options.site}:shopper`);
  const timeline = createTimeline();
  const store = createStore(compute);
  let self: { role: 'shopper'; id?: string } = { role: 'shopper' };
  let currentId: string | undefined;
  let usedToken: string | undefined;
  let refusal: RequestError | null = null;
  let summary: ShopperConversation | undefined;
  /** Someone who never wrote has no former conversations to ask for. */
  let firstEver = false;

  const session = createSession(env, options.url, 'shopper', keep, {
    login, ready, refused, incoming, stored,
    self: () => self,
    lane: () => '',
    target: aim,
    stamp: (event) => event,
    start,
    changed,
  });
  const { connection, conversations, history } = session;
  const facts = createFacts(keep, { connection, ask: session.ask, changed });
  const cache = createCache(env, keep, () => ({
    site: session.site,
    shopper: facts.profile(),
    conversations: currentId ? history.chain(currentId) : [],
  }));

  const current = () => (currentId ? conversations.get(currentId) : undefined);

  function changed(): void {
    if (currentId && connection.status() !== 'stopped') cache.save();
    store.changed();
  }

  function setShopper(next: ShopperProfile | null): void {
    facts.setProfile(next);
    if (next?.id !== self.id) self = { role: 'shopper', id: next?.id };
  }

  /** Where a message is sent first: into the open conversation, else it starts one. From then on logins ask for them. */
  function aim(): string | undefined {
    const held = current();
    if (held && held.state !== 'closed') return held.id;
    if (!keep.get('started') && !held) firstEver = true;
    keep.set('started', true);
    return undefined;
  }

  function start({ custom_id, text, lost_id }: Entry) {
    const page = facts.page();
    const again = lost_id && { conversation_id: lost_id };
    return { custom_id, text, ...again, ...(options.team && { team: options.team }), ...(page && { page }) };
  }

  function login() {
    usedToken = keep.get<string>('token');
    const page = facts.pageForLogin();
    const cursors = conversations.cursors(({ state }, i) => state !== 'closed' || i === 0);
    return {
      role: 'shopper' as const,
      site: options.site,
      ...(usedToken && { token: usedToken }),
      ...(page && { page }),
      ...(keep.get('started') || cursors.length ? { cursors } : {}),
    };
  }

  function ready(answer: Answer<'login'>): void {
    const stored = keep.get<string>('token');
    // Two tabs of a new shopper logged in at once, as two people: the one whose token was kept first is right.
    if (!usedToken && stored && stored !== answer.token) return connection.restart();
    if (answer.token) keep.set('token', answer.token);
    if (self.id && answer.shopper && self.id !== answer.shopper.id) forget();
    setShopper(answer.shopper ?? facts.profile());
    refusal = null;
    conversations.takeLogin(answer.conversations, answer.gone);
    const newest = lastOf([...answer.conversations].sort((a, b) => a.opened_at - b.opened_at));
    if (newest && newest.id !== currentId) {
      const hadHistory = currentId !== undefined;
      currentId = newest.id;
      if (hadHistory) void history.load(currentId);
    }
    facts.catchUp();
    changed();
  }

  /** A conversation that began while this client was looking on: it follows the one shown. */
  function incoming(wire: Wire): void {
    keep.set('started', true);
    session.takeWire(wire);
    const held = current();
    if (wire.id === currentId || (held && held.opened_at > wire.opened_at)) return;
    if (held) history.follow(held.id, wire.id);
    else if (firstEver) history.set(wire.id, { ids: [wire.id], former: [] });
    currentId = wire.id;
    changed();
  }

  function refused(error: RequestError): 'again' | 'wait' | 'stop' {
    if (error.type === 'authentication_failed' && usedToken) {
      if (keep.get('token') === usedToken) keep.remove('token');
      return 'again';
    }
    if (error.retryable) return 'wait';
    refusal = error;
    return 'stop';
  }

  /** Another person now: nothing of the last one may show. */
  function forget(): void {
    conversations.clear();
    currentId = undefined;
    cache.clear();
    session.sent.clear();
    keep.remove('started');
    setShopper(null);
  }

  function stored(key: string | null | undefined): void {
    // The store signed its customer out in another tab.
    if (keep.nameOf(key) === 'token' && !keep.get('token')) {
      forget();
      connection.restart();
    }
    // What the person saw in another tab is not unread in this one.
    if (!cache.owns(key)) return;
    for (const { id, receipts } of cache.load()?.conversations ?? []) conversations.takeReceipt(id, 'shopper', receipts.shopper);
  }

  function closing(action: 'confirm_close' | 'dispute_close') {
    return async (): Promise<RequestError | undefined> => {
      if (!currentId) return DISCONNECTED;
      const conversation_id = currentId;
      const error = await session.request(action, { conversation_id });
      if (current()?.state === 'closing') conversations.refresh(conversation_id, 300);
      return error;
    };
  }

  /** Of the conversation while it is open, for it may have been handed on; else where the next one would go. */
  function teamOf(held: ReturnType<typeof current>): string | undefined {
    return held && held.state !== 'closed' ? held.team : (options.team ?? held?.team);
  }

  function compute(): ShopperSnapshot {
    const held = current();
    const chain = currentId ? history.chain(currentId) : [];
    const status = connection.status();
    summary = held && keepSame(summary, { id: held.id, state: held.state, team: held.team, opened_at: held.opened_at });
    return {
      connection: status,
      serviceWritable: session.writable,
      site: session.site,
      team: session.teams.find(({ team }) => team === teamOf(held)) ?? session.teams[0] ?? null,
      teams: session.teams,
      conversation: summary ?? null,
      timeline: timeline({
        conversations: chain,
        buffered: currentId ? conversations.buffered(currentId) : [],
        entries: session.outbox.list(),
        self,
        connected: status === 'ready',
      }),
      agent: held?.agent ?? null,
      agentPresent: !!held?.agent_present,
      agentTyping: !!held?.typing,
      adviser: held?.state === 'queued' ? (held.adviser ?? null) : null,
      queueFull: session.outbox.list().some(({ state, error }) => state !== 'failed' && error?.type === 'queue_full'),
      queuePosition: held?.state === 'queued' ? (held.queue_position ?? null) : null,
      queueWaitMs: held?.state === 'queued' ? (held.wait_p50_ms ?? null) : null,
      unread: chain.reduce((sum, one) => sum + countUnread(one, 'shopper'), 0),
      canLoadEarlier: !!currentId && history.canLoad(currentId),
      loadingEarlier: !!currentId && history.loading(currentId),
      shopper: facts.shown(),
      refused: refusal,
    };
  }

  function restore(): void {
    const cached = cache.load();
    if (!cached) return;
    session.site = cached.site;
    setShopper(cached.shopper);
    const ids = cached.conversations.map((held) => held.id);
    cached.conversations.forEach(conversations.put);
    currentId = lastOf(ids);
    if (currentId) history.set(currentId, { ids });
  }

  restore();
  return {
    drafts: createDrafts(keep),
    snapshot: store.snapshot,
    subscribe: store.subscribe,
    start: session.start,
    stop() {
      session.stop();
      cache.flush();
    },
    setPage: facts.setPage,
    send: (text) => session.send(text),
    retry: session.retry,
    discard: session.outbox.remove,
    typing(is_typing) {
      const held = current();
      session.typing.set(held && held.state !== 'closed' && connection.ready() ? held.id : undefined, is_typing);
    },
    seen() {
      for (const { id } of conversations.all()) session.receipts.seen(id);
    },
    confirmClose: closing('confirm_close'),
    disputeClose: closing('dispute_close'),
    loadEarlier: async () => (currentId ? history.load(currentId) : undefined),
    updateShopper: facts.say,
  };
}
