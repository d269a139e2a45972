// Paging back: first to the beginning of a conversation, then through the same shopper's former ones, one piece at a
// time, so that they come in one timeline. A chain is that row of conversations, oldest first; the last is its root.
import type { Action, ConversationSummary, Role } from '@proto';
import { type Conversation, fromSummary, NO_RECEIPTS, prepend } from './conversation';
import type { Conversations } from './conversations';
import type { Answer, Ask } from './rpc';
import type { RequestError } from './types';

const PIECE = 50;

export type AskServer = <A extends Action>(action: A, payload: Ask<A>) => Promise<{ error?: RequestError; answer: Answer<A> }>;

interface Chain {
  readonly ids: readonly string[];
  /** All former conversations, newest first; absent: not asked yet. */
  readonly former?: readonly ConversationSummary[];
  readonly loading?: boolean;
}

export interface History {
  /** What is loaded of the chain that ends with root, oldest first. */
  chain(root: string): readonly Conversation[];
  ids(root: string): readonly string[];
  set(root: string, chain: Chain): void;
  /** A conversation that is known to follow root directly. */
  follow(root: string, next: string): void;
  forget(root: string): void;
  canLoad(root: string): boolean;
  loading(root: string): boolean;
  load(root: string, shopper_id?: string): Promise<RequestError | undefined>;
}

export function createHistory(role: Role, conversations: Conversations, ask: AskServer, changed: () => void): History {
  const chains = new Map<string, Chain>();

  const get = (root: string): Chain => chains.get(root) ?? { ids: [root] };

  function set(root: string, part: Partial<Chain>): void {
    chains.set(root, { ...get(root), ...part });
    changed();
  }

  const oldest = (root: string) => conversations.get(get(root).ids[0]!);

  function before(root: string): ConversationSummary | undefined {
    const { ids, former } = get(root);
    const first = oldest(root)?.opened_at ?? 0;
    return former?.find(({ id, opened_at }) => opened_at <= first && !ids.includes(id));
  }

  async function loadPiece(held: Conversation): Promise<RequestError | undefined> {
    const first = held.events[0]?.seq;
    const range = first ? { before: first, limit: PIECE } : { limit: PIECE };
    const { error, answer } = await ask('list_events', { conversation_id: held.id, ...range });
    if (error) return error;
    const now = conversations.get(held.id) ?? held;
    conversations.put(prepend(now, answer.events, answer.has_more));
    return undefined;
  }

  /** Whatever it is in the list of former ones, the person has seen it: what is owed comes with the login. */
  function fromFormer(summary: ConversationSummary): Conversation {
    const all = { delivered_up_to: summary.last_seq, seen_up_to: summary.last_seq };
    return { ...fromSummary(summary), receipts: { ...NO_RECEIPTS, [role]: all } };
  }

  async function step(root: string, shopper_id?: string): Promise<RequestError | undefined> {
    const held = oldest(root);
    if (held?.has_earlier) return loadPiece(held);
    if (!get(root).former) {
      const { error, answer } = await ask('list_conversations', { ...(shopper_id && { shopper_id }), limit: 50 });
      if (error) return error;
      set(root, { former: answer.conversations });
    }
    const next = before(root);
    if (!next) return undefined;
    const known = conversations.get(next.id);
    const error = known ? conversations.refresh(next.id) : await loadPiece(fromFormer(next));
    if (!error) set(root, { ids: [next.id, ...get(root).ids] });
    return error || undefined;
  }

  return {
    chain: (root) => get(root).ids.flatMap((id) => conversations.get(id) ?? []),
    ids: (root) => get(root).ids,
    set,
    follow(root, next) {
      set(next, { ...get(root), ids: [...get(root).ids, next], loading: false });
      chains.delete(root);
    },
    forget: (root) => chains.delete(root),
    canLoad(root) {
      const held = oldest(root);
      return !!held && (held.has_earlier || !get(root).former || !!before(root));
    },
    loading: (root) => !!get(root).loading,
    async load(root, shopper_id) {
      if (get(root).loading) return undefined;
      set(root, { loading: true });
      const error = await step(root, shopper_id);
      if (chains.has(root)) set(root, { loading: false });
      return error;
    },
  };
}
