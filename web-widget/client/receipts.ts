// Tells the server how far this client has got: delivered by itself, seen when the person looks. Coalesced, because
// messages come in bursts.
import type { Receipt, Role } from '@proto';
import { lastFromOther, maxReceipt, NO_RECEIPTS } from './conversation';
import type { Conversations } from './conversations';
import type { Env } from './env';
import type { Call } from './rpc';

const COALESCE_MS = 150;
const RETRY_MS = 3000;

export interface ReceiptSender {
  /** New events are held. */
  held(id: string): void;
  seen(id: string): void;
  /** What the server said that it knows. */
  confirmed(id: string, receipt: Receipt): void;
  /** What was told of may not be there any more. */
  forget(id: string): void;
  /** Logged in again: asks for what is still owed. */
  ready(): void;
}

export function createReceiptSender(env: Env, role: Role, conversations: Conversations, call: Call, ready: () => boolean): ReceiptSender {
  const owed = new Map<string, Receipt>();
  const told = new Map<string, Receipt>();
  let timer: unknown;

  const none = NO_RECEIPTS[role];

  function owe(id: string, part: Partial<typeof none>): void {
    owed.set(id, maxReceipt(owed.get(id) ?? none, { ...none, ...part }));
    plan(COALESCE_MS);
  }

  function plan(ms: number): void {
    timer ??= env.setTimeout(flush, ms);
  }

  function flush(): void {
    timer = undefined;
    if (!ready()) return;
    for (const [id, debt] of owed) {
      const known = told.get(id) ?? none;
      if (debt.seen_up_to > known.seen_up_to) tell('mark_events_as_seen', id, debt.seen_up_to);
      else if (debt.delivered_up_to > known.delivered_up_to) tell('mark_events_as_delivered', id, debt.delivered_up_to);
      else owed.delete(id);
    }
  }

  function tell(action: 'mark_events_as_seen' | 'mark_events_as_delivered', conversation_id: string, up_to: number): void {
    const seen_up_to = action === 'mark_events_as_seen' ? up_to : 0;
    const before = told.get(conversation_id) ?? none;
    told.set(conversation_id, maxReceipt(before, { delivered_up_to: up_to, seen_up_to }));
    call(action, { conversation_id, up_to }, (error) => {
      if (!error?.retryable) return;
      told.set(conversation_id, before);
      if (error.type !== 'disconnected') plan(error.retry_after_ms ?? RETRY_MS);
    });
  }

  return {
    held(id) {
      const held = conversations.get(id);
      const delivered_up_to = held ? lastFromOther(held, role) : 0;
      if (held && delivered_up_to > held.receipts[role].delivered_up_to) owe(id, { delivered_up_to });
    },
    seen(id) {
      const held = conversations.get(id);
      const seen_up_to = held ? lastFromOther(held, role) : 0;
      if (!held || seen_up_to <= held.receipts[role].seen_up_to) return;
      conversations.takeReceipt(id, role, { delivered_up_to: seen_up_to, seen_up_to });
      owe(id, { seen_up_to });
    },
    confirmed(id, receipt) {
      told.set(id, receipt);
    },
    forget: (id) => [owed, told].forEach((map) => map.delete(id)),
    ready: () => plan(COALESCE_MS),
  };
}
