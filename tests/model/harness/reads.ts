// What the functions that only read must answer.
import { rows, type Answer } from './answers.ts';
import type { Operation } from './operations.ts';
import { byScore, expect, type Conversation, type World } from './world.ts';

function recordOf(world: World, c: Conversation): (string | number)[] {
  const shopper = world.ofShopper.get(c.shopper)!.at(-1)!;
  return [
    c.id, c.state, c.shopper, c.team, c.agent, `preview of ${c.id}`, c.openedAt, c.queuedAt, c.closedAt ?? '', c.priority, c.adviser ?? '', c.log.length,
    '', '', `/page/${shopper.id}`, `title ${shopper.id}`, '', '', '', '',
  ];
}

function records(world: World, answer: Answer, found: (Conversation | undefined)[]): void {
  answer.verdict('ok', ...found.flatMap((c) => (c ? recordOf(world, c) : [])));
}

function loadShopper(world: World, answer: Answer, shopper: string): void {
  const last = world.ofShopper.get(shopper)?.at(-1);
  const page = last ? [`/page/${last.id}`, `title ${last.id}`] : ['', ''];
  answer.verdict('ok', '', '', ...page, world.openOf.get(shopper)?.id ?? '', last?.id ?? '');
}

function snapshot(world: World, answer: Answer): void {
  answer.verdict('ok');
  const agents = [...world.agents.values()].filter(({ connected }) => connected).map(({ id }) => world.agentSummary(id));
  expect('queues', rows(answer.reply[3] as string[], 7).sort(), [...world.waiting.keys()].map((team) => world.queueSummary(team)).sort());
  expect('agents', rows(answer.reply[4] as string[], 4).sort(), agents.sort());
  expect('number', answer.reply[6], world.hints.get('all') ?? 0);
}

/** What others have in the agent's teams, as far as is looked at: oldest first. */
function withOthers(world: World, agent: string): Conversation[] {
  const teams = world.agents.get(agent)?.teams ?? [];
  const others = [...world.agents.values()].filter(({ id }) => id !== agent).sort((a, b) => (a.id < b.id ? -1 : 1));
  const held = others.flatMap(({ holds }) => [...holds].sort((a, b) => (a.id < b.id ? -1 : 1)));
  if (held.length > world.limits.LOOK_MAX) world.count('more in hand than is looked at');
  const seen = held.slice(0, world.limits.LOOK_MAX).filter(({ team }) => teams.includes(team));
  return seen.sort((a, b) => byScore([a.id, a.openedAt], [b.id, b.openedAt]));
}

/** Nothing may have changed. */
export function read(world: World, answer: Answer, op: Operation): void {
  const of = (id: string) => world.conversations.get(id);
  switch (op.kind) {
    case 'snapshot': return snapshot(world, answer);
    case 'load_conversation': return records(world, answer, [of(op.id)]);
    case 'load_shopper': return loadShopper(world, answer, op.shopper);
    case 'list_of_shopper':
      return records(world, answer, (world.ofShopper.get(op.shopper) ?? []).slice(-op.limit).reverse());
    case 'list_closed_by':
      return records(world, answer, (world.agents.get(op.agent)?.recent ?? []).slice(0, op.limit).map(of));
    case 'list_queue': {
      const lines = op.teams.split(',').map((team) => world.waiting.get(team) ?? []);
      return records(world, answer, lines.flatMap((line) => line.slice(0, op.limit)));
    }
    case 'list_assigned': return records(world, answer, withOthers(world, op.agent).slice(0, op.limit));
    default: throw new Error(`no such operation: ${op.kind}`);
  }
}
