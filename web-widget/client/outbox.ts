// Messages that the server has not acknowledged yet. Each is in storage before it is first sent, under a key of its own:
// so several tabs share the outbox without ever overwriting one another, and a reload loses nothing.
import type { Env } from './env';
import type { Keep } from './storage';
import type { Sent } from './sent';
import type { RequestError } from './types';

export interface Entry {
  readonly custom_id: string;
  /** Where the first try went. Resends go there again, for only there the server knows them; absent: start_conversation. */
  readonly conversation_id?: string;
  /** One that the store has lost as a whole: it is to begin anew under this id. */
  readonly lost_id?: string;
  readonly text: string;
  readonly at: number;
  /** Sending order. */
  readonly order: number;
  readonly tries: number;
  readonly state: 'sending' | 'waiting' | 'failed';
  /** Why it failed, or why it has to wait. */
  readonly error?: RequestError;
}

export interface Outbox {
  /** In sending order; a new array after every change. */
  list(): readonly Entry[];
  get(custom_id: string): Entry | undefined;
  add(text: string, conversation_id?: string): Entry;
  /** Puts what was acknowledged and got lost before all others. */
  offer(lost: readonly Sent[]): void;
  update(custom_id: string, part: Partial<Entry>): void;
  /** Puts it behind all others, to be sent anew. */
  requeue(custom_id: string): void;
  remove(custom_id: string): void;
  /** Another tab wrote this key in storage; returns the entry if it is one. */
  reload(key: string | null | undefined): Entry | undefined;
  /** Reads from elsewhere from now on. */
  open(keep: Keep): void;
}

const PREFIX = 'out:';

const isEntry = (value: Partial<Entry> | undefined): value is Entry =>
  typeof value?.custom_id === 'string' && typeof value.text === 'string' && typeof value.order === 'number';

export function createOutbox(env: Env, keep: Keep | undefined, changed: () => void): Outbox {
  let entries: readonly Entry[] = [];

  function set(next: readonly Entry[]): void {
    entries = [...next].sort((a, b) => a.order - b.order);
    changed();
  }

  function write(entry: Entry): Entry {
    keep?.set(PREFIX + entry.custom_id, entry);
    set([...without(entry.custom_id), entry]);
    return entry;
  }

  const get = (custom_id: string) => entries.find((entry) => entry.custom_id === custom_id);
  const without = (custom_id: string) => entries.filter((entry) => entry.custom_id !== custom_id);
  const nextOrder = () => Math.max(env.now(), ...entries.map(({ order }) => order + 1));

  function makeId(): string {
    const part = () => env.random().toString(36).slice(2, 12);
    return `m${env.now().toString(36)}_${part()}${part()}`;
  }

  function open(from: Keep | undefined): void {
    keep = from;
    const stored = keep?.names(PREFIX).map((name) => keep!.get<Entry>(name)) ?? [];
    set(stored.filter(isEntry));
  }

  open(keep);
  return {
    list: () => entries,
    get,
    add(text, conversation_id) {
      const at = env.now();
      return write({ custom_id: makeId(), conversation_id, text, at, order: nextOrder(), tries: 0, state: 'sending' });
    },
    offer(lost) {
      const first = Math.min(env.now(), ...entries.map(({ order }) => order)) - lost.length;
      lost.forEach(({ custom_id, conversation_id, text, at }, i) => {
        if (!get(custom_id)) write({ custom_id, conversation_id, text, at, order: first + i, tries: 1, state: 'waiting' });
      });
    },
    update(custom_id, part) {
      const entry = get(custom_id);
      if (entry) write({ ...entry, ...part });
    },
    requeue(custom_id) {
      const entry = get(custom_id);
      if (entry) write({ ...entry, at: env.now(), order: nextOrder(), state: 'sending', error: undefined });
    },
    remove(custom_id) {
      keep?.remove(PREFIX + custom_id);
      if (get(custom_id)) set(without(custom_id));
    },
    reload(key) {
      const name = keep?.nameOf(key);
      if (!name?.startsWith(PREFIX)) return undefined;
      const custom_id = name.slice(PREFIX.length);
      const entry = keep?.get<Entry>(name);
      set(isEntry(entry) ? [...without(custom_id), entry] : without(custom_id));
      return get(custom_id);
    },
    open,
  };
}
