// A tiny observable. Whoever changes something calls changed(); the snapshot is computed when it is asked for, and the
// listeners hear of it once, after the running task, and only if it really differs.

export interface Store<S> {
  snapshot(): S;
  subscribe(listener: () => void): () => void;
  changed(): void;
}

/** Same members by identity. */
export function same<T extends object>(a: T, b: T): boolean {
  if (a === b) return true;
  const keys = Object.keys(b) as (keyof T)[];
  return keys.length === Object.keys(a).length && keys.every((key) => a[key] === b[key]);
}

/** Keeps the older of two equal values, so that comparing by reference works. */
export function keepSame<T extends object>(older: T | undefined, newer: T): T {
  return older && same(older, newer) ? older : newer;
}

export function createStore<S extends object>(compute: () => S): Store<S> {
  const listeners = new Set<() => void>();
  let current: S | undefined;
  let told: S | undefined;
  let stale = true;
  let scheduled = false;

  function snapshot(): S {
    if (stale || !current) {
      stale = false;
      current = keepSame(current, compute());
    }
    return current;
  }

  function tell(): void {
    scheduled = false;
    if (snapshot() === told) return;
    told = snapshot();
    for (const listener of [...listeners]) {
      try {
        listener();
      } catch (error) {
        console.error(error);
      }
    }
  }

  return {
    snapshot,
    subscribe(listener) {
      told ??= snapshot();
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    changed() {
      stale = true;
      if (scheduled) return;
      scheduled = true;
      queueMicrotask(tell);
    },
  };
}
