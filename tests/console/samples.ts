// Small whole objects for the console's tests.
import type { ConversationSummary } from '@proto';
import type { AgentConversation, EventItem, MessageItem } from '../../web-widget/client/index';

export function message(conversation_id: string, seq: number, change: Partial<MessageItem> = {}): MessageItem {
  const author = change.own ? { role: 'agent' as const, id: 'maya' } : { role: 'shopper' as const, id: 's_1' };
  return { kind: 'message', key: `${conversation_id}/${seq}`, conversation_id, seq, at: seq * 1000, author, text: `text ${seq}`, own: false, ...change };
}

export function event(conversation_id: string, seq: number, type: EventItem['type'], change: Partial<EventItem> = {}): EventItem {
  return { kind: 'event', key: `${conversation_id}/${seq}`, conversation_id, seq, at: seq * 1000, type, author: { role: 'system' }, ...change };
}

export function conversation(id: string, change: Partial<AgentConversation> = {}): AgentConversation {
  return {
    id,
    state: 'assigned',
    team: 'care',
    opened_at: 0,
    mine: true,
    shopper: { id: 's_1', name: 'Anna', present: true },
    agent: null,
    shopperTyping: false,
    lastMessage: null,
    unread: 0,
    waitingSince: null,
    timeline: [],
    canLoadEarlier: false,
    loadingEarlier: false,
    ...change,
  };
}

export function summary(id: string, change: Partial<ConversationSummary> = {}): ConversationSummary {
  return { id, state: 'assigned', team: 'care', opened_at: 0, last_seq: 1, ...change };
}
