// What the client's tests stand on: a real WebSocket server that each test scripts, a clock that only moves when told,
// and a storage that several "tabs" share.
import assert from 'node:assert/strict';
import { WebSocket, WebSocketServer, type RawData } from 'ws';
import type { Conversation, Event, LoginResponse, Requests } from '@proto';
import type { Env, SignalName, Socket } from '../../web-widget/client/env';

export const SITE = 'demo';
export const C1 = 'c_00000000000000000001';
export const C2 = 'c_00000000000000000002';
export const SHOPPER = 's_00000000000000000001';
export const MAYA = { id: 'maya', name: 'Maya' };

export interface Request {
  request_id: string;
  action: string;
  payload: Record<string, any>;
}

/** Waits in real time, for what the network does. */
export async function until<T>(probe: () => T, what = String(probe)): Promise<NonNullable<T>> {
  const end = Date.now() + 10_000;
  for (;;) {
    const value = probe();
    if (value) return value;
    if (Date.now() > end) assert.fail(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/**
 * Lets everything under way on loopback arrive; for saying that something did not happen. Many turns of the loop and not
 * one long wait: a process that was held up runs its timers before it reads.
 */
export async function quiet(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 3));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The server's end of one socket. */
export class Peer {
  readonly seen: Request[] = [];
  private readonly open: Request[] = [];
  closed = false;

  constructor(
    readonly socket: WebSocket,
    private readonly auto: Server['auto'],
  ) {
    socket.on('message', (data: RawData) => this.receive(JSON.parse(String(data))));
    socket.on('close', () => (this.closed = true));
    socket.on('error', () => {});
  }

  private receive(request: Request): void {
    this.seen.push(request);
    const answer = this.auto[request.action];
    if (answer) this.reply(request, answer(request.payload));
    else this.open.push(request);
  }

  /** The next request of this action that the script did not answer by itself. */
  async take(action: keyof Requests): Promise<Request> {
    const find = () => this.open.findIndex((request) => request.action === action);
    await until(() => find() >= 0, `request ${action}`);
    return this.open.splice(find(), 1)[0]!;
  }

  count(action: keyof Requests): number {
    return this.seen.filter((request) => request.action === action).length;
  }

  reply({ request_id, action }: Request, payload: unknown = {}): void {
    this.send({ type: 'response', request_id, action, success: true, payload });
  }

  refuse({ request_id, action }: Request, type: string, more: object = {}): void {
    const error = { type, message: `${type}.`, retryable: false, ...more };
    this.send({ type: 'response', request_id, action, success: false, error });
  }

  push(action: string, payload: unknown): void {
    this.send({ type: 'push', action, payload });
  }

  pushEvent(event: Event, conversation_id = C1): void {
    this.push('incoming_event', { conversation_id, event });
  }

  send(frame: unknown): void {
    this.socket.send(JSON.stringify(frame));
  }
}

export class Server {
  readonly peers: Peer[] = [];
  readonly auto: Record<string, (payload: Record<string, any>) => unknown> = {
    ping: () => ({}),
    mark_events_as_delivered: () => ({}),
    mark_events_as_seen: () => ({}),
    send_typing_indicator: () => ({}),
    update_page: () => ({}),
    login: () => loginAnswer(),
  };

  private constructor(private readonly wss: WebSocketServer) {
    wss.on('connection', (socket) => this.peers.push(new Peer(socket, this.auto)));
  }

  static async open(port = 0): Promise<Server> {
    const wss = new WebSocketServer({ host: '127.0.0.1', port });
    await new Promise((resolve) => wss.once('listening', resolve));
    return new Server(wss);
  }

  get port(): number {
    return (this.wss.address() as { port: number }).port;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}/ws`;
  }

  /** The n-th socket that came, from 0, once it is there. */
  async peer(n = 0): Promise<Peer> {
    return until(() => this.peers[n], `socket ${n}`);
  }

  async close(): Promise<void> {
    for (const { socket } of this.peers) socket.terminate();
    await new Promise((resolve) => this.wss.close(resolve));
  }
}

/** A clock that moves by advance() only. */
export class Clock {
  time = 1_700_000_000_000;
  private timers: { at: number; run: () => void; id: number }[] = [];
  private count = 0;

  set(run: () => void, ms: number): number {
    this.timers.push({ at: this.time + Math.max(0, ms), run, id: ++this.count });
    return this.count;
  }

  clear(id: unknown): void {
    this.timers = this.timers.filter((timer) => timer.id !== id);
  }

  advance(ms: number): void {
    const end = this.time + ms;
    for (;;) {
      const next = this.timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at || a.id - b.id)[0];
      if (!next) break;
      this.time = Math.max(this.time, next.at);
      this.clear(next.id);
      next.run();
    }
    this.time = end;
  }

  /** The machine sleeps: time goes by and no timer runs. Timers go on afterwards with what was left of them. */
  sleep(ms: number): void {
    this.time += ms;
    for (const timer of this.timers) timer.at += ms;
  }
}

/** One browser profile: a localStorage, and the tabs that share it. */
export class Browser {
  readonly items = new Map<string, string>();
  readonly tabs: Tab[] = [];
  refuses = false;
  full = false;

  storageOf(tab: Tab): Storage {
    const { items } = this;
    const check = () => {
      if (this.refuses) throw new DOMException('denied', 'SecurityError');
    };
    const tell = (key: string) => this.tabs.filter((other) => other !== tab).forEach((other) => other.fire('storage', { key }));
    return {
      get length() {
        check();
        return items.size;
      },
      key: (i) => [...items.keys()][i] ?? null,
      getItem: (key) => (check(), items.get(key) ?? null),
      setItem: (key, value) => {
        check();
        if (this.full) throw new DOMException('full', 'QuotaExceededError');
        const changed = items.get(key) !== value;
        items.set(key, value);
        if (changed) tell(key);
      },
      removeItem: (key) => (check(), items.delete(key) && tell(key)),
      clear: () => items.clear(),
    };
  }

  tab(clock = new Clock()): Tab {
    const tab = new Tab(this, clock);
    this.tabs.push(tab);
    return tab;
  }
}

/** The surroundings of one client. */
export class Tab implements Env {
  private listeners: { name: SignalName; run: (event: { key?: string | null }) => void }[] = [];
  isOnline = true;
  isVisible = true;
  /** What random() gives; 0.5 keeps waits at half their bound. */
  chance: () => number = Math.random;

  constructor(
    private readonly browser: Browser,
    readonly clock: Clock,
  ) {}

  now = () => this.clock.time;
  setTimeout = (run: () => void, ms: number) => this.clock.set(run, ms);
  clearTimeout = (timer: unknown) => this.clock.clear(timer);
  random = () => this.chance();
  connect = (url: string, subprotocol: string) => new WebSocket(url, subprotocol) as unknown as Socket;
  online = () => this.isOnline;
  visible = () => this.isVisible;
  localStorage = () => this.browser.storageOf(this);

  listen(name: SignalName, run: (event: { key?: string | null }) => void): () => void {
    const listener = { name, run };
    this.listeners.push(listener);
    return () => (this.listeners = this.listeners.filter((one) => one !== listener));
  }

  fire(name: SignalName, event: { key?: string | null } = {}): void {
    this.listeners.filter((one) => one.name === name).forEach((one) => one.run(event));
  }

  /** The page goes away, with all its timers and listeners: what a reload or a closed tab leaves. */
  close(): void {
    this.fire('pagehide');
    this.listeners = [];
    this.browser.tabs.splice(this.browser.tabs.indexOf(this), 1);
  }
}

// --- content ----------------------------------------------------------------------------------------------------------

export const event = (seq: number, more: Partial<Event> = {}): Event => ({
  seq,
  generation: 0,
  type: 'message',
  at: 1_700_000_000_000 + seq,
  author: { role: 'agent', id: MAYA.id },
  ...(more.type && more.type !== 'message' ? {} : { text: `text ${seq}` }),
  ...more,
});

export const mine = (seq: number, custom_id: string, text = `mine ${seq}`): Event =>
  event(seq, { author: { role: 'shopper', id: SHOPPER }, custom_id, text });

export function conversation(events: Event[], more: Partial<Conversation> = {}): Conversation {
  const none = { delivered_up_to: 0, seen_up_to: 0 };
  return {
    id: C1,
    state: 'assigned',
    team: 'sales',
    opened_at: 1_700_000_000_000,
    last_seq: events.at(-1)?.seq ?? 0,
    events,
    has_earlier: (events[0]?.seq ?? 1) > 1,
    receipts: { shopper: none, agent: none },
    agent: MAYA,
    agent_present: true,
    ...more,
  };
}

export function loginAnswer(more: Partial<LoginResponse> = {}): LoginResponse {
  return {
    ping_interval_ms: 15_000,
    idle_ping_interval_ms: 45_000,
    token: 'token-of-the-shopper',
    site: { id: SITE, name: 'Demo', accent: '#116644' },
    service: { writable: true },
    shopper: { id: SHOPPER },
    conversations: [],
    teams: [{ team: 'sales', name: 'Sales', status: 'online', agents: [MAYA] }],
    ...more,
  };
}
