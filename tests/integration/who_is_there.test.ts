// The pages of those who wait hear that the first agent came, and that the last one left: on either server, and soon.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { agent } from './harness/client.ts';
import { startServer } from './harness/server.ts';
import { pause, until } from './harness/until.ts';
import { queueUp, type Waiter } from './harness/waiters.ts';

const PROMISED_MS = 1000;
const ROUNDS = 5; // of each site
const PAGES = 6;
const SITES = Array.from({ length: 20 }, (_, i) => `there${i}`);

const sites = Object.fromEntries(SITES.map((site) => [site, { agents: { maya: { capacity: 1 } } }]));
const east = await startServer({ sites });
const west = await startServer({ sites, flags: ['--redis', `unix:${join(east.data, 'redis.sock')}`] });
after(async () => {
  await west.close();
  await east.close();
});

/** How long until the last of the pages has heard that the team is there, or is not. */
async function heard(pages: Waiter[], there: boolean, since: number): Promise<number> {
  await until('all have heard', () => pages.every((page) => page.there === there));
  return Math.max(...pages.map(({ thereAt }) => thereAt)) - since;
}

async function trials(site: string, came: number[], left: number[]): Promise<void> {
  const redis = await east.redis();
  const pages = await queueUp([east, west], site, PAGES, () => redis.list('ZRANGE', `{${site}}:queue:support`, 0, -1));
  const first = await agent(east, site, 'maya');
  west.tokens.set(`${site}/maya`, first.token);
  await heard(pages, true, 0);
  await first.close();
  await heard(pages, false, 0);
  for (let round = 0; round < ROUNDS; round++) {
    await pause(Math.random() * 100); // at any moment between two ticks
    let since = performance.now();
    const maya = await agent(round % 2 ? west : east, site, 'maya');
    came.push(await heard(pages, true, since));
    await pause(Math.random() * 100);
    since = performance.now();
    if (round % 2) maya.socket.terminate();
    else void maya.close();
    left.push(await heard(pages, false, since));
  }
}

function percentile(values: number[], part: number): number {
  return Math.round([...values].sort((a, b) => a - b)[Math.ceil(values.length * part) - 1]!);
}

test('all who wait hear that the first agent came, and that the last one left', { timeout: 120_000 }, async (t) => {
  const came: number[] = [];
  const left: number[] = [];
  await Promise.all(SITES.map((site) => trials(site, came, left)));
  for (const [what, times] of [['came', came], ['left', left]] as const) {
    t.diagnostic(
      `note: ${times.length} times an agent ${what}, ${PAGES} pages on two servers: ` +
        `the last page heard after ${percentile(times, 0.5)} ms, p99 ${percentile(times, 0.99)}, promised ${PROMISED_MS}`,
    );
  }
  assert.equal(left.length, SITES.length * ROUNDS);
  assert.ok(percentile(came, 0.5) < PROMISED_MS && percentile(left, 0.5) < PROMISED_MS);
});
