// What is worth disturbing somebody for: a conversation that is new to the agent, or a new message of a shopper.

import type { AgentConversation } from '../../client/index';

export interface News {
  conversation: AgentConversation;
  kind: 'assigned' | 'message';
}

/** The newest message of the shopper by conversation: what was known before. */
export type Known = ReadonlyMap<string, string>;

function newestOfShopper(conversation: AgentConversation): string {
  const last = conversation.lastMessage;
  return last && last.author.role === 'shopper' ? last.key : '';
}

export function known(conversations: readonly AgentConversation[]): Known {
  return new Map(conversations.map((one) => [one.id, newestOfShopper(one)]));
}

/** Newest last, one a conversation. What was there at the first look is no news. */
export function news(before: Known, conversations: readonly AgentConversation[]): News[] {
  return conversations.flatMap((conversation): News[] => {
    const had = before.get(conversation.id);
    if (had === undefined) return [{ conversation, kind: 'assigned' }];
    const newest = newestOfShopper(conversation);
    return newest && newest !== had ? [{ conversation, kind: 'message' }] : [];
  });
}
