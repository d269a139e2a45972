// Very many wait: a step of the queue is told to those in front at once and to everybody in time, for few look-ups.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { agent } from './harness/client.ts';
import { startServer } from './harness/server.ts';
import { pause, until } from './harness/until.ts';
import { queueUp, type Waiter } from './harness/waiters.ts';

const WAITING = 2000;
const STEPS = 40;
const EXACT = 20;

const sites = { line: { agents: { maya: { capacity: 100 }, jonas: { capacity: 3 }, kofi: { teams: ['orders'], capacity: 1 } } } };
const east = await startServer({ sites });
const west = await startServer({ sites, flags: ['--redis', `unix:${join(east.data, 'redis.sock')}`] });
after(async () => {
  await west.close();
  await east.close();
});
const redis = await east.redis();

/** How often Redis was asked for a place, and how often for anything. */
async function calls(): Promise<{ places: number; all: number }> {
  const text = String(await redis.call('INFO', 'commandstats'));
  const counts = [...text.matchAll(/^cmdstat_(\S+?):calls=(\d+)/gm)].map(([, name, count]) => [name, Number(count)] as const);
  return { places: new Map(counts).get('zrank') ?? 0, all: counts.reduce((sum, [, count]) => sum + count, 0) };
}

/** Exact for those in front; for nobody worse, or better, than it is by more than a tenth. */
function wrong(line: Waiter[]): string[] {
  return line.flatMap(({ place = 0 }, i) => {
    const is = i + 1;
    const right = is <= EXACT ? place === is : place * 10 <= is * 11 && place * 11 >= is * 10;
    return right ? [] : [`at ${is}: ${place}`];
  });
}

async function told(what: string, line: Waiter[]): Promise<void> {
  await until(what, () => wrong(line).length === 0).catch(() => assert.deepEqual(wrong(line), [], what));
}

function percentile(values: number[], part: number): number {
  return Math.round([...values].sort((a, b) => a - b)[Math.ceil(values.length * part) - 1]!);
}

test(`a step of a queue of ${WAITING} is told in time and costs few look-ups`, { timeout: 120_000 }, async (t) => {
  const maya = await agent(west, 'line', 'maya');
  await maya.must('set_routing_status', { status: 'away' });
  const line = await queueUp([east, west], 'line', WAITING, () => redis.list('ZRANGE', '{line}:queue:support', 0, -1));
  assert.equal(line.length, WAITING);
  await told('everybody is told their first place', line);

  const left: Waiter[] = [];
  const step = async (index: number): Promise<number> => {
    const [waiter] = line.splice(index, 1) as [Waiter];
    left.push(waiter);
    await maya.must('pick_conversation', { conversation_id: waiter.conversation });
    const picked = performance.now();
    const next = line[index]!;
    await told('those in front know', line.slice(0, EXACT));
    return Math.max(0, next.toldAt - picked);
  };
  const before = await calls();
  const waits: number[] = [];
  for (let i = 0; i < STEPS; i++) {
    waits.push(await step(0));
    await told('and so does everybody else, as far as it concerns them', line);
  }
  await pause(500);
  const after = await calls();
  const places = (after.places - before.places) / STEPS;
  const all = Math.round((after.all - before.all) / STEPS);
  t.diagnostic(
    `note: ${WAITING} waiting on two servers: ${places.toFixed(1)} look-ups a step, ${all} commands with all that Redis did besides; ` +
      `the next in line heard after ${percentile(waits, 0.5)} ms, p99 ${percentile(waits, 0.99)}`,
  );
  assert.ok(places <= EXACT + 1.5 * 11 * Math.log(WAITING / EXACT), `${places} look-ups a step`);

  // Whoever leaves from the middle moves only those behind; three who go at once are three steps.
  for (const index of [EXACT - 1, 5, 900]) await step(index);
  await told('after some left from the middle', line);
  await agent(east, 'line', 'jonas');
  left.push(...line.splice(0, 3));
  await told('after three went at once', line);
  assert.deepEqual(left.filter(({ late, assigned }) => late > 0 || !assigned), []);

  // One who comes back from another team to the old place: everybody behind it moves by one.
  const back = left[0]!;
  await maya.must('transfer_conversation', { conversation_id: back.conversation, team: 'orders' });
  await until('it is in the other line', () => back.place === 1);
  await told('and nobody else has moved', line);
  back.place = undefined;
  const kofi = await agent(west, 'line', 'kofi');
  await kofi.must('transfer_conversation', { conversation_id: (await kofi.given()).id, team: 'support' });
  line.unshift(back);
  await told('and all behind it have', line);
});
