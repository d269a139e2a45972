// The state table of library.lua once more, as predictions: the world goes the way the answer's steps say, and each step
// must be the one that is due (whose turn it is, and with whom). What was not due, or stayed out, is an error.
import { Answer, checkAnswer, rows } from './answers.ts';
import { command, messageOf, type Operation } from './operations.ts';
import { read } from './reads.ts';
import { expect, getOr, NODE_DEAD_MS, Wrong, type Conversation, type World } from './world.ts';
import type { Reply } from '../../integration/harness/redis.ts';

type Op<K extends Operation['kind']> = Operation & { kind: K };

function findResend(world: World, c: Conversation, customId: string): number {
  const oldest = Math.max(0, c.log.length - world.limits.RESEND_WINDOW);
  for (let i = c.log.length - 1; i >= oldest; i--) {
    if (c.log[i]!['role'] === 'shopper' && c.log[i]!['custom_id'] === customId) return i + 1;
  }
  return 0;
}

function open(world: World, answer: Answer, op: Op<'open'>): void {
  const { id, shopper, customId } = op;
  const already = world.openOf.get(shopper);
  if (already) return answer.verdict('exists', already.id);
  const last = world.ofShopper.get(shopper)?.at(-1);
  const resent = last ? findResend(world, last, customId) : 0;
  if (last && resent) return answer.verdict('duplicate', last.id, resent, last.log[resent - 1]!['at']!, last.generations[resent - 1]!);

  const { overflow_team: other } = world.team(op.team);
  const team = [op.team, other].find((one) => one !== undefined && world.hasRoom(one));
  if (team === undefined) return answer.verdict('queue_full');

  const { wall, clock } = world;
  const overflowed = team !== op.team || undefined;
  if (overflowed) world.count('opened in the other team');
  const c: Conversation = {
    id, shopper, team, overflowed, ticket: ++world.tickets, priority: world.team(op.team).priority, state: 'queued', agent: '', openedAt: wall, queuedAt: wall, since: clock, log: [], generations: [],
  };
  world.conversations.set(id, c);
  getOr(world.ofShopper, shopper, () => []).push(c);
  world.openOf.set(shopper, c);
  world.opened = c;
  world.touch('ticket', 'teams', `shopper:${shopper}`, `shopper:${shopper}:convs`);
  const mayWait = world.queueHasRoom(team);
  world.place(c, 'queued', '');
  world.event(c, 'opened', 'shopper', shopper);
  answer.took(c, 'opened');
  world.event(c, 'message', 'shopper', shopper, { custom_id: customId, text: `text of ${customId}` });
  if (mayWait && world.reserve(c)) {
    world.event(c, 'queued', 'system', c.adviser!, { reason: 'reserved' });
    answer.took(c, 'queued');
  }
  answer.assigns();
  answer.verdict('ok', id, 2, wall, world.generation);
}

function close(world: World, answer: Answer, c: Conversation, role: string, by: string, reason: string): void {
  const agent = world.agent(c.agent);
  c.closedAt = world.wall;
  world.place(c, 'closed', c.agent);
  world.event(c, 'closed', role, by, { reason });
  answer.took(c, 'closed');
  agent.recent = [c.id, ...agent.recent].slice(0, 50);
  agent.idleSince = world.clock;
  world.touch(`agent:${agent.id}:recent`);
  answer.assigns();
}

/** Whom a request may concern; the verdict when it may not. */
function refused(c: Conversation | undefined, by: 'agent' | 'shopper', person: string, state: string): string | undefined {
  if (!c || (by === 'shopper' && c.shopper !== person)) return 'not_found';
  if (by === 'agent' && c.agent !== person) return 'not_yours';
  return c.state === state ? undefined : 'wrong_state';
}

function proposeClose(world: World, answer: Answer, op: Op<'propose_close'>): void {
  const c = world.conversations.get(op.id)!;
  const why = refused(c, 'agent', op.agent, 'assigned');
  if (why) return answer.verdict(why);
  world.place(c, 'closing', c.agent, world.clock + op.timeout);
  world.event(c, 'close_proposed', 'agent', c.agent);
  answer.took(c, 'close_proposed');
  answer.verdict('ok');
}

