// What the list column shows and in which order: who needs an answer first, and there who has waited longest.

import type { AgentConversation, AgentSnapshot, TimelineItem } from '../../client/index';

export function lastActivity(conversation: AgentConversation): number {
  return conversation.lastMessage?.at ?? conversation.opened_at;
}

/** Since when the shopper waits for us. Once it was asked whether it is solved, the next word is the shopper's. */
export function waitsSince({ waitingSince, state }: Pick<AgentConversation, 'waitingSince' | 'state'>): number | null {
  return state === 'closing' ? null : waitingSince;
}

export function sortMine(conversations: readonly AgentConversation[]): AgentConversation[] {
  return [...conversations].sort((a, b) => {
    const [first, second] = [waitsSince(a), waitsSince(b)];
    if (first !== null || second !== null) return (first ?? Infinity) - (second ?? Infinity);
    return lastActivity(b) - lastActivity(a) || (a.id < b.id ? -1 : 1);
  });
}

export function unreadTotal(snap: Pick<AgentSnapshot, 'conversations'>): number {
  return snap.conversations.reduce((sum, conversation) => sum + conversation.unread, 0);
}

export interface QueueTotals {
  length: number;
  oldestAt: number | null;
}

export function queueTotals(snap: Pick<AgentSnapshot, 'queues'>): QueueTotals {
  let length = 0;
  let oldestAt: number | null = null;
  for (const queue of snap.queues) {
    length += queue.length;
    if (queue.length && queue.oldest_at !== undefined) oldestAt = Math.min(oldestAt ?? Infinity, queue.oldest_at);
  }
  return { length, oldestAt };
}

/** The id that comes before or after one in the list; from nowhere, the first. Stops at both ends. */
export function neighbour(order: readonly string[], from: string | undefined, step: 1 | -1): string | undefined {
  const at = from === undefined ? -1 : order.indexOf(from);
  if (at < 0) return order[0];
  return order[Math.min(order.length - 1, Math.max(0, at + step))];
}

/** It is with a colleague, or was one's own until somebody else got it. */
export function canTakeOver({ mine, state, agent }: Pick<AgentConversation, 'mine' | 'state' | 'agent'>): boolean {
  return !mine && agent !== null && (state === 'assigned' || state === 'closing');
}

/** This agent had it before: it was assigned to them, as far back as is loaded. */
export function wasMine({ id, timeline }: Pick<AgentConversation, 'id' | 'timeline'>, self: string | undefined): boolean {
  return timeline.some((item) => item.kind === 'event' && item.conversation_id === id && item.type === 'assigned' && item.agent?.id === self);
}

export type CloseState = 'open' | 'proposed' | 'disputed' | 'closed';

/** How far the question "is it solved?" has come. A message after a dispute does not make it undisputed. */
export function closeState(conversation: Pick<AgentConversation, 'id' | 'state' | 'timeline'>): CloseState {
  if (conversation.state === 'closed') return 'closed';
  if (conversation.state === 'closing') return 'proposed';
  for (let i = conversation.timeline.length - 1; i >= 0; i--) {
    const item = conversation.timeline[i] as TimelineItem;
    if (item.kind !== 'event' || item.conversation_id !== conversation.id) continue;
    if (item.type === 'close_disputed') return 'disputed';
    if (item.type === 'close_proposed' || item.type === 'opened') return 'open';
  }
  return 'open';
}

/** What an agent calls someone who may have no name: the last four letters of the id tell two apart. */
export function shopperName(shopper: { id?: string; name?: string } | null | undefined, word: string): string {
  const name = shopper?.name?.trim();
  if (name) return name;
  return shopper?.id ? `${word} ${shortId(shopper.id)}` : word;
}

/** Undefined when nobody knows: of a conversation that is over, or of somebody else's. */
export function presenceWord(shopper: { present?: boolean } | null, words: { present: string; absent: string }): string | undefined {
  if (shopper?.present === undefined) return undefined;
  return shopper.present ? words.present : words.absent;
}

export function shortId(id: string): string {
  return id.slice(-4);
}
