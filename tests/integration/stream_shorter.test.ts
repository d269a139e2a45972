// A failover may lose the end of what was acknowledged. Here the stream is put back by hand, which is the same to the server.
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { agent, shopper, type Client } from './harness/client.ts';
import { get } from './harness/http.ts';
import type { Redis } from './harness/redis.ts';
import { startServer, type Server } from './harness/server.ts';
import { until } from './harness/until.ts';

interface Scene {
  server: Server;
  redis: Redis;
  anna: Client;
  maya: Client;
  id: string;
  /** Makes the stream what it was after `last`, then lets all connections to Redis go. */
  putBack: () => Promise<void>;
}

async function scene(t: TestContext): Promise<Scene> {
  const server = await startServer();
  t.after(() => server.close());
  const maya = await agent(server, 'shop', 'maya');
  const anna = await shopper(server, 'shop');
  const { id } = (await anna.start('Hello')).conversation;
  await maya.given();
  for (const number of [4, 5, 6, 7]) assert.equal((await anna.send(id, `Message ${number}`)).seq, number);
  const redis = await server.redis();
  await redis.call('COPY', `{shop}:conv:${id}:log`, 'kept');
  for (const number of [8, 9, 10]) await anna.send(id, `Lost ${number}`, `custom-${number}`);
  const putBack = async () => {
    await redis.call('COPY', 'kept', `{shop}:conv:${id}:log`, 'REPLACE');
  };
  return { server, redis, anna, maya, id, putBack };
}

async function cutLinks({ redis }: Scene): Promise<void> {
  await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
}

async function lostCount(server: Server): Promise<number> {
  return Number(/^shopbell_events_lost_total (\d+)$/m.exec((await get(server, '/metrics')).body)?.[1]);
}

async function logged({ server }: Scene, words: string): Promise<void> {
  await until(`the log says ${words}`, () => server.log().includes(words));
}

function backWith(client: Client, id: string) {
  return { token: client.token, cursors: [{ conversation_id: id, seq: 10 }] };
}

describe('a stream that is shorter than what was read of it', { concurrency: true }, () => {
  test('is noticed, nothing is written behind a gap, and those who looked come back', async (t) => {
    const s = await scene(t);
    await s.putBack();
    await cutLinks(s);
    for (const client of [s.anna, s.maya]) assert.equal((await client.closed).code, 1013);
    await logged(s, `event=stream_shorter conversation=${s.id} had=10 has=7 lost=3`);
    assert.equal(await lostCount(s.server), 3);
    const anna = await shopper(s.server, 'shop', backWith(s.anna, s.id));
    assert.equal(anna.login.conversations[0]?.last_seq, 7);
    assert.deepEqual(anna.lines(s.id).at(-1), '7 Message 7');
    const offered = await anna.must('send_event', { conversation_id: s.id, custom_id: 'custom-8', text: 'Lost 8' });
    assert.deepEqual([offered.seq, offered.duplicate], [8, false]);
    const maya = await agent(s.server, 'shop', 'maya', { cursors: [{ conversation_id: s.id, seq: 10 }] });
    assert.deepEqual(maya.lines(s.id), anna.lines(s.id));
    assert.deepEqual((await s.redis.events('shop', s.id)).map((event) => event.id), [1, 2, 3, 4, 5, 6, 7, 8].map((seq) => `0-${seq}`));
  });

  test('one that has grown again is noticed too', async (t) => {
    const s = await scene(t);
    await s.putBack();
    for (let seq = 8; seq <= 12; seq++) {
      const fields = ['type', 'message', 'at', 1700000000000 + seq, 'role', 'shopper', 'by', s.anna.id];
      const said = ['custom_id', `other-one-${seq}`, 'text', `Other ${seq}`];
      await s.redis.call('XADD', `{shop}:conv:${s.id}:log`, `0-${seq}`, ...fields, ...said);
    }
    await cutLinks(s);
    assert.equal((await s.maya.closed).code, 1013);
    await logged(s, `event=stream_shorter conversation=${s.id} had=10 has=12 lost=1`);
    const maya = await agent(s.server, 'shop', 'maya', { cursors: [] });
    await until('the agent sees what is there', () => maya.lines(s.id).at(-1) === '12 Other 12');
    assert.equal((await maya.send(s.id, 'Well')).seq, 13);
  });

  test('one that is gone altogether is like one that never was', async (t) => {
    const s = await scene(t);
    await s.redis.call('FLUSHALL');
    await cutLinks(s);
    assert.equal((await s.anna.closed).code, 1013);
    await logged(s, `event=stream_shorter conversation=${s.id} had=10 has=0 lost=10`);
    const anna = await shopper(s.server, 'shop');
    assert.equal((await anna.start('Anew')).seq, 2);
  });

  test('a lost link alone changes nothing', async (t) => {
    const s = await scene(t);
    await cutLinks(s);
    await s.anna.push('service_status_updated', ({ service }) => service.writable);
    assert.equal((await s.anna.send(s.id, 'Still here')).seq, 11);
    await until('the agent has it', () => s.maya.lines(s.id).at(-1) === '11 Still here');
    assert.equal(await lostCount(s.server), 0);
  });
});
