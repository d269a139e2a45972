// A person who goes on writing whatever happens to servers and network, by PROTOCOL.md's rules: whoever loses the socket
// logs in again, anywhere, with cursors; what has no answer or a retryable one is sent again under its custom_id. Who repairs
// offers again what was acknowledged and is not there any more, before anything newer; where nothing may get lost nobody
// does, so that a loss is seen.
import assert from 'node:assert/strict';
import type { Action, Event, Requests } from '@proto';
import { agent, shopper, type Client, type Outcome } from '../../integration/harness/client.ts';
import { History } from '../../integration/harness/history.ts';
import type { Server } from '../../integration/harness/server.ts';
import { pause, until } from '../../integration/harness/until.ts';

export interface Acked {
  conversation_id: string;
  custom_id: string;
  text: string;
  seq: number;
}

export interface Person {
  site: string;
  repairs?: boolean;
  /** The agent's; a shopper has none. */
  name?: string;
  /** Of a shopper who has another page, or comes back. */
  token?: string;
}

/** Whose answer is missing that long may as well be gone. */
const CONNECT_MS = 60_000;

export class Talker {
  readonly acked: Acked[] = [];
  /** Of those, what was found to be lost; once for each time. */
  lost = 0;
  /** The newest that an ack was of. */
  generation = 0;
  /** Lost, and somebody else has the conversation now, or nobody. */
  private readonly missing = new Set<Acked>();
  readonly history = new History();
  conversation_id = '';
  resumes = 0;
  refusals = 0;
  /** Why a message was refused for good, when one was. */
  refused?: string;
  /** What no fault excuses: a request without an answer on an open socket, a frame that is not as the schemas say, a
   * log-in that is refused for good. */
  readonly wrongs: string[] = [];
  private client?: Client;
  private connecting?: Promise<Client>;
  token?: string;
  private left = false;

  constructor(
    private readonly person: Person,
    /** Where to log in next. */
    private readonly server: () => Server,
  ) {
    this.token = person.token;
  }

  private async logIn(): Promise<Client> {
    const { site, name } = this.person;
    const options = { history: this.history, cursors: this.history.cursors() };
    const server = this.server();
    if (name && this.token) server.tokens.set(`${site}/${name}`, this.token);
    const client = name ? await agent(server, site, name, options) : await shopper(server, site, { ...options, token: this.token });
    this.token = client.token;
    for (const { id, has_more } of client.login.conversations) if (has_more) await this.readOn(client, id);
    await this.repair(client);
    return client;
  }

  /** What a log-in had no room for. */
  private async readOn(client: Client, conversation_id: string): Promise<void> {
    const after = () => this.history.cursors().find((cursor) => cursor.conversation_id === conversation_id)!.seq;
    while ((await client.must('list_events', { conversation_id, after: after() })).has_more);
  }

  /** Not after a newer one was sent. */
  private async repair(client: Client): Promise<void> {
    if (!this.person.repairs) return;
    for (const one of this.acked) {
      if (this.missing.has(one) || this.history.holds(one.conversation_id, one.seq, one.custom_id)) continue;
      this.lost++;
      this.missing.add(one);
    }
    await this.offer(client);
  }

  private async offer(client: Client, of?: string): Promise<void> {
    for (const one of this.missing) {
      if (of && of !== one.conversation_id) continue;
      const { conversation_id, custom_id, text } = one;
      const sent = await this.insist(client, 'send_event', { conversation_id, custom_id, text });
      if (sent.success) this.found(one, sent.payload.seq);
      else if (sent.error.type === 'not_found' && !this.person.name) await this.startAgain(client, one);
    }
  }

  private written({ generation }: { generation: number }): void {
    this.generation = Math.max(this.generation, generation);
  }

  private found(one: Acked, seq: number): void {
    one.seq = seq;
    this.missing.delete(one);
  }

  /** The store lost it as a whole. */
  private async startAgain(client: Client, one: Acked): Promise<void> {
    const { conversation_id, custom_id, text } = one;
    this.history.forget(conversation_id);
    const started = await this.insist(client, 'start_conversation', { conversation_id, custom_id, text });
    assert.ok(started.success && started.payload.conversation.id === conversation_id, 'it begins again under its id');
    this.found(one, started.payload.seq);
  }

  private async insist<A extends Action>(client: Client, action: A, payload: Requests[A]['request']): Promise<Outcome<A>> {
    for (;;) {
      const outcome = await client.ask(action, payload);
      if (outcome.success || !outcome.error.retryable) return outcome;
      await pause(outcome.error.retry_after_ms ?? 30);
    }
  }

  /** Until everything that was found to be lost is there again. */
  async repaired(): Promise<void> {
    await until('what was lost is there again', async () => {
      const client = await this.online();
      await this.offer(client).catch(() => client.socket.terminate());
      return this.missing.size === 0 && client === this.client;
    }, CONNECT_MS);
  }

