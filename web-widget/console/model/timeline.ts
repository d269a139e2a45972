// From the flat list of messages and events to the rows that are drawn: day dividers, borders between one conversation
// of the shopper and the next, lines of what happened, and runs of messages by one person.

import type { EventItem, MessageItem, TimelineItem } from '../../client/index';
import { groupMessages, RUN_GAP_MS, type Groupable } from '../../ui/group';

export type Row =
  | { kind: 'day'; key: string; at: number }
  | { kind: 'border'; key: string; conversation_id: string; at: number; current: boolean }
  | { kind: 'system'; key: string; items: EventItem[] }
  | { kind: 'messages'; key: string; own: boolean; first: MessageItem; items: MessageItem[] };

interface Entry extends Groupable {
  item: TimelineItem;
}

function senderOf(item: TimelineItem): string | undefined {
  if (item.kind === 'event') return undefined;
  return `${item.conversation_id ?? ''}/${item.author.role}/${item.author.id ?? ''}/${item.own}`;
}

/** Waiting in line is worth a line only until somebody came. */
function worthSaying(items: EventItem[]): EventItem[] {
  const joined = items.some((item) => item.type === 'assigned');
  return joined ? items.filter((item) => item.type !== 'queued' || item.reason) : items;
}

function pushEvent(rows: Row[], item: EventItem): void {
  const last = rows[rows.length - 1];
  if (last?.kind === 'border' && item.type === 'opened') return;
  if (last?.kind === 'system' && item.at - last.items[last.items.length - 1]!.at < RUN_GAP_MS) {
    // A new row, not a changed one: rows of the last call may still be on screen.
    rows[rows.length - 1] = { ...last, items: worthSaying([...last.items, item]) };
  } else rows.push({ kind: 'system', key: item.key, items: [item] });
}

/** currentId is the conversation being looked at; the others in items are the same shopper's former ones. */
export function timelineRows(items: readonly TimelineItem[], currentId: string): Row[] {
  const entries: Entry[] = items.map((item) => ({ item, at: item.at, sender: senderOf(item) }));
  const several = items.some((item) => (item.conversation_id ?? currentId) !== currentId);
  const rows: Row[] = [];
  let conversation: string | undefined;
  for (const group of groupMessages(entries, (entry) => entry.item.key)) {
    const first = group.items[0]!.item;
    const id = first.conversation_id ?? currentId;
    const border = several && id !== conversation;
    if (group.startsDay && !border) rows.push({ kind: 'day', key: `day:${group.key}`, at: group.at });
    if (border) rows.push({ kind: 'border', key: `border:${id}`, conversation_id: id, at: first.at, current: id === currentId });
    conversation = id;
    if (first.kind === 'event') pushEvent(rows, first);
    else rows.push({ kind: 'messages', key: group.key, own: first.own, first, items: group.items.map((e) => e.item as MessageItem) });
  }
  return rows;
}

/** The newest own message that the server has: the one whose state (sent, delivered, seen) is shown. */
export function lastOwnKey(items: readonly TimelineItem[]): string | undefined {
  for (let i = items.length - 1; i >= 0; i--) {
    const item = items[i]!;
    if (item.kind === 'message' && item.own && item.status !== 'failed') return item.key;
  }
  return undefined;
}

export interface Former {
  id: string;
  at: number;
  agent?: string;
  messages: number;
}

/** The shopper's former conversations as far as they are loaded, newest first. */
export function formerConversations(items: readonly TimelineItem[], currentId: string): Former[] {
  const found = new Map<string, Former>();
  for (const item of items) {
    const id = item.conversation_id;
    if (!id || id === currentId) continue;
    const former = found.get(id) ?? { id, at: item.at, messages: 0 };
    if (item.kind === 'message') former.messages++;
    if (item.agent) former.agent = item.agent.name;
    found.set(id, former);
  }
  return [...found.values()].reverse();
}
