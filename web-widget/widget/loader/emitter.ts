import type { WidgetEvents } from '../api';

type Listener = (value: unknown) => void;

/** The page's own listeners: one that throws harms neither the others nor us. */
export function createEmitter() {
  let all: { name: string; listener: Listener; once?: boolean }[] = [];

  return {
    on: (name: string, listener: Listener) => void all.push({ name, listener }),
    once: (name: string, listener: Listener) => void all.push({ name, listener, once: true }),
    off(name: string, listener?: Listener) {
      all = all.filter((entry) => entry.name !== name || (listener && entry.listener !== listener));
    },
    emit<N extends keyof WidgetEvents>(name: N, value?: WidgetEvents[N]) {
      const called = all.filter((entry) => entry.name === name);
      all = all.filter((entry) => !(entry.once && called.includes(entry)));
      for (const { listener } of called) {
        try {
          listener(value);
        } catch (error) {
          console.error(error);
        }
      }
    },
  };
}
