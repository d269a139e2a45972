// Runs a list of operations, or makes one from a seed, against a fresh site; and makes a failing list short.
import { type Redis } from '../../integration/harness/redis.ts';
import { checkChanges, checkEverything, type Changes } from './checks.ts';
import { Generator, type Profile } from './generator.ts';
import { libraryLimits, withLimits, type Bench, type Limits } from './library.ts';
import { command, line, type Operation } from './operations.ts';
import { Random } from './random.ts';
import { apply } from './transitions.ts';
import { World } from './world.ts';

export const EVERYTHING_EACH = 250; // steps
const SHRINK_MS = 8000;

export type Tally = ReadonlyMap<string, number>;
export type Failure = { step: number; why: string; done: Operation[] };
type Source = { next(world: World): Operation | undefined };

/** One step, in one round trip: what it answers, and what it wrote. */
async function take(redis: Redis, world: World, op: Operation): Promise<void> {
  world.pass(op.ms);
  if (op.kind === 'failover') world.history++;
  const asked = command(world, op);
  if (!asked) return;
  world.begin();
  const log = asked[0] === 'XADD' ? [['SADD', 'model:written', asked[1]!]] : []; // the node's own command
  const all = [['MSET', 'model:clock', world.wall, 'model:history', `h${world.history}`], asked, ...log, ['FCALL', 'model_changes', 0]];
  const replies = await redis.together(all);
  const changes = replies.at(-1)!;
  if (changes instanceof Error) throw changes;
  apply(world, op, replies[1]!);
  await checkChanges(redis, world, changes as unknown as Changes);
}

async function play(redis: Redis, limits: Limits, source: Source): Promise<Failure | Tally> {
  await redis.call('FLUSHALL');
  const world = new World(limits);
  const done: Operation[] = [];
  for (;;) {
    const op = source.next(world);
    try {
      if (op) {
        done.push(op);
        await take(redis, world, op);
      }
      if (!op || done.length % EVERYTHING_EACH === 0) await checkEverything(redis, world);
    } catch (error) {
      const why = error instanceof Error ? error : new Error(String(error));
      return { step: done.length, why: why.constructor.name === 'Wrong' ? why.message : why.stack!, done };
    }
    if (!op) return world.tally;
  }
}

export const isTally = (result: Failure | Tally): result is Tally => result instanceof Map;

function repeat(operations: Operation[]): Source {
  let at = 0;
  return { next: () => operations[at++] };
}

/** Leaves out ever smaller parts as long as it still fails; the deadline bounds it. */
async function shrink(redis: Redis, limits: Limits, failure: Failure): Promise<Failure> {
  const deadline = Date.now() + SHRINK_MS;
  let best = failure;
  for (let part = best.done.length >> 1; part >= 1; part >>= 1) {
    for (let at = 0; at < best.done.length - 1 && Date.now() < deadline; ) {
      const rest = [...best.done.slice(0, at), ...best.done.slice(at + part)];
      const result = await play(redis, limits, repeat(rest));
      if (isTally(result)) at += part;
      else best = result;
    }
  }
  return best;
}

const last = (ops: Operation[], count: number) =>
  ops.slice(-count).map((op, i) => `  ${Math.max(0, ops.length - count) + i + 1} ${line(op)}`).join('\n');

export type Run = { seed: number; profile: Profile; steps: number };

function limitsOf(library: string, profile: Profile): Limits {
  return profile.limits ?? libraryLimits(library);
}

/** What goes wrong first, or all that went well. */
export async function firstFailure(bench: Bench, library: string, { seed, profile, steps }: Run): Promise<Failure | Tally> {
  const limits = limitsOf(library, profile);
  await bench.load(withLimits(library, limits));
  const random = new Random(seed);
  let left = steps;
  let generator: Generator | undefined;
  const next = (world: World) => {
    generator ??= new Generator(random, profile, world);
    return left-- > 0 ? generator.operation() : undefined;
  };
  return play(bench.redis, limits, { next });
}

/** Throws the whole story of what went wrong. */
export async function run(bench: Bench, library: string, what: Run): Promise<Tally> {
  const result = await firstFailure(bench, library, what);
  if (isTally(result)) return result;
  const short = await shrink(bench.redis, limitsOf(library, what.profile), result);
  const story = [
    `SEED=${what.seed}, step ${result.step} (${what.profile.name}): ${result.why}`,
    `the last steps:\n${last(result.done, 20)}`,
    `${short.step} steps are enough: ${short.why}\n${last(short.done, 40)}`,
  ];
  throw new Error(story.join('\n\n'));
}