  private noteLogin(error: Error & { actual?: string }): void {
    const isFinal = error.actual !== undefined && !['unavailable', 'internal'].includes(error.actual);
    if (isFinal || error.message.includes('not within')) this.wrongs.push(`login: ${error.message}`);
  }

  private async connect(): Promise<Client> {
    let client!: Client;
    let why: unknown;
    const tried = async () => {
      if (this.left) throw new Error('left meanwhile');
      client = (await this.logIn().catch((error) => (this.noteLogin(error), (why = error), pause(50))))!;
      return client;
    };
    await until(`${this.person.name ?? 'a shopper'} is logged in`, tried, CONNECT_MS).catch((error: Error) => {
      throw new Error(`${error.message}; the last try: ${why}`);
    });
    this.client = client;
    this.connecting = undefined;
    const lost = () => {
      if (this.client !== client) return;
      this.client = undefined;
      this.resumes++;
      if (!this.left) void this.online().catch(() => undefined); // whoever only reads comes back too
    };
    void client.closed.then(lost);
    return client;
  }

  /** The client of now; logs in first when there is none. */
  online(): Promise<Client> {
    if (this.client) return Promise.resolve(this.client);
    return (this.connecting ??= this.connect());
  }

  /** The first outcome that is final: a success, or a refusal that is not to be tried again. */
  async ask<A extends Action>(action: A, payload: Requests[A]['request']): Promise<Outcome<A>> {
    for (;;) {
      const client = await this.online();
      const outcome = await client.ask(action, payload).catch((error: Error) => {
        // It was answered, and the answer cannot be: to try again would not end.
        if (error instanceof assert.AssertionError && !this.person.repairs) throw error;
        if (client.socket.readyState === client.socket.OPEN) this.wrongs.push(error.message);
        return undefined;
      });
      if (outcome?.success || (outcome && !outcome.error.retryable)) return outcome;
      this.refusals++;
      if (!outcome) client.socket.terminate(); // without an answer nothing is known of it
      await pause(outcome?.error.retry_after_ms ?? 30);
    }
  }

  /** A shopper's first message. */
  async start(custom_id: string, text: string, team?: string): Promise<Requests['start_conversation']['response']> {
    const outcome = await this.ask('start_conversation', { custom_id, text, team });
    assert.ok(outcome.success, 'start_conversation was refused');
    this.conversation_id = outcome.payload.conversation.id;
    this.acked.push({ conversation_id: this.conversation_id, custom_id, text, seq: outcome.payload.seq });
    this.written(outcome.payload);
    return outcome.payload;
  }

  /** Until it is acknowledged, and by which answer. Undefined: it may not write there (any more). */
  async tell(custom_id: string, text: string, conversation_id = this.conversation_id): Promise<Requests['send_event']['response'] | undefined> {
    const outcome = await this.ask('send_event', { conversation_id, custom_id, text });
    if (!outcome.success) return (this.refused = `${outcome.error.type}: ${outcome.error.message}`), undefined;
    this.acked.push({ conversation_id, custom_id, text, seq: outcome.payload.seq });
    this.written(outcome.payload);
    return outcome.payload;
  }

  /** As tell(); `times` at once, as a client may whose answers do not come. False: it may not (any more). */
  async send(custom_id: string, text: string, { conversation_id = this.conversation_id, times = 1 } = {}): Promise<boolean> {
    if (this.missing.size) await this.offer(await this.online(), conversation_id).catch(() => undefined);
    const answers = Array.from({ length: times }, () => this.tell(custom_id, text, conversation_id));
    return (await Promise.all(answers)).some((answer) => answer);
  }

  /** The network breaks, without a word to either side; whoever was cut off comes back. */
  cut(): void {
    this.client?.socket.terminate();
  }

  /** Those of which anything was seen. */
  conversations(): string[] {
    return this.history.cursors().map(({ conversation_id }) => conversation_id);
  }

  /** Dense, and no seq in two versions: History fails otherwise. */
  seen(conversation_id = this.conversation_id): Event[] {
    return this.history.events(conversation_id);
  }

  /** No socket for as long as nothing is asked. */
  goAway(): void {
    const client = this.client;
    this.client = undefined;
    client?.socket.terminate();
  }

  async comeBack(): Promise<void> {
    await this.online();
    await this.repaired();
  }

  /** The same person elsewhere, by the token of before, who holds nothing yet. */
  again(server: Server): Talker {
    const other = new Talker(this.person, () => server);
    other.token = this.token;
    return other;
  }

  /** The connection, not the person. */
  lose(): void {
    this.client?.socket.terminate();
  }

  leave(): void {
    this.left = true;
    this.client?.socket.terminate();
  }
}
