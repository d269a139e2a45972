// One's own messages that the server has acknowledged, kept for a while longer: a failover of the store may lose the last
// of them. Whichever the conversation turns out not to have is offered again, by its custom_id, before anything newer.
// They are in storage, each under a key of its own, so that any tab can do it, also one that is opened hours later.
import { type Conversation, eventAt, lastSeq } from './conversation';
import type { Env } from './env';
import type { Keep } from './storage';

export interface Sent {
  readonly custom_id: string;
  readonly conversation_id: string;
  readonly text: string;
  /** When it was acknowledged, by this clock. */
  readonly at: number;
  readonly seq: number;
  readonly generation: number;
}

export interface SentLog {
  add(sent: Sent): void;
  /** Takes out what the conversation lacks, in the order it was written; last_seq: how far it goes on the server. */
  takeLost(conversation_id: string, held: Conversation | undefined, last_seq: number): Sent[];
  conversations(): Set<string>;
  open(keep: Keep): void;
  clear(): void;
}

/** No replica that is so far behind is made a master. */
const SAFE_MS = 10 * 60_000;
const MAX_COUNT = 200;
const PREFIX = 'sent:';

type Verdict = 'there' | 'lost' | 'unknown';

/** What is before the first event held is not compared: the server knows, when it is offered. */
function verdictOf(sent: Sent, held: Conversation, last_seq: number): Verdict {
  const event = eventAt(held, sent.seq);
  if (event) return event.custom_id === sent.custom_id ? 'there' : 'lost';
  if (sent.seq > last_seq) return 'lost';
  const first = held.events[0];
  if (!first || sent.seq > lastSeq(held)) return 'unknown';
  return first.generation === sent.generation ? 'there' : 'lost';
}

export function createSent(env: Env, keep: Keep | undefined): SentLog {
  const byOrder = (a: Sent, b: Sent) => a.at - b.at || a.seq - b.seq;
  const all = () => (keep?.names(PREFIX).flatMap((name) => keep!.get<Sent>(name) ?? []) ?? []).sort(byOrder);
  const isOld = ({ at }: Sent) => env.now() - at > SAFE_MS;
  const remove = ({ custom_id }: Sent) => keep?.remove(PREFIX + custom_id);

  return {
    add(sent) {
      if (isOld(sent)) return remove(sent);
      keep?.set(PREFIX + sent.custom_id, sent);
      const names = keep?.names(PREFIX) ?? [];
      if (names.length > MAX_COUNT) all().slice(0, names.length - MAX_COUNT).forEach(remove);
    },
    takeLost(conversation_id, held, last_seq) {
      return all().filter((sent) => {
        if (sent.conversation_id !== conversation_id) return false;
        const verdict = held ? verdictOf(sent, held, last_seq) : 'lost';
        if (verdict === 'lost' || isOld(sent)) remove(sent);
        return verdict === 'lost';
      });
    },
    conversations: () => new Set(all().map(({ conversation_id }) => conversation_id)),
    open: (from) => void (keep = from),
    clear: () => all().forEach(remove),
  };
}
