// Namespaced storage that never throws: a browser may refuse it (private windows, blocked cookies) or be full.
// What it would not take stays in memory, so this page goes on as usual and only a reload forgets.

export interface Keep {
  get<T>(name: string): T | undefined;
  /** False when it is only in memory. */
  set(name: string, value: unknown): boolean;
  remove(name: string): void;
  /** Names that begin with prefix. */
  names(prefix: string): string[];
  /** The name behind a storage event's key; undefined when it is not of this namespace. */
  nameOf(key: string | null | undefined): string | undefined;
}

export function createKeep(storage: Storage | null | undefined, namespace: string): Keep {
  const memory = new Map<string, string>();
  const prefix = `shopbell:${namespace}:`;

  function attempt<T>(run: (from: Storage) => T): T | undefined {
    try {
      return storage ? run(storage) : undefined;
    } catch {
      return undefined;
    }
  }

  return {
    get<T>(name: string) {
      const text = memory.get(name) ?? attempt((from) => from.getItem(prefix + name));
      try {
        return text == null ? undefined : (JSON.parse(text) as T);
      } catch {
        return undefined;
      }
    },
    set(name, value) {
      const text = JSON.stringify(value);
      const stored = attempt((to) => (to.setItem(prefix + name, text), true)) ?? false;
      if (stored) memory.delete(name);
      else memory.set(name, text);
      return stored;
    },
    remove(name) {
      memory.delete(name);
      attempt((from) => from.removeItem(prefix + name));
    },
    names(start) {
      const all = new Set(memory.keys());
      attempt((from) => {
        for (let i = 0; i < from.length; i++) {
          const key = from.key(i);
          if (key?.startsWith(prefix)) all.add(key.slice(prefix.length));
        }
      });
      return [...all].filter((name) => name.startsWith(start));
    },
    nameOf: (key) => (key?.startsWith(prefix) ? key.slice(prefix.length) : undefined),
  };
}
