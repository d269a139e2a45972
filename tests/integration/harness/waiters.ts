// Very many who wait in one queue, and nothing else: each keeps only what it was last told of its place and of its team.
import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import type { Requests, ServerFrame } from '@proto';
import { nextAddress } from './client.ts';
import type { Server } from './server.ts';
import { within } from './until.ts';

const AT_ONCE = 50;

export class Waiter {
  place?: number;
  assigned = false;
  conversation = '';
  /** Places that were told after it had left the queue. */
  late = 0;
  /** By the clock of performance.now(). */
  toldAt = 0;
  there = false;
  thereAt = 0;
  private answers = new Map<string, (payload: never) => void>();

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data) => this.receive(JSON.parse(data.toString()) as ServerFrame));
  }

  static async open(server: Server, site: string, address: string): Promise<Waiter> {
    const socket = new WebSocket(server.url.replace('http', 'ws') + '/ws', 'shopbell.v1', { localAddress: address, origin: server.url });
    server.sockets.add(socket);
    const waiter = new Waiter(socket);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    await waiter.must('login', { role: 'shopper', site });
    const { conversation } = await waiter.must('start_conversation', { custom_id: randomUUID(), text: 'Hello' });
    waiter.conversation = conversation.id;
    waiter.place ??= conversation.queue_position;
    return waiter;
  }

  private receive(frame: ServerFrame): void {
    if (frame.type === 'response') return void this.answers.get(frame.request_id!)?.(frame as never);
    if (frame.action === 'queue_position_updated') this.told(frame.payload.position);
    if (frame.action === 'team_status_updated') this.team(frame.payload.status.status !== 'away');
    if (frame.action === 'incoming_event' && frame.payload.event.type === 'assigned') this.assigned = true;
    if (frame.action === 'incoming_event' && frame.payload.event.type === 'queued') this.assigned = false;
  }

  private told(place: number): void {
    if (this.assigned) this.late++;
    this.place = place;
    this.toldAt = performance.now();
  }

  private team(there: boolean): void {
    if (this.there !== there) this.thereAt = performance.now();
    this.there = there;
  }

  private async must<A extends 'login' | 'start_conversation'>(action: A, payload: Requests[A]['request']): Promise<Requests[A]['response']> {
    const answered = new Promise<{ success: boolean; payload: never }>((resolve) => this.answers.set(action, resolve));
    this.socket.send(JSON.stringify({ request_id: action, action, payload }));
    const answer = await within(action, answered, 20_000);
    if (!answer.success) throw new Error(`${action}: ${JSON.stringify(answer)}`);
    return answer.payload;
  }
}

/** In line one behind the other, on the servers by turns. The order is that of the queue. */
export async function queueUp(servers: Server[], site: string, count: number, order: () => Promise<string[]>): Promise<Waiter[]> {
  const byId = new Map<string, Waiter>();
  for (let first = 0; first < count; first += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, count - first) }, (_, i) => {
      const n = first + i;
      const address = nextAddress();
      return Waiter.open(servers[n % servers.length]!, site, address);
    });
    for (const waiter of await Promise.all(some)) byId.set(waiter.conversation, waiter);
  }
  return (await order()).map((id) => byId.get(id)!);
}
