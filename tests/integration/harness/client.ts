// One socket, and all that came over it. Every frame from the server is held against the schemas; one that is not as
// they say fails whatever the test is waiting for.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import type {
  Action,
  Conversation,
  Event,
  LoginRequest,
  LoginResponse,
  PushAction,
  Pushes,
  Requests,
  ServerFrame,
  StartConversationResponse,
  WireError,
} from '@proto';
import './proto_dir.ts';
import { whyNotServerFrame } from '../../vectors/schemas.ts';
import { email, PASSWORD } from './config.ts';
import { History } from './history.ts';
import type { Server } from './server.ts';
import { pause, within } from './until.ts';

export interface Closed {
  code: number;
  reason: string;
}

export type Outcome<A extends Action> =
  | { success: true; payload: Requests[A]['response'] }
  | { success: false; error: WireError; request_id?: string; action?: string };

interface Taker {
  wanted(frame: ServerFrame): boolean;
  take(frame: ServerFrame): void;
  fail(error: Error): void;
}

/** As long as a lost packet may be sent again. */
const HANDSHAKE_MS = 10_000;
/** Of what came instead, in the words of a failure. */
const SHOWN = 8;

let addresses = 0;

/** Each client comes from an address of its own, as people do. */
export function nextAddress(): string {
  addresses = (addresses + 1) % 60_000;
  return `127.${20 + (process.pid % 200)}.${1 + Math.floor(addresses / 250)}.${1 + (addresses % 250)}`;
}

export interface ClientOptions {
  origin?: string;
  address?: string;
  /** Of someone who comes back: what they already hold. */
  history?: History;
}

export class Client {
  /** What came and was not yet asked for, oldest first. */
  private readonly inbox: ServerFrame[] = [];
  private readonly takers = new Set<Taker>();
  private readonly asked = new Map<string, { action: Action; payload: object }>();
  private requests = 0;
  private broken?: Error;
  readonly closed: Promise<Closed>;
  /** Of the log-in that succeeded. */
  login!: LoginResponse;

  private constructor(
    readonly socket: WebSocket,
    private readonly history: History,
  ) {
    socket.on('message', (data, isBinary) => this.receive(data.toString(), isBinary));
    this.closed = new Promise((resolve) =>
      socket.on('close', (code, reason) => {
        this.fail(new Error(`the socket was closed with ${code} ${reason}`));
        resolve({ code, reason: String(reason) });
      }),
    );
  }

  static async open(server: Server, { origin = server.url, address, history = new History() }: ClientOptions = {}): Promise<Client> {
    const isHere = new URL(server.url).hostname.startsWith('127.');
    const localAddress = address ?? (isHere ? nextAddress() : undefined);
    const options = { localAddress, origin, perMessageDeflate: false, handshakeTimeout: HANDSHAKE_MS };
    const socket = new WebSocket(server.url.replace('http', 'ws') + '/ws', 'shopbell.v1', options);
    server.sockets.add(socket);
    const client = new Client(socket, history);
    const opened = new Promise((resolve, reject) => socket.once('open', resolve).on('error', reject));
    await within('the handshake is answered', opened).catch((error) => {
      socket.terminate();
      throw error;
    });
    return client;
  }

  private receive(text: string, isBinary: boolean): void {
    const frame = JSON.parse(text) as ServerFrame;
    const wrong = isBinary ? 'it is binary' : whyNotServerFrame(frame);
    if (wrong) this.fail(new Error(`a frame is not as the schemas say: ${wrong}\n${text.slice(0, 500)}`));
    if (frame.type === 'push') this.history.onPush(frame);
    else this.learn(frame);
    for (const taker of this.takers) if (taker.wanted(frame)) return taker.take(frame);
    this.inbox.push(frame);
  }

  /** In the order of the socket: what was pushed behind an answer comes after it. */
  private learn(frame: ServerFrame & { type: 'response' }): void {
    const asked = this.asked.get(frame.request_id ?? '');
    this.asked.delete(frame.request_id ?? '');
    if (asked && frame.success) this.history.onResponse(asked.action, asked.payload, frame.payload, this.login);
  }

  private fail(error: Error): void {
    this.broken ??= error;
    for (const taker of this.takers) taker.fail(this.broken);
  }

  /** The first frame, come or to come, that is wanted. */
  private async take(what: string, wanted: (frame: ServerFrame) => boolean, withinMs = 8000): Promise<ServerFrame> {
    const at = this.inbox.findIndex(wanted);
    if (at >= 0) return this.inbox.splice(at, 1)[0]!;
    if (this.broken) throw new Error(`${what}: ${this.broken.message}`);
    const taken = await this.next(wanted, withinMs);
    if (!(taken instanceof Error)) return taken;
    const waiting = this.inbox.slice(-SHOWN).map((frame) => JSON.stringify(frame).slice(0, 200)).join('\n  ');
    throw new Error(`${what}: ${taken.message}\nof what came meanwhile:\n  ${waiting}`);
  }

  /** One promise and one timer a wait: tests under load wait a million times. */
  private next(wanted: (frame: ServerFrame) => boolean, withinMs: number): Promise<ServerFrame | Error> {
    return new Promise((resolve) => {
      const done = (what: ServerFrame | Error) => {
        clearTimeout(timer);
        this.takers.delete(taker);
        resolve(what);
      };
      const taker: Taker = { wanted, take: done, fail: done };
      const timer = setTimeout(() => done(new Error(`not within ${withinMs} ms`)), withinMs);
      this.takers.add(taker);
    });
  }

