// Servers and their load, one after the other on the same machine: each run has a Redis of its own, and runs that are
// compared alternate, so that what else the machine does meanwhile meets them all.
import { gather, type Crowd } from './crowd.ts';
import { load, wrongs, type Load, type LoadOptions } from './load.ts';
import type { Context, Outcome } from './figure.ts';
import { startRedis, type Fsync, type RedisServer } from './redis.ts';
import type { Server } from './servers.ts';

export interface Contender {
  name: string;
  start(redis: RedisServer): Promise<Server>;
  options: LoadOptions;
  /** Who else is there, on more servers of its kind. */
  crowd?: Crowd | undefined;
}

/** Into the outcome; what went wrong in it, by name. */
export function keep(outcome: Outcome, name: string, result: Load): string[] {
  const found = wrongs(result);
  outcome.raw.push({ name, load: result });
  outcome.wrongs.push(...found.map((wrong) => `${name}: ${wrong}`));
  return found;
}

export async function once(contender: Contender, fsync: Fsync, { say }: Context, outcome: Outcome): Promise<Load> {
  const redis = await startRedis(fsync);
  try {
    const server = await contender.start(redis);
    const crowd = contender.crowd && (await gather(() => contender.start(redis), contender.crowd));
    try {
      const result = await load({ server, redis }, contender.options);
      const found = keep(outcome, contender.name, result);
      say(`  ${contender.name}: ${found.length ? found.join(', ') : 'nothing lost, repeated or out of order'}`);
      return result;
    } finally {
      await crowd?.leave();
      await server.stop();
    }
  } finally {
    await redis.stop();
  }
}

/** So many times all of them in turn; by name. */
export async function alternate(
  contenders: Contender[],
  { times, fsync }: { times: number; fsync: Fsync },
  context: Context,
  outcome: Outcome,
): Promise<Map<string, Load[]>> {
  const results = new Map<string, Load[]>(contenders.map(({ name }) => [name, []]));
  for (let i = 0; i < times; i++) {
    for (const contender of contenders) {
      context.say(`  ${contender.name}, run ${i + 1} of ${times}`);
      results.get(contender.name)!.push(await once(contender, fsync, context, outcome));
    }
  }
  return results;
}
