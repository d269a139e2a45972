// Tells when a page that slept is awake again. The events alone do not: after a closed lid a page that stayed visible
// gets none. So the wall clock is watched too; a tick that comes far too late means that the machine slept.
import type { Env } from './env';

export const TICK_MS = 5000;

export function watchWake(env: Env, wake: () => void): () => void {
  let last = env.now();
  let timer: unknown;

  function tick(): void {
    const now = env.now();
    if (now - last > 2 * TICK_MS) wake();
    last = now;
    timer = env.setTimeout(tick, TICK_MS);
  }

  const stops = [
    env.listen('visibilitychange', () => env.visible() && wake()),
    env.listen('focus', wake),
    env.listen('pageshow', wake),
  ];
  timer = env.setTimeout(tick, TICK_MS);
  return () => {
    env.clearTimeout(timer);
    stops.forEach((stop) => stop());
  };
}
