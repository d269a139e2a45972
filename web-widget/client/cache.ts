// The newest events, kept over a reload: the panel shows them at once, and the login asks only for what came after.
// Shopper only: an agent's desk may be shared, and other people's words are not to stay on it.
import type { ShopperProfile, Site } from '@proto';
import type { Conversation } from './conversation';
import type { Env } from './env';
import type { Keep } from './storage';

const MAX_EVENTS = 200;
const SAVE_MS = 500;
const NAME = 'cache';
const VERSION = 2;

export interface Cached {
  readonly version: number;
  readonly site: Site | null;
  readonly shopper: ShopperProfile | null;
  /** Oldest first; the last is the current one. */
  readonly conversations: readonly Conversation[];
}

export interface Cache {
  load(): Cached | undefined;
  /** This storage key is the cache's. */
  owns(key: string | null | undefined): boolean;
  /** Soon. */
  save(): void;
  /** Now, if something is to be saved. */
  flush(): void;
  clear(): void;
}

/** The newest events, without holes: what is cut off is at the old end. */
function bound(conversations: readonly Conversation[]): readonly Conversation[] {
  const kept: Conversation[] = [];
  let room = MAX_EVENTS;
  for (let i = conversations.length - 1; i >= 0 && room > 0; i--) {
    const held = conversations[i]!;
    const events = held.events.slice(-room);
    const has_earlier = held.has_earlier || events.length < held.events.length;
    if (events.length) kept.unshift({ ...held, events, has_earlier, typing: false, agent_present: false });
    room -= events.length;
  }
  return kept;
}

export function createCache(env: Env, keep: Keep, current: () => Omit<Cached, 'version'>): Cache {
  let timer: unknown;

  function write(): void {
    if (timer === undefined) return;
    env.clearTimeout(timer);
    timer = undefined;
    const { conversations, ...rest } = current();
    keep.set(NAME, { version: VERSION, ...rest, conversations: bound(conversations) } satisfies Cached);
  }

  env.listen('pagehide', write);
  env.listen('visibilitychange', () => env.visible() || write());

  return {
    load() {
      const cached = keep.get<Cached>(NAME);
      return cached?.version === VERSION && Array.isArray(cached.conversations) ? cached : undefined;
    },
    owns: (key) => keep.nameOf(key) === NAME,
    save() {
      timer ??= env.setTimeout(write, SAVE_MS);
    },
    flush: write,
    clear() {
      env.clearTimeout(timer);
      timer = undefined;
      keep.remove(NAME);
    },
  };
}
