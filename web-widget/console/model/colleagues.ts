// What colleagues have, as the view of it shows it.
import type { AgentProfile, ConversationSummary } from '@proto';

export interface WithColleague {
  readonly id: string;
  /** Absent: somebody whom the configuration does not name any more. */
  readonly agent?: AgentProfile;
  /** In the order they were given. */
  readonly conversations: readonly ConversationSummary[];
}

/** By colleague, and these by name: nobody changes places while one looks. */
export function byColleague(assigned: readonly ConversationSummary[]): WithColleague[] {
  const all = new Map<string, WithColleague & { conversations: ConversationSummary[] }>();
  for (const summary of assigned) {
    const id = summary.agent?.id ?? '';
    const held = all.get(id);
    if (held) held.conversations.push(summary);
    else all.set(id, { id, agent: summary.agent, conversations: [summary] });
  }
  const name = ({ agent }: WithColleague) => agent?.name ?? '';
  return [...all.values()].sort((a, b) => name(a).localeCompare(name(b)) || (a.id < b.id ? -1 : 1));
}