function answerClose(world: World, answer: Answer, op: Op<'confirm_close' | 'dispute_close'>): void {
  const c = world.conversations.get(op.id)!;
  const why = refused(c, 'shopper', op.shopper, 'closing');
  if (why) return answer.verdict(why);
  if (op.kind === 'confirm_close') {
    close(world, answer, c, 'shopper', c.shopper, 'confirmed');
  } else {
    world.place(c, 'assigned', c.agent);
    world.event(c, 'close_disputed', 'shopper', c.shopper);
    answer.took(c, 'close_disputed');
  }
  answer.verdict('ok');
}

function give(world: World, answer: Answer, c: Conversation, to: string, more: Record<string, string>, waited?: number): void {
  world.place(c, 'assigned', to);
  world.agent(to).idleSince = world.clock;
  world.event(c, 'assigned', 'agent', to, more);
  answer.took(c, 'assigned', waited);
  answer.assigns();
  answer.verdict('ok');
}

function take(world: World, answer: Answer, op: Op<'pick' | 'take_over'>): void {
  const { kind, agent } = op;
  const c = world.conversations.get(op.id);
  if (c?.agent === agent && c.state !== 'closed') return answer.verdict('ok');
  if (!c || !world.agents.get(agent)?.teams.includes(c.team)) return answer.verdict('not_found');
  const states = kind === 'pick' ? ['queued'] : ['assigned', 'closing'];
  if (!states.includes(c.state)) return answer.verdict('wrong_state');
  const why = world.noRoom(agent, true);
  if (why) return answer.verdict(why);
  if (kind === 'take_over') return give(world, answer, c, agent, { reason: 'taken_over' });
  world.notePace(c);
  give(world, answer, c, agent, { reason: 'picked' }, world.clock - c.since);
}

function transfer(world: World, answer: Answer, op: Op<'transfer_to_agent' | 'transfer_to_team'>): void {
  const { agent } = op;
  const c = world.conversations.get(op.id);
  if (!c) return answer.verdict('not_found');
  if (c.agent !== agent) return answer.verdict('not_yours');
  if (c.state !== 'assigned' && c.state !== 'closing') return answer.verdict('wrong_state');
  if (op.kind === 'transfer_to_agent') {
    const why = op.to === agent ? 'wrong_state' : world.noRoom(op.to, false);
    return why ? answer.verdict(why) : give(world, answer, c, op.to, { reason: 'transferred' });
  }
  const { team } = op;
  if (world.agents.get(agent)!.teams.includes(team) && world.team(team).routing !== 'manual') {
    const other = world.candidates(team).find(([id]) => id !== agent)?.[0];
    if (!other) return answer.verdict('agent_away');
    c.team = team;
    return give(world, answer, c, other, { reason: 'transferred', team });
  }
  Object.assign(c, { team, queuedAt: world.wall, since: world.clock });
  world.place(c, 'queued', '');
  world.event(c, 'queued', 'agent', agent, { reason: 'transferred', team });
  answer.took(c, 'queued');
  answer.assigns();
  answer.verdict('ok');
}

function setPriority(world: World, answer: Answer, op: Op<'set_priority'>): void {
  const c = world.conversations.get(op.id);
  if (!c || !world.agents.get(op.agent)?.teams.includes(c.team)) return answer.verdict('not_found');
  if (c.state !== 'queued') return answer.verdict('wrong_state');
  c.priority = op.priority;
  world.sort(c.team);
  if (c.adviser) world.touch(`agent:${c.adviser}:reserved`, `reserved:${c.team}`);
  else world.queueMoved(c.team);
  world.event(c, 'queued', 'agent', op.agent, { reason: 'prioritized' });
  answer.took(c, 'queued');
  answer.verdict('ok');
}

function setTeam(world: World, answer: Answer, { team, settings }: Op<'set_team'>): void {
  world.settings.set(team, settings);
  world.touch(`team:${team}`);
  const reserved = (world.waiting.get(team) ?? []).filter(({ adviser }) => adviser);
  if (settings.routing === 'manual') release(world, answer, reserved);
  if (settings.routing === 'manual') world.count('manual');
  answer.assigns();
  answer.verdict('ok');
}

function release(world: World, answer: Answer, list: Conversation[]): void {
  for (const c of list) {
    const adviser = c.adviser!;
    world.release(c);
    world.event(c, 'queued', 'system', adviser, { reason: 'released' });
    answer.took(c, 'queued');
  }
}

