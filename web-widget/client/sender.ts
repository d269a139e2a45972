// Sends what is in the outbox, in order. A lane is a row of messages that must arrive in the order they were written:
// all of a shopper's, and of an agent those of one conversation. One message of a lane is under way at a time; the next
// goes when it is acknowledged or has failed for good. What may succeed later is tried again, without end.
import { max_length } from '@proto';
import { fullJitter } from './backoff';
import type { Env } from './env';
import type { Entry, Outbox } from './outbox';
import { isLongerThan } from './text';
import type { RequestError } from './types';

/** What another tab wrote is that tab's to send; if it is still there after this, that tab is gone. */
export const FOREIGN_MS = 10_000;

const TOO_LONG: RequestError = {
  type: 'invalid_payload',
  message: `A message can have ${max_length.text} characters.`,
  path: 'payload.text',
  retryable: false,
};

export interface SenderHooks {
  ready(): boolean;
  lane(entry: Entry): string;
  /** Called before each try; returns where it goes. Kept for every resend. */
  target(entry: Entry): string | undefined;
  /** done is called exactly once. An acknowledged message was taken over and removed from the outbox before that. */
  transmit(entry: Entry, done: (error?: RequestError) => void): void;
  /** This refusal means: start a conversation with it. */
  restarts(error: RequestError): boolean;
}

export interface Sender {
  /** Sends what can be sent now. */
  kick(): void;
  /** Sends soon what was refused for a time. */
  resume(): void;
  hold(custom_id: string): void;
  lost(): void;
}

export function createSender(env: Env, outbox: Outbox, hooks: SenderHooks): Sender {
  const busy = new Set<string>();
  const waits = new Map<string, { timer: unknown; tries: number; foreign?: string }>();
  const foreign = new Map<string, number>();

  function kick(): void {
    if (!hooks.ready()) return;
    const seen = new Set<string>();
    for (const entry of outbox.list()) {
      const lane = hooks.lane(entry);
      if (entry.state === 'failed' || seen.has(lane)) continue;
      seen.add(lane);
      endNeedless(lane, entry);
      if (!busy.has(lane) && waits.get(lane)?.timer === undefined) begin(lane, entry);
    }
  }

  /** What the lane waited for has been sent by its own tab. */
  function endNeedless(lane: string, first: Entry): void {
    const wait = waits.get(lane);
    if (!wait?.foreign || wait.foreign === first.custom_id) return;
    env.clearTimeout(wait.timer);
    waits.delete(lane);
  }

  function begin(lane: string, entry: Entry): void {
    const rest = (foreign.get(entry.custom_id) ?? 0) - env.now();
    if (rest > 0) return pause(lane, rest, 0, entry.custom_id);
    foreign.delete(entry.custom_id);
    if (isLongerThan(entry.text, max_length.text)) return fail(entry, TOO_LONG);
    const conversation_id = entry.tries ? entry.conversation_id : hooks.target(entry);
    const next: Entry = { ...entry, conversation_id, tries: entry.tries + 1, state: 'sending' };
    outbox.update(entry.custom_id, next);
    busy.add(lane);
    hooks.transmit(next, (error) => finish(lane, next, error));
  }

  function finish(lane: string, entry: Entry, error?: RequestError): void {
    busy.delete(lane);
    if (!error) {
      waits.delete(lane);
    } else if (error.type === 'disconnected') {
      outbox.update(entry.custom_id, { state: 'waiting' });
      return;
    } else if (hooks.restarts(error) && entry.conversation_id) {
      const lost_id = error.type === 'not_found' ? entry.conversation_id : undefined;
      outbox.update(entry.custom_id, { conversation_id: undefined, lost_id });
    } else if (error.retryable || error.type === 'not_logged_in') {
      outbox.update(entry.custom_id, { state: 'waiting', error });
      const tries = (waits.get(lane)?.tries ?? 0) + 1;
      return pause(lane, (error.retry_after_ms ?? 0) + fullJitter(tries, env.random()), tries);
    } else {
      return fail(entry, error);
    }
    kick();
  }

  function fail(entry: Entry, error: RequestError): void {
    outbox.update(entry.custom_id, { state: 'failed', error });
    kick();
  }

  function pause(lane: string, ms: number, tries = 0, foreign?: string): void {
    env.clearTimeout(waits.get(lane)?.timer);
    const timer = env.setTimeout(() => {
      waits.set(lane, { timer: undefined, tries });
      kick();
    }, ms);
    waits.set(lane, { timer, tries, foreign });
  }

  return {
    kick,
    resume() {
      for (const lane of waits.keys()) pause(lane, env.random() * 500);
    },
    hold: (custom_id) => foreign.set(custom_id, env.now() + FOREIGN_MS),
    lost() {
      waits.forEach(({ timer }) => env.clearTimeout(timer));
      waits.clear();
      busy.clear();
    },
  };
}
