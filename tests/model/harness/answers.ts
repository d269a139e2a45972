// One answer of a function, against the world: its steps one by one, then its lists of what changed and the hints.
import { expect, Wrong, type Conversation, type World } from './world.ts';
import type { Reply } from '../../integration/harness/redis.ts';

type Step = { id: string; type: string; seq: number; state: string; agent: string; waited: number };

export function rows(flat: string[], width: number): string[][] {
  return Array.from({ length: flat.length / width }, (_, i) => flat.slice(i * width, (i + 1) * width));
}

export class Answer {
  readonly steps: Step[];

  constructor(private readonly world: World, readonly reply: Reply[]) {
    this.steps = rows((reply[5] ?? []) as string[], 6).map(([id, type, seq, state, agent, waited]) => ({
      id: id!, type: type!, seq: Number(seq), state: state!, agent: agent!, waited: Number(waited),
    }));
  }

  verdict(verdict: string, ...value: (string | number)[]): void {
    expect('verdict and value', this.reply.slice(0, 2), [verdict, value.map(String)]);
  }

  /** The next step is this event of this conversation, which is by now in the world. */
  took(c: Conversation, type: string, waited = -1): void {
    const wanted: Step = { id: c.id, type, seq: c.log.length, state: c.state, agent: c.agent, waited };
    expect('step', this.steps.shift(), wanted);
  }

  /** Of the lines that somebody is free for, who is first. */
  private firstInLine(): Conversation | undefined {
    const { world } = this;
    const heads = [...world.waiting.keys()].flatMap((team) => world.gives(team) ? (world.waiting.get(team)!.find(({ adviser }) => !adviser) ?? []) : []);
    return heads.sort((a, b) => world.placeOf(a) - world.placeOf(b))[0];
  }

  /** Who waits for somebody who is free. */
  private firstReserved(): Conversation | undefined {
    const { world } = this;
    if (world.reserved.size === 0) return undefined;
    const own = [...world.agents.values()].filter((agent) => world.isFree(agent)).flatMap(({ id }) => world.reservedOf(id).slice(0, 1));
    if (own.length > 1) throw new Wrong(`${own.map(({ id }) => id)} wait though their advisers are free`);
    return own[0];
  }

  /** Who is to be given next: who waits for an agent who is free, or a higher priority in line. */
  private next(): Conversation | undefined {
    const [own, first] = [this.firstReserved(), this.firstInLine()];
    return own && !(first && first.priority > own.priority) ? own : first;
  }

  /** Whatever may be assigned is, to whom it is due: their adviser, else the least loaded, longest idle. */
  assigns(): void {
    const { world } = this;
    while (this.steps[0]?.type === 'assigned') {
      const { id, agent } = this.steps[0];
      const c = world.conversations.get(id);
      if (c?.state !== 'queued') throw new Wrong(`${id} is assigned out of ${c?.state}`);
      expect('next in line', id, this.next()?.id);
      const free = world.candidates(c.team).map(([one]) => one);
      const own = c.adviser ?? free.find((one) => one === world.adviserOf.get(c.shopper));
      if (own) world.count(c.adviser ? 'adviser came' : 'adviser preferred');
      expect(`next agent of ${c.team}`, agent, own ?? free[0]);
      world.notePace(c);
      world.place(c, 'assigned', agent);
      world.agent(agent).idleSince = world.clock;
      world.event(c, 'assigned', 'agent', agent);
      this.took(c, 'assigned', world.clock - c.since);
    }
    expect('who waits though somebody is free', this.next()?.id, undefined);
  }
}

/** The lists of what changed, and the hints that others are sent of it. */
export function checkAnswer(world: World, [, , conversations, queues, agents, , number]: Reply[]): void {
  const grown = [...world.grown].map((c) => [c.id, String(c.log.length), c.shopper, c.agent]);
  expect('conversations', rows(conversations as string[], 4), grown); // in the order in which they were given: so they are told
  const lines = [...world.queuesChanged].map((team) => world.queueSummary(team));
  expect('queues', rows(queues as string[], 7).sort(), lines.sort());
  const summaries = rows(agents as string[], 4);
  for (const summary of summaries) expect('agent', summary, world.agentSummary(summary[0]!));
  for (const [id, before] of world.summaries) {
    const now = world.agentSummary(id);
    if (String(now) !== before && !summaries.some(([listed]) => listed === id)) throw new Wrong(`${id} changed to ${now}, unsaid`);
  }
  const word = (text: string) => text || '-';
  for (const c of world.grown) {
    const words = `event ${c.id} ${c.log.length} ${c.shopper} ${word(c.agent)}`;
    const viewers = [...(world.views.get(c.id)?.keys() ?? [])];
    const around = c.agent ? [...world.agent(c.agent).nodes.keys()] : [];
    for (const to of c === world.opened ? ['all'] : new Set([...viewers, ...around])) world.tellLater(to, words);
  }
  for (const row of lines) world.tellLater('all', `queue ${row.map(word).join(' ')}`);
  for (const row of summaries) world.tellLater('all', `agent ${row.map(word).join(' ')}`);
  expect('number', number, world.expectedCount('all'));
}
