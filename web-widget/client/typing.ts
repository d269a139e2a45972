// One's own typing: said at once, repeated while it goes on, taken back when the keys rest.
import { limits } from '@proto';
import type { Env } from './env';

const REST_MS = 5000;

export interface Typing {
  set(conversation_id: string | undefined, is_typing: boolean): void;
  /** A message was sent, or the socket lost: whoever shows the indicator hides it by itself. */
  forget(): void;
}

export function createTyping(env: Env, tell: (conversation_id: string, is_typing: boolean) => void): Typing {
  let current: string | undefined;
  let saidAt = 0;
  let timer: unknown;

  function forget(): void {
    env.clearTimeout(timer);
    current = undefined;
  }

  function rest(): void {
    if (current) tell(current, false);
    forget();
  }

  return {
    forget,
    set(conversation_id, is_typing) {
      if (current && (!is_typing || conversation_id !== current)) rest();
      if (!is_typing || !conversation_id) return;
      env.clearTimeout(timer);
      timer = env.setTimeout(rest, REST_MS);
      const now = env.now();
      if (current && now - saidAt < limits.typing_repeat_ms) return;
      current = conversation_id;
      saidAt = now;
      tell(conversation_id, true);
    },
  };
}
