// The conversations on an agent's desk: those that are theirs, and some of the past.
import type { Author } from '@proto';
import { createView, type ViewMaker } from './agent_view';
import { type Conversation, lastSeq } from './conversation';
import type { Entry } from './outbox';
import type { Session } from './session';
import { keepSame } from './store';
import type { AgentConversation } from './types';

/** Conversations of the past that stay loaded, so that a console that is open for weeks does not grow. */
const MAX_PAST = 30;
const NO_ENTRIES: readonly Entry[] = [];

export interface Desk {
  show(id: string): void;
  clear(): void;
  /** proposeClose was asked: shown as if it were done until the conversation says so, or the server refused. */
  propose(id: string, proposed: boolean): void;
  views(self: Author, connected: boolean): { mine: readonly AgentConversation[]; views: ReadonlyMap<string, AgentConversation> };
}

export function createDesk({ conversations, history, outbox }: Session): Desk {
  const roots = new Map<string, ViewMaker>();
  /** By conversation, the last seq held when it was asked. */
  const proposed = new Map<string, number>();
  let mine: readonly AgentConversation[] = [];
  let shown: ReadonlyMap<string, AgentConversation> = new Map();

  /** Former conversations may be in more than one chain. */
  function unload(root: string): void {
    const shared = new Set([...roots.keys()].filter((id) => id !== root).flatMap(history.ids));
    for (const id of history.ids(root)) {
      if (!shared.has(id)) conversations.drop(id);
    }
    history.forget(root);
    roots.delete(root);
  }

  function viewOf(held: Conversation, make: ViewMaker, self: Author, connected: boolean): AgentConversation {
    const { id } = held;
    const since = proposed.get(id) ?? Infinity;
    if (held.events.some(({ seq, type }) => seq > since && type !== 'message')) proposed.delete(id);
    const entries = outbox.list().filter((entry) => entry.conversation_id === id);
    return make(held, {
      chain: history.chain(id),
      buffered: conversations.buffered(id),
      entries: entries.length ? entries : NO_ENTRIES,
      self,
      connected,
      proposing: proposed.has(id),
      canLoadEarlier: history.canLoad(id),
      loadingEarlier: history.loading(id),
    });
  }

  return {
    show(id) {
      if (!roots.has(id)) roots.set(id, createView());
      const past = [...roots.keys()].filter((root) => root !== id && !shown.get(root)?.mine);
      past.slice(0, Math.max(0, past.length - MAX_PAST)).forEach(unload);
    },
    clear() {
      [...roots.keys()].forEach(history.forget);
      roots.clear();
      proposed.clear();
    },
    propose(id, on) {
      if (on) proposed.set(id, lastSeq(conversations.get(id)));
      else proposed.delete(id);
    },
    views(self, connected) {
      const next = new Map<string, AgentConversation>();
      for (const [id, make] of roots) {
        const held = conversations.get(id);
        if (held) next.set(id, viewOf(held, make, self, connected));
      }
      const before = [...shown.values()];
      const now = [...next.values()];
      if (keepSame(before, now) !== before) shown = next;
      mine = keepSame(mine, now.filter((view) => view.mine).sort((a, b) => a.opened_at - b.opened_at));
      return { mine, views: shown };
    },
  };
}
