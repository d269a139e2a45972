// Full jitter: anywhere between nothing and a doubling bound. When a server restarts, its clients come back evenly spread
// and not in waves, which no fixed share of the bound achieves.

export const BACKOFF_BASE_MS = 500;
export const BACKOFF_CAP_MS = 30_000;

/** attempt counts from 0; random is 0 <= x < 1. */
export function fullJitter(attempt: number, random: number, base = BACKOFF_BASE_MS, cap = BACKOFF_CAP_MS): number {
  return random * Math.min(cap, base * 2 ** Math.min(attempt, 30));
}
