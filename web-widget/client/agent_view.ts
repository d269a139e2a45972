// One conversation as an agent sees it. A view keeps its identity until something about it changes, so that a console
// with many conversations renders only the one that moved.
import type { Author } from '@proto';
import { type Conversation, countUnread } from './conversation';
import type { Entry } from './outbox';
import { keepSame } from './store';
import { createTimeline, type TimelineInput } from './timeline';
import type { AgentConversation, MessageItem, TimelineItem } from './types';

export interface ViewInput extends Omit<TimelineInput, 'conversations' | 'entries'> {
  chain: readonly Conversation[];
  entries: readonly Entry[];
  /** proposeClose was asked and not answered. */
  proposing: boolean;
  canLoadEarlier: boolean;
  loadingEarlier: boolean;
}

export type ViewMaker = (held: Conversation, input: ViewInput) => AgentConversation;

export const isMine = ({ state, agent }: Conversation, self: Author): boolean =>
  (state === 'assigned' || state === 'closing') && !!agent && agent.id === self.id;

/** The time since when the shopper waits for a word. */
function waitingSince({ events, state }: Conversation): number | null {
  let since: number | null = null;
  for (const { type, author, at } of events) {
    if (type !== 'message') continue;
    since = author.role === 'agent' ? null : (since ?? at);
  }
  return state === 'closed' ? null : since;
}

function lastMessage(timeline: readonly TimelineItem[]): MessageItem | null {
  for (let i = timeline.length - 1; i >= 0; i--) {
    const item = timeline[i]!;
    if (item.kind === 'message') return item;
  }
  return null;
}

export function createView(): ViewMaker {
  const buildTimeline = createTimeline();
  let view: AgentConversation | undefined;

  return (held, { chain, proposing, canLoadEarlier, loadingEarlier, ...input }) => {
    const timeline = buildTimeline({ conversations: chain, ...input });
    const { id, team, opened_at, state } = held;
    view = keepSame(view, {
      id,
      state: proposing && state === 'assigned' ? 'closing' : state,
      team,
      opened_at,
      mine: isMine(held, input.self),
      shopper: held.shopper ?? null,
      agent: held.agent ?? null,
      shopperTyping: !!held.typing,
      lastMessage: lastMessage(timeline),
      unread: countUnread(held, 'agent'),
      waitingSince: waitingSince(held),
      timeline,
      canLoadEarlier,
      loadingEarlier,
    });
    return view;
  };
}