function agentConnected(world: World, answer: Answer, op: Op<'agent_connected'>): void {
  const agent = world.agent(op.agent);
  world.touchLoad(op.agent);
  world.touch('agents', 'gone', `agent:${op.agent}:nodes`, `node:${op.node}:agents`);
  Object.assign(agent, { connected: true, capacity: op.capacity, teams: op.teams.split(',') });
  if (op.connections > 0) {
    agent.nodes.set(op.node, op.connections);
    getOr(world.agentsOf, op.node, () => new Set()).add(op.agent);
    world.heardOf(op.node);
    world.gone.delete(op.agent);
    agent.idleSince ??= world.clock;
  } else {
    world.agentLeftNode(op.agent, op.node, world.clock);
  }
  world.touchLoad(op.agent);
  release(world, answer, world.reservedOf(op.agent).filter(({ team }) => !agent.teams.includes(team)));
  answer.assigns();
  answer.verdict('ok');
}

function requeueAll(world: World, answer: Answer, id: string): void {
  const agent = world.agent(id);
  release(world, answer, world.reservedOf(id).slice(0, world.limits.BATCH));
  while (agent.holds.size > 0) {
    const c = world.conversations.get(answer.steps[0]?.id ?? '');
    if (!c || !agent.holds.has(c)) throw new Wrong(`${id} is gone and keeps ${[...agent.holds].map((held) => held.id)}`);
    Object.assign(c, { queuedAt: world.wall, since: world.clock });
    world.place(c, 'queued', '');
    world.event(c, 'queued', 'system', id, { reason: 'agent_left' });
    answer.took(c, 'queued');
  }
  answer.assigns();
}

/** What is due by then, the earliest first, in one batch. */
function due(world: World, all: Iterable<[string, number]>, until: number): string[] {
  const overdue = [...all].filter(([, at]) => at <= until);
  overdue.sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1));
  return overdue.slice(0, world.limits.BATCH).map(([id]) => id);
}

function overflow(world: World, answer: Answer): void {
  const planned = [...world.waiting.values()].flat().filter(({ overflowAt }) => overflowAt !== undefined);
  for (const id of due(world, planned.map((c) => [c.id, c.overflowAt!] as [string, number]), world.clock)) {
    const c = world.conversations.get(id)!;
    const other = world.team(c.team).overflow_team;
    world.touch('overflow');
    if (c.state !== 'queued' || other === undefined) {
      c.overflowAt = undefined;
    } else if (world.hasRoom(other)) {
      world.overflow(c, other);
      world.event(c, 'queued', 'system', '', { reason: 'overflowed', team: other });
      answer.took(c, 'queued');
      answer.assigns();
    } else {
      world.count('the other team is full');
      world.planOverflow(c);
    }
  }
}

function tick(world: World, answer: Answer, op: Op<'tick'>): void {
  const known = world.nodes.has(op.node) && world.beaten.has(op.node);
  world.touch('nodes', 'beaten', 'gone', 'deadlines', 'clock');
  world.beat = { wall: world.wall, now: world.clock };
  world.nodes.set(op.node, world.clock);
  world.beaten.add(op.node);
  for (const node of due(world, world.nodes, world.clock - NODE_DEAD_MS)) world.bury(node, world.nodes.get(node)!);
  for (const agent of due(world, world.gone, world.clock - op.grace)) {
    world.gone.delete(agent);
    requeueAll(world, answer, agent);
  }
  const deadlines = [...world.closing].map(({ id, deadline }) => [id, deadline!] as [string, number]);
  for (const id of due(world, deadlines, world.clock)) {
    close(world, answer, world.conversations.get(id)!, 'system', '', 'timed_out');
  }
  for (const id of due(world, [...world.reserved].map((c) => [c.id, c.reservedUntil!] as [string, number]), world.clock)) {
    const c = world.conversations.get(id)!;
    if (!c.adviser) continue;
    release(world, answer, [c]);
    answer.assigns();
  }
  overflow(world, answer);
  const queued = [...world.waiting.values()].reduce((sum, line) => sum + line.length, 0);
  const held = [...world.agents.values()].reduce((sum, { holds }) => sum + holds.size, 0);
  const hints = [op.node, 'all'].map((channel) => world.hints.get(channel) ?? 0);
  answer.verdict('ok', queued, held - world.closing.size, world.closing.size, ...hints, Number(known));
}

