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
      const share = Math.round(stolen([result]) * 100);
      say(`  ${contender.name}: ${found.length ? found.join(', ') : 'nothing lost, repeated or out of order'}${share ? `; the host took ${share} % of the processors` : ''}`);
      return result;
    } finally {
      await crowd?.leave();
      await server.stop();
    }
  } finally {
    await redis.stop();
  }
}

/** What a host may take of the processors while something is measured that suffers by it. */
const CALM = 0.02;

export const stolen = (round: Load[]): number => Math.max(...round.map(({ stolen = 0 }) => stolen));

export interface Turns {
  times: number;
  fsync: Fsync;
  /** So many times more at most, until the host has left as many as are wanted alone; the calmest are told. */
  spare?: number;
}

/** So many times all of them in turn; by name. */
export async function alternate(contenders: Contender[], { times, fsync, spare = 0 }: Turns, context: Context, outcome: Outcome): Promise<Map<string, Load[]>> {
  const rounds: Load[][] = [];
  const calm = () => rounds.filter((round) => stolen(round) <= CALM).length;
  while (rounds.length < times || (calm() < times && rounds.length < times + spare)) {
    const round: Load[] = [];
    for (const contender of contenders) {
      context.say(`  ${contender.name}, run ${rounds.length + 1} of ${Math.max(times, rounds.length + 1)}`);
      round.push(await once(contender, fsync, context, outcome));
    }
    rounds.push(round);
  }
  rounds.sort((one, other) => stolen(one) - stolen(other)).splice(times);
  return new Map(contenders.map(({ name }, i) => [name, rounds.map((round) => round[i]!)]));
}
