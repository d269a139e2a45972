// What an agent asks for and sees as a list. No push keeps one of them true: whoever shows it asks again.
import type { Action, Colleague, ConversationSummary, QueueEntry } from '@proto';
import type { Answer, Ask } from './rpc';
import type { Session } from './session';
import type { RequestError } from './types';

export interface AgentLists {
  readonly queue: readonly QueueEntry[];
  readonly assigned: readonly ConversationSummary[] | null;
  readonly closed: readonly ConversationSummary[];
  readonly colleagues: readonly Colleague[];
}

const NOTHING: AgentLists = { queue: [], assigned: null, closed: [], colleagues: [] };
export const MOST_ASSIGNED = 100;

export function createLists({ ask }: Session, changed: () => void) {
  let held = NOTHING;

  async function list<A extends Action>(action: A, payload: Ask<A>, take: (answer: Answer<A>) => Partial<AgentLists>): Promise<RequestError | undefined> {
    const { error, answer } = await ask(action, payload);
    if (!error) held = { ...held, ...take(answer) };
    changed();
    return error;
  }

  return {
    held: () => held,
    /** Nothing of a former agent may show when another one sits down. */
    clear() {
      held = NOTHING;
    },
    listQueue: () => list('list_queue', {}, ({ entries }) => ({ queue: entries })),
    listAssigned: () => list('list_assigned', { limit: MOST_ASSIGNED }, ({ conversations }) => ({ assigned: conversations })),
    listClosed: () => list('list_conversations', {}, ({ conversations }) => ({ closed: conversations })),
    listAgents: () => list('list_agents', {}, ({ agents }) => ({ colleagues: agents })),
  };
}
