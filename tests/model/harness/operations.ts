// What can happen, as plain records: a run is a list of them, and any part of the list can be run too (run.ts shrinks a
// failing one). Each is legal at any time; what is refused is as much a test as what is done.
import { fieldsOf } from '../../integration/harness/stream.ts';
import { SITE, type Settings, type World } from './world.ts';

/** ms: how much time passes before; below 0 Redis's clock is set back. */
export type Operation = { ms: number } & (
  | { kind: 'open'; id: string; shopper: string; team: string; customId: string }
  | { kind: 'failover' } // nothing is lost, for the model has one Redis: but its history is another one
  | { kind: 'begin_generation'; known: number; lost: '0' | '1' }
  | { kind: 'append'; id: string; role: 'shopper' | 'agent'; customId: string; behind: number }
  | { kind: 'propose_close'; id: string; agent: string; timeout: number }
  | { kind: 'confirm_close' | 'dispute_close'; id: string; shopper: string }
  | { kind: 'set_team'; team: string; settings: Settings }
  | { kind: 'set_priority'; id: string; agent: string; priority: number }
  | { kind: 'pick' | 'take_over'; id: string; agent: string }
  | { kind: 'transfer_to_agent'; id: string; agent: string; to: string }
  | { kind: 'transfer_to_team'; id: string; agent: string; team: string }
  | { kind: 'agent_connected'; agent: string; node: string; connections: number; capacity: number; teams: string }
  | { kind: 'agent_signed_out'; agent: string }
  | { kind: 'set_routing_status'; agent: string; status: string }
  | { kind: 'view'; id: string; node: string; flag: string }
  | { kind: 'unview'; id: string; node: string }
  | { kind: 'tick'; node: string; grace: number }
  | { kind: 'node_left'; node: string }
  | { kind: 'count_try'; window: number; account: string; network: string }
  | { kind: 'snapshot' }
  | { kind: 'load_conversation'; id: string }
  | { kind: 'load_shopper'; shopper: string }
  | { kind: 'list_of_shopper'; shopper: string; limit: number }
  | { kind: 'list_closed_by'; agent: string; limit: number }
  | { kind: 'list_queue'; teams: string; limit: number }
  | { kind: 'list_assigned'; agent: string; limit: number }
);

const READING = /^(snapshot|load_|list_)/;

function args(op: Operation): (string | number)[] {
  switch (op.kind) {
    case 'open':
      return [op.id, op.shopper, op.team, op.customId, `text of ${op.customId}`, `preview of ${op.id}`,
        `/page/${op.id}`, `title ${op.id}`];
    case 'set_team':
      return [op.team, ...Object.entries(op.settings).flat()];
    default: {
      const { kind: _kind, ms: _ms, ...rest } = op;
      return Object.values(rest);
    }
  }
}

/** The command a node would send. Undefined: no node would, as it knows that it may not. */
export function command(world: World, op: Operation): (string | number)[] | undefined {
  if (op.kind === 'failover') return undefined;
  if (op.kind !== 'append') {
    return [READING.test(op.kind) ? 'FCALL_RO' : 'FCALL', `shopbell_${op.kind}`, 1, `{${SITE}}`, ...args(op)];
  }
  const c = world.conversations.get(op.id);
  if (!c || c.state === 'closed' || (op.role === 'agent' && !c.agent)) return undefined;
  const seq = c.log.length + 1 - op.behind;
  const at = Math.max(0, c.log.length - 1 - op.behind);
  const event = fieldsOf(messageOf(world, op));
  if (seq < 2) return undefined;
  const top = c.generations[at]!;
  const generation = Math.max(world.generation, top);
  const id = `${generation}-${seq}`;
  if (generation === top) return ['XADD', `{${SITE}}:conv:${op.id}:log`, id, ...event];
  return ['FCALL', 'shopbell_append', 1, `{${SITE}}`, op.id, `${top}-${seq - 1}`, id, event[1]!];
}

export function messageOf(world: World, op: Operation & { kind: 'append' }): Record<string, string> {
  const c = world.conversations.get(op.id)!;
  const by = op.role === 'shopper' ? c.shopper : c.agent;
  const text = `text of ${op.customId}`;
  return { type: 'message', at: String(world.wall), role: op.role, by, custom_id: op.customId, text };
}

export function line(op: Operation): string {
  const { kind, ms, ...rest } = op;
  return `+${ms} ms ${kind} ${Object.entries(rest).map(([key, value]) => `${key}=${typeof value === 'object' ? JSON.stringify(value) : value}`).join(' ')}`;
}
