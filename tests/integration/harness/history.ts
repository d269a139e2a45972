// What a client holds of each conversation when it does what PROTOCOL.md says, and nothing more. A seq that comes twice
// must say the same both times.
import assert from 'node:assert/strict';
import type { Action, Conversation, Event, LoginResponse, PushFrame } from '@proto';

type Loose = Record<string, unknown>;

export class History {
  private readonly held = new Map<string, Map<number, Event>>();
  private readonly newest = new Map<string, number>();

  events(conversation_id: string): Event[] {
    const events = [...(this.held.get(conversation_id)?.values() ?? [])].sort((a, b) => a.seq - b.seq);
    const first = events[0]?.seq ?? 1;
    const seqs = events.map(({ seq }) => seq);
    assert.deepEqual(seqs, seqs.map((_, i) => first + i), 'the events that are held are not dense');
    return events;
  }

  /** To log in with: how far each conversation is known without a gap. */
  cursors(): { conversation_id: string; seq: number }[] {
    return [...this.newest].map(([conversation_id, seq]) => ({ conversation_id, seq }));
  }

  private take(conversation_id: string, event: Event): void {
    const events = this.held.get(conversation_id) ?? new Map<number, Event>();
    const known = events.get(event.seq);
    if (known) assert.equal(event.text ?? event.type, known.text ?? known.type, `event ${event.seq} came in two versions`);
    this.held.set(conversation_id, events.set(event.seq, event));
    let newest = this.newest.get(conversation_id) ?? event.seq;
    while (events.has(newest + 1)) newest++;
    this.newest.set(conversation_id, newest);
  }

  private takeAll({ id, events }: Pick<Conversation, 'id' | 'events'>): void {
    for (const event of events) this.take(id, event);
  }

  onPush({ action, payload }: PushFrame): void {
    if (action === 'incoming_event') this.take(payload.conversation_id, payload.event);
    if (action === 'incoming_conversation') this.takeAll(payload.conversation);
  }

  onResponse(action: Action, asked: object, answered: object, login?: LoginResponse): void {
    const [request, response] = [asked as Loose, answered as Loose];
    if (action === 'login') (response.conversations as Conversation[]).forEach((conversation) => this.takeAll(conversation));
    if (action === 'start_conversation') this.takeAll(response.conversation as Conversation);
    if (action === 'list_events') this.takeAll({ id: String(response.conversation_id), events: response.events as Event[] });
    if (action !== 'send_event') return;
    const role = login?.agent ? 'agent' : 'shopper';
    const event = { seq: response.seq, at: response.at, type: 'message', text: request.text, author: { role } } as Event;
    this.take(String(request.conversation_id), event);
  }
}