function view(world: World, answer: Answer, op: Op<'view'>): void {
  world.view(op.id, op.node, op.flag);
  const others = [...world.views.get(op.id)!].filter(([node]) => node !== op.node);
  const found = rows(answer.reply[1] as string[], 2).sort();
  expect('others who look', [answer.reply[0], found], ['ok', others.sort()]);
}

function countTry(world: World, answer: Answer, op: Op<'count_try'>): void {
  const counts = [op.account, op.network].map((who) => world.try(who));
  const found = rows(answer.reply[1] as string[], 2);
  expect('tries', found.map(([count]) => Number(count)), counts);
  const ends = found.every(([, left]) => Number(left) > 0 && Number(left) <= op.window);
  expect('tries that end', [answer.reply[0], ends], ['ok', true]);
}

function signedOut(world: World, answer: Answer, { agent }: Op<'agent_signed_out'>): void {
  if (!world.agents.get(agent)?.nodes.size) {
    world.gone.delete(agent);
    world.touch('gone');
    requeueAll(world, answer, agent);
  }
  answer.verdict('ok');
}

function append(world: World, op: Op<'append'>, reply: Reply | Error): void {
  if (op.behind > 0) {
    const refused = reply instanceof Error || (reply as Reply[])[0] === 'conflict';
    if (!refused) throw new Wrong(`Redis took a seq it had: ${reply}`);
    return world.count('append refused');
  }
  const c = world.conversations.get(op.id)!;
  c.log.push(messageOf(world, op));
  world.stamp(c);
  const isFirst = Array.isArray(reply);
  if (isFirst) expect('verdict', reply[0], 'ok');
  else expect('id', reply, `${c.generations.at(-1)}-${c.log.length}`);
  if (isFirst) world.count('append first');
  world.count('append taken');
}

function beginGeneration(world: World, answer: Answer, { known, lost }: Op<'begin_generation'>): void {
  const { heard, generation, history } = world;
  const number = heard < 0 ? -1 : generation;
  if (heard !== history || (lost === '1' && number <= known)) {
    const last = Math.max(number, known);
    world.generation = last < 0 ? 0 : Math.max(last + 1, world.wall);
    world.heard = history;
    world.touch('generation');
    world.count(last < 0 ? 'first generation' : lost === '1' && heard === history ? 'generation after a loss' : 'generation');
  }
  answer.verdict('ok', world.generation);
}

/** The step as the world takes it; throws what is wrong with the answer. */
export function apply(world: World, op: Operation, reply: Reply | Error): void {
  if (op.kind === 'append') return append(world, op, reply);
  if (op.kind === 'failover') return;
  if (reply instanceof Error) throw new Wrong(`${command(world, op)!.slice(0, 2).join(' ')}: ${reply.message}`);
  const answer = new Answer(world, reply as Reply[]);
  world.count(`${op.kind} ${answer.reply[0]}`);
  switch (op.kind) {
    case 'begin_generation': beginGeneration(world, answer, op); break;
    case 'open': open(world, answer, op); break;
    case 'propose_close': proposeClose(world, answer, op); break;
    case 'confirm_close':
    case 'dispute_close': answerClose(world, answer, op); break;
    case 'set_team': setTeam(world, answer, op); break;
    case 'set_priority': setPriority(world, answer, op); break;
    case 'pick':
    case 'take_over': take(world, answer, op); break;
    case 'transfer_to_agent':
    case 'transfer_to_team': transfer(world, answer, op); break;
    case 'agent_connected': agentConnected(world, answer, op); break;
    case 'agent_signed_out': signedOut(world, answer, op); break;
    case 'set_routing_status':
      world.agent(op.agent).status = op.status;
      world.touchLoad(op.agent);
      answer.assigns();
      answer.verdict('ok', op.status);
      break;
    case 'view': return view(world, answer, op);
    case 'count_try': return countTry(world, answer, op);
    case 'unview': world.leave(op.id, op.node); answer.verdict('ok'); break;
    case 'tick': tick(world, answer, op); break;
    case 'node_left': world.bury(op.node, world.clock); answer.verdict('ok'); break;
    default: return read(world, answer, op);
  }
  expect('steps that were not due', answer.steps, []);
  checkAnswer(world, answer.reply);
}
