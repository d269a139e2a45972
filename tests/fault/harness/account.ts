// What is in a stream, held against what its writers were told and what its readers saw.
import type { Redis } from '../../integration/harness/redis.ts';
import type { Acked, Talker } from './talker.ts';

export interface Account {
  /** Of all writers. */
  acknowledged: number;
  /** Acknowledged, and not in the stream. */
  lost: number;
  /** In the stream more often than once, by writer and custom_id. */
  duplicated: number;
  /** Not in the place that the ack named, or behind one that its writer wrote later; or a seq is missing or doubled. */
  out_of_order: number;
}

/** One after the other, as each writer sent them. */
function outOfOrder(acked: Acked[], seqs: Map<string, number>): number {
  const stored = acked.filter(({ custom_id }) => seqs.has(custom_id));
  const misplaced = stored.filter(({ custom_id, seq }) => seqs.get(custom_id) !== seq);
  const behind = stored.filter(({ custom_id }, i) => i > 0 && seqs.get(custom_id)! < seqs.get(stored[i - 1]!.custom_id)!);
  return misplaced.length + behind.length;
}

/** Of one conversation; `writers` wrote one message after the other, each custom_id once. */
export async function account(redis: Redis, site: string, conversation_id: string, writers: Talker[]): Promise<Account> {
  const stored = await redis.events(site, conversation_id);
  const ids = stored.flatMap(({ custom_id }) => custom_id ?? []);
  const seqs = new Map(stored.flatMap(({ custom_id }, i) => (custom_id ? [[custom_id, i + 1] as const] : [])));
  const gaps = stored.filter(({ id }, i) => Number(id?.split('-')[1]) !== i + 1).length;
  const acked = writers.map((writer) => writer.acked.filter((one) => one.conversation_id === conversation_id));
  return {
    acknowledged: acked.flat().length,
    lost: acked.flat().filter(({ custom_id }) => !seqs.has(custom_id)).length,
    duplicated: ids.length - seqs.size,
    out_of_order: gaps + acked.reduce((sum, one) => sum + outOfOrder(one, seqs), 0),
  };
}

export function addAccount(to: { count(figure: string, more: number): void }, account: Account): void {
  for (const [figure, value] of Object.entries(account)) to.count(figure, value);
}

/** Frees its agent for those who come next; the account of it has been taken. */
export async function closeConversation(redis: Redis, site: string, id: string): Promise<void> {
  const { agent, shopper } = await redis.hash(`{${site}}:conv:${id}`);
  await redis.call('FCALL', 'shopbell_propose_close', 1, `{${site}}`, id, agent!, 60_000);
  await redis.call('FCALL', 'shopbell_confirm_close', 1, `{${site}}`, id, shopper!);
}
