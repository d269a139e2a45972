import type { WidgetEvents } from '../api';

type Listener = (value: unknown) => void;

/** The page's own listeners: one that throws harms neither the others nor us. */
export function createEmitter() {
  const listeners = new Map<string, Set<Listener>>();

  function on(name: string, listener: Listener): void {
    if (typeof listener !== 'function') return;
    listeners.set(name, (listeners.get(name) ?? new Set()).add(listener));
  }

  function off(name: string, listener?: Listener): void {
    if (listener) listeners.get(name)?.delete(listener);
    else listeners.delete(name);
  }

  function once(name: string, listener: Listener): void {
    const wrapped = (value: unknown) => {
      off(name, wrapped);
      listener(value);
    };
    on(name, wrapped);
  }

  function emit<N extends keyof WidgetEvents>(name: N, value?: WidgetEvents[N]): void {
    for (const listener of [...(listeners.get(name) ?? [])]) {
      try {
        listener(value);
      } catch (error) {
        console.error(error);
      }
    }
  }

  return { on, once, off, emit };
}
