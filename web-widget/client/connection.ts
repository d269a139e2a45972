// One socket to the server, kept up for as long as it is wanted.
//
//   stopped ── start ──▶ connecting ── login answered ──▶ ready
//      ▲                  ▲      │                          │
//      │               timer,    └── failed ──▶ waiting ◀───┘ lost
//      └─ stop, or     wake, online             (offline: the same, and the device has no network)
//         a final no
//
// connecting covers the handshake and the login. Every way out of a socket leads through lost(), once.
import { type Action, closeCodes, limits, type Pushes, subprotocol } from '@proto';
import { fullJitter } from './backoff';
import type { Env, Socket } from './env';
import { createKeepalive } from './keepalive';
import { type Answer, type Ask, type Call, createRpc, DISCONNECTED, type Done, type ResponseFrame } from './rpc';
import type { ConnectionStatus, RequestError } from './types';
import { watchWake } from './wake';

/** The handshake and the login together. */
const CONNECT_TIMEOUT_MS = 5000 + limits.login_timeout_ms;
/** A connection that lived this long was a good one: the next trouble starts from a short wait again. */
const STABLE_MS = 10_000;
/** However often a page is focused, no more than one attempt in this time. */
const ATTEMPT_SPACING_MS = 1000;
/** So many attempts in a row, and never a connection: perhaps this page may not have one, which a browser does not tell. */
const HOPELESS_AFTER = 4;
const GONE = 1006;
/** WebSocket.OPEN */
const OPEN = 1;

type Phase = 'stopped' | 'connecting' | 'ready' | 'waiting';

export interface ConnectionHooks {
  login(): Ask<'login'>;
  ready(answer: Answer<'login'>): void;
  /** The server refused the login or closed for good. again: log in once more at once (with something else). */
  refused(error: RequestError): 'again' | 'wait' | 'stop';
  push<P extends keyof Pushes>(action: P, payload: Pushes[P]): void;
  /** Does something wait to be sent? */
  urgent(): boolean;
  /** Has this shopper no open conversation? Then nobody waits to hear that they are gone, and few pings are enough. */
  idle(): boolean;
  /** The socket is gone; requests under way were rejected. */
  lost(): void;
  changed(): void;
}

export interface Connection {
  start(): void;
  stop(): void;
  /** Leaves this socket and logs in anew, as after a change of token. */
  restart(): void;
  /** Somebody has something to say: a time to come back that only spreads the crowd does not hold any more. */
  hurry(): void;
  /** What idle() says may have changed. */
  pace(): void;
  ready(): boolean;
  status(): ConnectionStatus;
  call: Call;
}

/** How long to stay away after this close code; undefined: for good. */
export function reconnectFloor(code: number, reason: string): number | undefined {
  const rule = closeCodes[code];
  if (rule?.reconnect === 'never') return undefined;
  if (rule?.reconnect === 'as_told') return Math.min(Number(/\d+/.exec(reason)?.[0] ?? 0), 600_000);
  return rule?.min_delay_ms ?? 0;
}

