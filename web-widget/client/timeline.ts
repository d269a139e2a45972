// From events and unsent messages to what is shown. An item keeps its identity for as long as nothing about it changes,
// and a message keeps its key from the first keystroke of sending to the last of seen, so that nothing flickers.
import type { Author, Event, Role } from '@proto';
import { type Conversation, otherRole } from './conversation';
import type { Entry } from './outbox';
import { keepSame } from './store';
import type { EventItem, MessageItem, MessageStatus, TimelineItem } from './types';

export interface TimelineInput {
  /** Oldest first. */
  conversations: readonly Conversation[];
  /** Acknowledged, and waiting for an earlier event to arrive. */
  buffered: readonly Event[];
  entries: readonly Entry[];
  self: Author;
  connected: boolean;
}

export type Timeline = (input: TimelineInput) => readonly TimelineItem[];

/** Whose messages are one's own: a shopper's all, an agent's only those they wrote themselves. */
export const isOwn = (author: Author, self: Author): boolean =>
  author.role === self.role && (self.role === 'shopper' || author.id === self.id);

function statusOf(seq: number, { receipts }: Conversation, role: Role): MessageStatus {
  const other = receipts[otherRole(role)];
  if (other.seen_up_to >= seq) return 'seen';
  return other.delivered_up_to >= seq ? 'delivered' : 'sent';
}

export function toItem(event: Event, of: Conversation, self: Author): TimelineItem {
  const { seq, at, author, agent, custom_id } = event;
  const common = { conversation_id: of.id, seq, at, author, agent };
  const key = `${of.id}:${seq}`;
  if (event.type !== 'message') return { kind: 'event', key, ...common, type: event.type, reason: event.reason } as EventItem;
  const own = isOwn(author, self);
  const status = own ? statusOf(seq, of, self.role as Role) : undefined;
  return { kind: 'message', key: own && custom_id ? custom_id : key, ...common, custom_id, text: event.text ?? '', own, status };
}

function toPending(entry: Entry, self: Author, waiting: boolean): MessageItem {
  const { custom_id, conversation_id, at, text, error } = entry;
  const failed = entry.state === 'failed';
  const status = failed ? 'failed' : 'sending';
  return { kind: 'message', key: custom_id, conversation_id, custom_id, at, author: self, text, own: true, status, waiting, error: failed ? error : undefined };
}

export function createTimeline(): Timeline {
  let items = new Map<string, TimelineItem>();
  let shown: readonly TimelineItem[] = [];

  return ({ conversations, buffered, entries, self, connected }) => {
    const next = new Map<string, TimelineItem>();
    const add = (item: TimelineItem) => {
      if (!next.has(item.key)) next.set(item.key, keepSame(items.get(item.key), item));
    };
    for (const held of conversations) held.events.forEach((event) => add(toItem(event, held, self)));
    const current = conversations[conversations.length - 1];
    for (const event of buffered) {
      if (current && event.type === 'message' && isOwn(event.author, self)) add(toItem(event, current, self));
    }
    let waiting = !connected;
    for (const entry of entries) {
      waiting ||= entry.state === 'waiting';
      add(toPending(entry, self, waiting && entry.state !== 'failed'));
    }
    items = next;
    shown = keepSame(shown, [...next.values()]);
    return shown;
  };
}
