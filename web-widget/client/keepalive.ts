// Notices a socket that looks open and is dead. A request every interval_ms keeps the server from closing; if after one
// nothing at all comes back within PROBE_MS, the socket is given up.
//
// The ping timer is armed when a frame comes in, never from its own callback: browsers slow down chains of timers in
// hidden pages to one a minute, and a console in the background would be thrown out.
import type { Env } from './env';

export const PROBE_MS = 4000;
/** A busy page runs a late timer before the frames that came meanwhile: let those in first. */
const GRACE_MS = 50;

export interface Keepalive {
  start(interval_ms: number): void;
  /** Another interval from now on. */
  pace(interval_ms: number): void;
  stop(): void;
  sent(): void;
  received(): void;
  /** Asks now. */
  probe(): void;
}

export function createKeepalive(env: Env, ping: () => void, dead: () => void): Keepalive {
  let interval = 0;
  let lastSent = 0;
  let pingTimer: unknown;
  let deadline: unknown;

  function arm(): void {
    env.clearTimeout(pingTimer);
    const due = Math.min(interval, Math.max(0, lastSent + interval - env.now()));
    pingTimer = env.setTimeout(probe, due);
  }

  function probe(): void {
    if (!interval || deadline !== undefined) return;
    deadline = env.setTimeout(() => {
      deadline = env.setTimeout(dead, GRACE_MS);
    }, PROBE_MS);
    ping();
  }

  function settle(): void {
    env.clearTimeout(deadline);
    deadline = undefined;
  }

  return {
    start(interval_ms) {
      interval = interval_ms;
      lastSent = env.now();
      arm();
    },
    pace(interval_ms) {
      if (!interval || interval === interval_ms) return;
      interval = interval_ms;
      arm();
    },
    stop() {
      interval = 0;
      env.clearTimeout(pingTimer);
      settle();
    },
    sent() {
      lastSent = env.now();
    },
    received() {
      settle();
      if (interval) arm();
    },
    probe,
  };
}
