// Everything the client takes from its surroundings, so that a test can bring its own.

export interface Socket {
  readyState: number;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(data: string): void;
  close(code?: number, reason?: string): void;
}

export type SignalName = 'online' | 'offline' | 'visibilitychange' | 'focus' | 'pageshow' | 'pagehide' | 'storage';

export interface Env {
  /** Wall clock, ms: it jumps after sleep, which is how sleep is noticed. */
  now(): number;
  setTimeout(run: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  /** 0 <= x < 1 */
  random(): number;
  connect(url: string, subprotocol: string): Socket;
  /** navigator.onLine: false can be believed, true cannot. */
  online(): boolean;
  visible(): boolean;
  /** Window and document events. Returns the way out. */
  listen(name: SignalName, run: (event: { key?: string | null }) => void): () => void;
  /** Undefined where the browser refuses. */
  localStorage(): Storage | undefined;
}

export function browserEnv(): Env {
  return {
    now: () => Date.now(),
    setTimeout: (run, ms) => setTimeout(run, ms),
    clearTimeout: (timer) => clearTimeout(timer as number),
    random: () => Math.random(),
    connect: (url, subprotocol) => new WebSocket(url, subprotocol) as Socket,
    online: () => navigator.onLine,
    visible: () => document.visibilityState === 'visible',
    listen(name, run) {
      const target: EventTarget = name === 'visibilitychange' ? document : window;
      const listener = run as EventListener;
      target.addEventListener(name, listener);
      return () => target.removeEventListener(name, listener);
    },
    localStorage() {
      try {
        return window.localStorage;
      } catch {
        return undefined;
      }
    },
  };
}
