// What redis-cli would show, without a process for each look: one connection that speaks RESP2.
import { createConnection, type NetConnectOpts, type Socket } from 'node:net';
import { eventOf } from './stream.ts';

export type Reply = string | number | null | Reply[];

/** One reply from the buffer and where the next one begins; undefined while it is not whole. */
function parse(buffer: Buffer, at: number): { reply: Reply | Error; next: number } | undefined {
  const end = buffer.indexOf('\r\n', at);
  if (end < 0) return undefined;
  const line = buffer.toString('utf8', at + 1, end);
  const kind = String.fromCharCode(buffer[at]!);
  const next = end + 2;
  if (kind === '+') return { reply: line, next };
  if (kind === '-') return { reply: new Error(line), next };
  if (kind === ':') return { reply: Number(line), next };
  if (line === '-1') return { reply: null, next };
  if (kind === '*') return parseArray(buffer, next, Number(line));
  const bulkEnd = next + Number(line);
  return buffer.length < bulkEnd + 2 ? undefined : { reply: buffer.toString('utf8', next, bulkEnd), next: bulkEnd + 2 };
}

function parseArray(buffer: Buffer, at: number, count: number): { reply: Reply[]; next: number } | undefined {
  const reply: Reply[] = [];
  for (let next = at; ; ) {
    if (reply.length === count) return { reply, next };
    const item = parse(buffer, next);
    if (!item) return undefined;
    reply.push(item.reply as Reply);
    next = item.next;
  }
}

type Waiting = { resolve: (reply: Reply) => void; reject: (error: Error) => void };

export class Redis {
  private readonly waiting: Waiting[] = [];
  private buffer = Buffer.alloc(0);

  private constructor(private readonly socket: Socket) {
    socket.on('data', (chunk) => this.receive(chunk));
    socket.on('error', (error) => this.waiting.splice(0).forEach(({ reject }) => reject(error)));
    socket.on('close', () => this.waiting.splice(0).forEach(({ reject }) => reject(new Error('Redis closed'))));
  }

  static open(where: NetConnectOpts): Promise<Redis> {
    return new Promise((resolve, reject) => {
      const socket = createConnection(where);
      socket.once('error', reject);
      socket.once('connect', () => resolve(new Redis(socket)));
    });
  }

  private receive(chunk: Buffer): void {
    this.buffer = Buffer.concat([this.buffer, chunk]);
    for (let parsed; (parsed = parse(this.buffer, 0)); this.buffer = this.buffer.subarray(parsed.next)) {
      const { resolve, reject } = this.waiting.shift()!;
      if (parsed.reply instanceof Error) reject(parsed.reply);
      else resolve(parsed.reply);
    }
  }

  get isOpen(): boolean {
    return this.socket.writable;
  }

  call(...args: (string | number)[]): Promise<Reply> {
    if (!this.isOpen) return Promise.reject(new Error('Redis closed'));
    const parts = args.map((arg) => `$${Buffer.byteLength(String(arg))}\r\n${arg}\r\n`);
    this.socket.write(`*${args.length}\r\n${parts.join('')}`);
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
  }

  /** Several commands in one write; one that fails does not hide what the others answer. */
  together(commands: (string | number)[][]): Promise<(Reply | Error)[]> {
    this.socket.cork();
    const replies = commands.map((command) => this.call(...command).catch((error: Error) => error));
    this.socket.uncork();
    return Promise.all(replies);
  }

  async list(...args: (string | number)[]): Promise<string[]> {
    return (await this.call(...args)) as string[];
  }

  async hash(key: string): Promise<Record<string, string>> {
    return pairs(await this.list('HGETALL', key));
  }

  /** A conversation's stream: each event, and its id. */
  async events(site: string, conversation: string): Promise<Record<string, string>[]> {
    const entries = (await this.call('XRANGE', `{${site}}:conv:${conversation}:log`, '-', '+')) as [string, string[]][];
    return entries.map(([id, fields]) => ({ ...eventOf(fields), id }));
  }

  close(): void {
    this.socket.destroy();
  }
}

function pairs(flat: string[]): Record<string, string> {
  return Object.fromEntries(flat.flatMap((key, i) => (i % 2 === 0 ? [[key, flat[i + 1]!]] : [])));
}