  // --- requests ------------------------------------------------------------------------------------------------------

  /** The response, whatever it says. */
  async ask<A extends Action>(action: A, payload: Requests[A]['request']): Promise<Outcome<A>> {
    const request_id = String(++this.requests);
    this.asked.set(request_id, { action, payload });
    this.raw(JSON.stringify({ request_id, action, payload }));
    return (await this.answer(request_id, action)) as Outcome<A>;
  }

  /** The response to a frame that was sent as it is; without an id to one that the server could not read. */
  async answer(request_id?: string, what = 'an answer'): Promise<Outcome<Action>> {
    const frame = await this.take(what, (f) => f.type === 'response' && f.request_id === request_id);
    return frame as Outcome<Action>;
  }

  /** The payload of a success. Whoever is too fast is only slowed down. */
  async must<A extends Action>(action: A, payload: Requests[A]['request']): Promise<Requests[A]['response']> {
    for (;;) {
      const outcome = await this.ask(action, payload);
      if (outcome.success) return outcome.payload;
      assert.equal(outcome.error.type, 'rate_limited', `${action}: ${outcome.error.message}`);
      await pause(outcome.error.retry_after_ms ?? 100);
    }
  }

  /** The error of a refusal, of this type. */
  async refused<A extends Action>(type: WireError['type'], action: A, payload: Requests[A]['request']): Promise<WireError> {
    for (;;) {
      const outcome = await this.ask(action, payload);
      assert.ok(!outcome.success, `${action} was to be refused as ${type}`);
      if (outcome.error.type === 'rate_limited' && type !== 'rate_limited') await pause(outcome.error.retry_after_ms ?? 100);
      else return assert.equal(outcome.error.type, type, outcome.error.message), outcome.error;
    }
  }

  raw(data: string | Buffer, options: { binary?: boolean; fin?: boolean } = {}): void {
    this.socket.send(data, options, () => undefined);
  }

  // --- pushes --------------------------------------------------------------------------------------------------------

  /** The payload of the next push of this kind that matches; it is then taken. */
  async push<P extends PushAction>(action: P, matches: (payload: Pushes[P]) => boolean = () => true, withinMs?: number): Promise<Pushes[P]> {
    const wanted = (frame: ServerFrame) =>
      frame.type === 'push' && frame.action === action && matches(frame.payload as Pushes[P]);
    const frame: { payload?: unknown } = (await this.take(`push ${action}`, wanted, withinMs)) as object;
    return frame.payload as Pushes[P];
  }

  async event(type: Event['type'], withinMs?: number): Promise<Event> {
    return (await this.push('incoming_event', ({ event }) => event.type === type, withinMs)).event;
  }

  /** The pushes of this kind that came and were not taken. All that was sent before has come: a ping has gone round. */
  async untaken<P extends PushAction>(action: P): Promise<Pushes[P][]> {
    await this.must('ping', {});
    return this.inbox.flatMap((f) => (f.type === 'push' && f.action === action ? [f.payload as Pushes[P]] : []));
  }

  // --- shorthands ----------------------------------------------------------------------------------------------------

  async start(text: string, more: { custom_id?: string; team?: string } = {}): Promise<StartConversationResponse> {
    return this.must('start_conversation', { custom_id: randomUUID(), text, ...more });
  }

  async send(conversation_id: string, text: string, custom_id: string = randomUUID()): Promise<Requests['send_event']['response']> {
    return this.must('send_event', { conversation_id, custom_id, text });
  }

  /** The conversation that is mine now. */
  async given(withinMs?: number): Promise<Conversation> {
    return (await this.push('incoming_conversation', () => true, withinMs)).conversation;
  }

  /** What this client holds of a conversation, dense and in order: `3 text` or `3 type`. */
  lines(conversation_id: string): string[] {
    return this.history.events(conversation_id).map(({ seq, type, text }) => `${seq} ${text ?? type}`);
  }

  get token(): string {
    return this.login.token!;
  }

  get id(): string {
    return (this.login.shopper ?? this.login.agent!.profile).id;
  }

  close(): Promise<Closed> {
    this.socket.close();
    return this.closed;
  }
}

/** A log-in that fails leaves no socket behind. */
async function loggedIn(client: Client, request: LoginRequest): Promise<Client> {
  client.login = await client.must('login', request).catch((error) => {
    client.socket.terminate();
    throw error;
  });
  return client;
}

type ShopperOptions = ClientOptions & Pick<LoginRequest, 'token' | 'cursors' | 'page'>;

export async function shopper(server: Server, site: string, { token, cursors, page, ...options }: ShopperOptions = {}): Promise<Client> {
  return loggedIn(await Client.open(server, options), { role: 'shopper', site, token, cursors, page });
}

type AgentOptions = ClientOptions & Pick<LoginRequest, 'cursors'> & { password?: string };

/** An agent's window. The first one of a server logs in by password, the others by its token, unless one is given. */
export async function agent(server: Server, site: string, name: string, { cursors, password, ...options }: AgentOptions = {}): Promise<Client> {
  const client = await Client.open(server, options);
  const key = `${site}/${name}`;
  const token = password ? undefined : server.tokens.get(key);
  const how = token ? { token } : { email: email(name), password: password ?? PASSWORD };
  await loggedIn(client, { role: 'agent', site, cursors, ...how });
  server.tokens.set(key, client.token);
  return client;
}
