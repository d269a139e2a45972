// What a client holds of each conversation when it does what PROTOCOL.md says, and nothing more. A seq that comes twice
// must say the same both times, unless the conversation was set back in between.
import assert from 'node:assert/strict';
import type { Action, Conversation, Cursor, Event, LoginResponse, PushFrame } from '@proto';

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
  cursors(): Required<Cursor>[] {
    return [...this.newest].map(([conversation_id, seq]) => {
      return { conversation_id, seq, generation: this.held.get(conversation_id)!.get(seq)!.generation };
    });
  }

  holds(conversation_id: string, seq: number, custom_id: string): boolean {
    return this.held.get(conversation_id)?.get(seq)?.custom_id === custom_id;
  }

  forget(conversation_id: string): void {
    this.held.delete(conversation_id);
    this.newest.delete(conversation_id);
  }

  /** What stays is what is held up to the last event that both have. */
  private rewind({ id, events, rewound }: Conversation): void {
    const held = this.held.get(id);
    const same = (event: Event) => held!.get(event.seq)?.generation === event.generation;
    if (!held || (!rewound && events.every((event) => !held.has(event.seq) || same(event)))) return;
    const last = events.filter(same).at(-1)?.seq ?? 0;
    for (const seq of [...held.keys()]) if (seq > last) held.delete(seq);
    if (last) this.newest.set(id, last);
    else this.forget(id);
  }

  private take(conversation_id: string, event: Event): void {
    const events = this.held.get(conversation_id) ?? new Map<number, Event>();
    const known = events.get(event.seq);
    const says = ({ generation, text, type }: Event) => `${generation}-${text ?? type}`;
    if (known) assert.equal(says(event), says(known), `event ${event.seq} came in two versions`);
    this.held.set(conversation_id, events.set(event.seq, event));
    let newest = this.newest.get(conversation_id) ?? event.seq;
    while (events.has(newest + 1)) newest++;
    this.newest.set(conversation_id, newest);
  }

  private takeAll({ id, events }: Pick<Conversation, 'id' | 'events'>): void {
    for (const event of events) this.take(id, event);
  }

  private takeConversation(conversation: Conversation): void {
    this.rewind(conversation);
    this.takeAll(conversation);
  }

  onPush({ action, payload }: PushFrame): void {
    if (action === 'incoming_event') this.take(payload.conversation_id, payload.event);
    if (action === 'incoming_conversation') this.takeConversation(payload.conversation);
  }

  onResponse(action: Action, asked: object, answered: object, login?: LoginResponse): void {
    const [request, response] = [asked as Loose, answered as Loose];
    if (action === 'login') (response.conversations as Conversation[]).forEach((conversation) => this.takeConversation(conversation));
    if (action === 'login') (response.gone as string[] | undefined)?.forEach((id) => this.forget(id));
    if (action === 'start_conversation') this.takeConversation(response.conversation as Conversation);
    if (action === 'list_events') this.takeAll({ id: String(response.conversation_id), events: response.events as Event[] });
    if (action !== 'send_event') return;
    const role = login?.agent ? 'agent' : 'shopper';
    const { seq, generation, at } = response;
    const { custom_id, text } = request;
    const event = { seq, generation, at, type: 'message', custom_id, text, author: { role } } as Event;
    this.take(String(request.conversation_id), event);
  }
}
