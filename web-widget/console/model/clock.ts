// How long someone has waited, as a clock an agent can read at a glance, and how near that is to the store's promise.

/** What the store promises as the longest wait for an answer. */
export const PROMISE_MS = 2 * 60_000;

export type WaitLevel = 'calm' | 'soon' | 'late';

/** Amber from 75 % of the promise, red past it. */
export function waitLevel(since: number, now: number, promiseMs = PROMISE_MS): WaitLevel {
  const waited = now - since;
  if (waited > promiseMs) return 'late';
  return waited >= promiseMs * 0.75 ? 'soon' : 'calm';
}

const two = (n: number) => String(n).padStart(2, '0');

/** 0:07, 12:40, 1:02 h, 3 d. Never negative: clocks of two machines differ. */
export function waitText(since: number, now: number): string {
  const seconds = Math.max(0, Math.floor((now - since) / 1000));
  if (seconds < 3600) return `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)}:${two(minutes % 60)} h`;
  return `${Math.floor(minutes / 60 / 24)} d`;
}
