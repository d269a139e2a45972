// Requests and their answers over one socket. Answers are handed on synchronously: a push that follows in the next frame
// must find the answer's effects in place, which a promise would not promise.
import type { Action, Requests } from '@proto';
import type { Env } from './env';
import type { RequestError } from './types';

export const REQUEST_TIMEOUT_MS = 10_000;

export type Ask<A extends Action> = Requests[A]['request'];
export type Answer<A extends Action> = Requests[A]['response'];
/** Called exactly once; answer is there when error is not. */
export type Done<A extends Action> = (error: RequestError | undefined, answer: Answer<A>) => void;
export type Call = <A extends Action>(action: A, payload: Ask<A>, done: Done<A>) => void;

export interface ResponseFrame {
  request_id?: string;
  success?: boolean;
  payload?: unknown;
  error?: RequestError;
}

export interface Rpc {
  call<A extends Action>(action: A, payload: Ask<A>, done: Done<A>, timeout_ms?: number): void;
  settle(frame: ResponseFrame): void;
  /** The socket is gone: nobody knows whether the server did what was asked. */
  rejectAll(): void;
}

export const DISCONNECTED: RequestError = { type: 'disconnected', message: 'Not connected to the server.', retryable: true };
const TIMEOUT: RequestError = { type: 'timeout', message: 'The server did not answer in time.', retryable: true };

export function createRpc(env: Env, send: (frame: string) => void, onTimeout: () => void): Rpc {
  const pending = new Map<string, { done: Done<never>; timer: unknown }>();
  let count = 0;

  function finish(request_id: string | undefined, error: RequestError | undefined, answer?: unknown): void {
    const entry = pending.get(request_id!);
    if (!entry) return;
    pending.delete(request_id!);
    env.clearTimeout(entry.timer);
    entry.done(error, answer as never);
  }

  return {
    call(action, payload, done, timeout_ms = REQUEST_TIMEOUT_MS) {
      const request_id = String(++count);
      const timer = env.setTimeout(() => {
        finish(request_id, TIMEOUT);
        onTimeout();
      }, timeout_ms);
      pending.set(request_id, { done: done as Done<never>, timer });
      try {
        send(JSON.stringify({ request_id, action, payload }));
      } catch {
        finish(request_id, DISCONNECTED);
      }
    },
    settle({ request_id, success, payload, error }) {
      finish(request_id, success ? undefined : (error ?? { ...TIMEOUT, type: 'internal' }), payload);
    },
    rejectAll() {
      for (const request_id of [...pending.keys()]) finish(request_id, DISCONNECTED);
    },
  };
}
