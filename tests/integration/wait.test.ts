// How long those in line will wait, from how fast the line has moved.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { agent, shopper, type Client } from './harness/client.ts';
import { startServer } from './harness/server.ts';
import { pause } from './harness/until.ts';

const PACE_MS = 400;
const server = await startServer({ sites: { wait: { agents: { maya: { capacity: 1 } } }, away: { agents: { maya: { capacity: 1 } } } } });
after(() => server.close());

async function line(site: string, length: number): Promise<{ clients: Client[]; ids: string[] }> {
  const clients = [];
  const ids = [];
  for (let i = 0; i < length; i++) {
    const client = await shopper(server, site);
    ids.push((await client.start(`Number ${i}`)).conversation.id);
    clients.push(client);
  }
  return { clients, ids };
}

async function solve(maya: Client, client: Client, conversation_id: string): Promise<void> {
  await maya.must('propose_close', { conversation_id });
  await client.event('close_proposed');
  await client.must('confirm_close', { conversation_id });
}

test('after three who left the line the others are told how long, and whoever comes is told at once', async () => {
  const maya = await agent(server, 'wait', 'maya');
  const { clients, ids } = await line('wait', 7);
  for (let i = 0; i < 4; i++) {
    await pause(PACE_MS);
    await solve(maya, clients[i]!, ids[i]!);
  }
  const last = clients[6]!;
  const told = await last.push('queue_position_updated', ({ position }) => position === 2);
  const { wait_p50_ms: p50, wait_p90_ms: p90 } = told;
  assert.ok(p50! > PACE_MS && p50! < 20 * PACE_MS, `p50 ${p50}`);
  assert.ok(p90! >= p50!, `p50 ${p50}, p90 ${p90}`);
  const before = (await last.untaken('queue_position_updated')).filter(({ position }) => position > 4);
  assert.ok(before.every(({ wait_p50_ms }) => wait_p50_ms === undefined));

  const again = await shopper(server, 'wait', { token: last.token, cursors: [] });
  assert.equal(again.login.conversations[0]?.queue_position, 2);
  assert.ok(again.login.conversations[0]?.wait_p50_ms);
  const redis = await server.redis();
  assert.equal(Number(await redis.call('LLEN', '{wait}:pace:support:times')), 4);
});

test('with nobody there nothing is said of the time', async () => {
  const redis = await server.redis();
  await redis.call('HSET', '{away}:pace:support', 'count', 9, 'mean', 60_000, 'deviation', 30_000);
  const { clients } = await line('away', 1);
  const told = await clients[0]!.untaken('queue_position_updated');
  assert.ok(told.every(({ wait_p50_ms }) => wait_p50_ms === undefined));
});