export function createConnection(env: Env, url: string, hooks: ConnectionHooks): Connection {
  let phase: Phase = 'stopped';
  let socket: Socket | undefined;
  let timer: unknown;
  let attempt = 0;
  let wasReady = false;
  let readyAt = 0;
  let openedAt = 0;
  let notBefore = 0;
  let isSpread = false;
  let ping_ms = { idle: 0, busy: 0 };
  let unwatch: (() => void) | undefined;

  const rpc = createRpc(env, (frame) => {
    // One that is closing would complain in the page's console; its end, soon, rejects what was asked.
    if (socket!.readyState !== OPEN) return;
    socket!.send(frame);
    keepalive.sent();
  }, () => keepalive.probe());
  const keepalive = createKeepalive(env, () => rpc.call('ping', {}, () => {}), () => lost(GONE, ''));

  function enter(next: Phase): void {
    phase = next;
    hooks.changed();
  }

  function after(ms: number, run: () => void): void {
    env.clearTimeout(timer);
    timer = env.setTimeout(run, ms);
  }

  function open(): void {
    openedAt = env.now();
    enter('connecting');
    after(CONNECT_TIMEOUT_MS, () => lost(GONE, ''));
    try {
      attach(env.connect(url, subprotocol));
    } catch {
      lost(GONE, '');
    }
  }

  function attach(opened: Socket): void {
    socket = opened;
    opened.onopen = () => logIn(opened);
    opened.onmessage = ({ data }: { data: unknown }) => receive(data);
    opened.onclose = ({ code, reason }: { code: number; reason: string }) => lost(code, reason);
    opened.onerror = () => {};
  }

  /** Lets go of the socket: a dead one may take minutes to say that it closed. */
  function detach(): void {
    env.clearTimeout(timer);
    keepalive.stop();
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    try {
      socket.close(1000);
    } catch {
      // It was closing already.
    }
    socket = undefined;
  }

  function receive(data: unknown): void {
    keepalive.received();
    let frame: ResponseFrame & { type?: string; action?: string };
    try {
      frame = JSON.parse(data as string);
    } catch {
      return;
    }
    if (frame.type === 'response') rpc.settle(frame);
    else if (frame.type === 'push' && phase === 'ready') hooks.push(frame.action as never, frame.payload as never);
  }

  function logIn(on: Socket): void {
    rpc.call('login', hooks.login(), (error, answer) => {
      if (on !== socket) return;
      if (error) return loginFailed(on, error);
      readyAt = env.now();
      wasReady = true;
      env.clearTimeout(timer);
      ping_ms = { idle: answer.idle_ping_interval_ms ?? answer.ping_interval_ms, busy: answer.ping_interval_ms };
      keepalive.start(interval());
      enter('ready');
      hooks.ready(answer);
    });
  }

  const interval = () => (hooks.idle() ? ping_ms.idle : ping_ms.busy);

  function loginFailed(on: Socket, error: RequestError): void {
    if (error.type === DISCONNECTED.type || error.type === 'timeout') return lost(GONE, '');
    const next = hooks.refused(error);
    if (on !== socket) return;
    if (next === 'again') logIn(on);
    else if (next === 'stop') stop();
    else lose(error.retry_after_ms ?? 0);
  }

  function lost(code: number, reason: string): void {
    const floor = reconnectFloor(code, reason);
    const spread = closeCodes[code]?.reconnect === 'as_told';
    if (floor !== undefined) return lose(spread && hooks.urgent() ? 0 : floor, spread);
    const type = closeCodes[code]!.name;
    const next = hooks.refused({ type, message: reason, retryable: false });
    if (next === 'stop') stop();
    else lose(0);
  }

  function lose(floor: number, spread = false): void {
    if (phase === 'ready' && env.now() - readyAt >= STABLE_MS) attempt = 0;
    detach();
    enter('waiting');
    rpc.rejectAll();
    hooks.lost();
    if (phase !== 'waiting') return;
    notBefore = env.now() + floor;
    isSpread = spread;
    after(floor + fullJitter(attempt++, env.random()), open);
  }

  function wake(): void {
    if (phase === 'ready') keepalive.probe();
    else if (phase === 'waiting') retrySoon();
  }

  function retrySoon(): void {
    const now = env.now();
    const due = Math.max(notBefore, openedAt + ATTEMPT_SPACING_MS) - now;
    if (due <= 0) open();
    else if (due <= ATTEMPT_SPACING_MS) after(due, open);
  }

  function hurry(): void {
    if (phase !== 'waiting' || !isSpread) return;
    notBefore = 0;
    retrySoon();
  }

  function cameOnline(): void {
    attempt = 0;
    wake();
    hooks.changed();
  }

  function stop(): void {
    if (phase === 'stopped') return;
    unwatch?.();
    detach();
    enter('stopped');
    rpc.rejectAll();
    hooks.lost();
  }

  function start(): void {
    if (phase !== 'stopped') return;
    attempt = 0;
    wasReady = false;
    const stops = [
      watchWake(env, wake),
      env.listen('online', cameOnline),
      env.listen('offline', () => {
        keepalive.probe();
        hooks.changed();
      }),
    ];
    unwatch = () => stops.forEach((run) => run());
    open();
  }

  return {
    start,
    stop,
    restart() {
      if (phase === 'stopped') return;
      stop();
      start();
    },
    hurry,
    pace: () => keepalive.pace(interval()),
    ready: () => phase === 'ready',
    status() {
      if (phase === 'ready' || phase === 'stopped') return phase;
      if (!env.online()) return 'offline';
      if (!wasReady && attempt >= HOPELESS_AFTER) return 'unreachable';
      return wasReady || attempt > 0 ? 'reconnecting' : 'connecting';
    },
    call<A extends Action>(action: A, payload: Ask<A>, done: Done<A>) {
      if (phase === 'ready') rpc.call(action, payload, done);
      else done(DISCONNECTED, undefined as never);
    },
  };
}
