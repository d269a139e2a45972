// A failover may lose the end of what was acknowledged. Here the stream is put back by hand, and Redis told that its
// history is another one: that is the same to the server.
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import type { Cursor } from '@proto';
import { agent, shopper, type Client } from './harness/client.ts';
import { get } from './harness/http.ts';
import type { Redis } from './harness/redis.ts';
import { startServer, type Server } from './harness/server.ts';
import { fieldsOf } from './harness/stream.ts';
import { until } from './harness/until.ts';

interface Scene {
  server: Server;
  redis: Redis;
  anna: Client;
  maya: Client;
  id: string;
  /** Of the last event before it was put back. */
  cursor: Cursor;
  /** Makes the stream what it was after event 7, and Redis one that knows nothing of the rest. */
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
    await redis.call('HSET', '{shop}:generation', 'history', 'the one before');
  };
  return { server, redis, anna, maya, id, putBack, cursor: { conversation_id: id, seq: 10, generation: 0 } };
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

async function generation({ redis }: Scene): Promise<number> {
  return Number((await redis.hash('{shop}:generation')).number);
}

/** What somebody else wrote under the seqs of what was lost. */
async function grow({ redis, anna, id }: Scene, from: number, to: number, generation: number): Promise<void> {
  for (let seq = from; seq <= to; seq++) {
    const event = { type: 'message', at: 1700000000000 + seq, role: 'shopper', by: anna.id, custom_id: `other-one-${seq}`, text: `Other ${seq}` };
    await redis.call('XADD', `{shop}:conv:${id}:log`, `${generation}-${seq}`, ...fieldsOf(event));
  }
}

const ids = async ({ redis, id }: Scene) => (await redis.events('shop', id)).map((event) => event.id!);
const dense = (from: number, to: number, generation: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => `${generation}-${from + i}`);

describe('a stream that is shorter than what was read of it', { concurrency: true }, () => {
  test('is noticed, those who looked come back, and what they offer again is of a new generation', async (t) => {
    const s = await scene(t);
    await s.putBack();
    await cutLinks(s);
    for (const client of [s.anna, s.maya]) assert.equal((await client.closed).code, 1013);
    await logged(s, `event=stream_shorter conversation=${s.id} had=10 has=7 lost=3`);
    assert.equal(await lostCount(s.server), 3);
    const anna = await shopper(s.server, 'shop', { token: s.anna.token, cursors: [s.cursor] });
    const [back] = anna.login.conversations;
    assert.deepEqual([back?.rewound, back?.last_seq, back?.events.at(-1)?.text], [true, 7, 'Message 7']);
    for (const number of [8, 9, 10]) {
      const offered = await anna.must('send_event', { conversation_id: s.id, custom_id: `custom-${number}`, text: `Lost ${number}` });
      assert.deepEqual([offered.seq, offered.generation, offered.duplicate], [number, await generation(s), false]);
    }
    const again = await anna.must('send_event', { conversation_id: s.id, custom_id: 'custom-9', text: 'Lost 9' });
    assert.deepEqual([again.seq, again.generation, again.duplicate], [9, await generation(s), true]);
    const maya = await agent(s.server, 'shop', 'maya', { cursors: [s.cursor] });
    assert.equal(maya.login.conversations[0]?.rewound, true);
    assert.deepEqual(maya.lines(s.id), anna.lines(s.id));
    assert.deepEqual(await ids(s), [...dense(1, 7, 0), ...dense(8, 10, await generation(s))]);
    await s.redis.call('HSET', '{shop}:generation', 'history', 'yet another one');
    await cutLinks(s);
    await maya.push('service_status_updated', ({ service }) => service.writable);
    assert.deepEqual((await maya.send(s.id, 'Well')).seq, 11, 'nothing is lost, and a third generation goes on');
    assert.equal(new Set((await ids(s)).map((one) => one.split('-')[0])).size, 3);
  });

  test('one that has grown again is noticed too', async (t) => {
    const s = await scene(t);
    await s.putBack();
    await grow(s, 8, 12, 500);
    await cutLinks(s);
    assert.equal((await s.maya.closed).code, 1013);
    await logged(s, `event=stream_shorter conversation=${s.id} had=10 has=12 lost=1`);
    const maya = await agent(s.server, 'shop', 'maya', { cursors: [] });
    await until('the agent sees what is there', () => maya.lines(s.id).at(-1) === '12 Other 12');
    assert.equal((await maya.send(s.id, 'Well')).seq, 13);
  });

  test('one that nobody looked at is known from the cursor, however much later', async (t) => {
    const s = await scene(t);
    for (const client of [s.anna, s.maya]) await client.close();
    await until('nobody looks', async () => (await s.redis.call('EXISTS', `{shop}:conv:${s.id}:nodes`)) === 0);
    await s.putBack();
    await grow(s, 8, 12, 500);
    await cutLinks(s);
    await logged(s, 'event=generation');
    const login = async (cursor: Cursor) => {
      const client = await shopper(s.server, 'shop', { token: s.anna.token, cursors: [cursor] });
      return client.login.conversations[0]!;
    };
    const late = await login(s.cursor);
    assert.deepEqual([late.rewound, late.last_seq, late.events.map(({ seq }) => seq)], [true, 12, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]]);
    for (const [seq, generation] of [[7, 0], [10, 500], [12, 500]] as const) {
      const { rewound, events } = await login({ conversation_id: s.id, seq, generation });
      assert.deepEqual([rewound, events.map((event) => event.seq)], [undefined, [8, 9, 10, 11, 12].filter((one) => one > seq)]);
    }
    for (const [seq, generation] of [[8, 0], [7, 500], [7, 1], [12, 501], [13, 500]] as const) {
      assert.equal((await login({ conversation_id: s.id, seq, generation })).rewound, true, `${generation}-${seq}`);
    }
    const careless = await login({ conversation_id: s.id, seq: 10 });
    assert.deepEqual([careless.rewound, careless.events.map(({ seq }) => seq)], [undefined, [11, 12]], 'without a generation only the seq is looked at');
  });

  test('one that is gone altogether begins anew, under its id if its shopper says so', async (t) => {
    const s = await scene(t);
    await s.redis.call('FLUSHALL');
    await cutLinks(s);
    assert.equal((await s.anna.closed).code, 1013);
    await logged(s, `event=stream_shorter conversation=${s.id} had=10 has=0 lost=10`);
    const anna = await shopper(s.server, 'shop', { token: s.anna.token, cursors: [s.cursor] });
    assert.equal(anna.id, s.anna.id, 'the server puts back what it signs tokens with');
    assert.deepEqual([anna.login.conversations, anna.login.gone], [[], [s.id]]);
    await anna.refused('not_found', 'send_event', { conversation_id: s.id, custom_id: 'custom-8', text: 'Lost 8' });
    const again = { custom_id: 'custom-8', text: 'Lost 8', conversation_id: s.id };
    const { conversation, seq, generation: of } = await anna.must('start_conversation', again);
    assert.deepEqual([conversation.id, seq, of], [s.id, 2, await generation(s)]);
    assert.ok(of > 0, 'ids of before and after are never alike');
    assert.equal((await anna.must('start_conversation', again)).duplicate, true);
    const boris = await shopper(s.server, 'shop');
    const other = await boris.must('start_conversation', { custom_id: 'not-boris-own', text: 'Mine', conversation_id: s.id });
    assert.notEqual(other.conversation.id, s.id, 'one that is there is nobody else\'s');
  });

  test('a lost link alone changes nothing', async (t) => {
    const s = await scene(t);
    await cutLinks(s);
    await s.anna.push('service_status_updated', ({ service }) => service.writable);
    assert.deepEqual([(await s.anna.send(s.id, 'Still here')).seq, await generation(s)], [11, 0]);
    await until('the agent has it', () => s.maya.lines(s.id).at(-1) === '11 Still here');
    assert.equal(await lostCount(s.server), 0);
  });

  test('a node that has not heard of the generation overwrites nothing and learns it', async (t) => {
    const s = await scene(t);
    await s.redis.call('FCALL', 'shopbell_begin_generation', 1, '{shop}', 0, 1);
    const now = await generation(s);
    assert.ok(now > 0);
    await s.maya.must('propose_close', { conversation_id: s.id });
    assert.deepEqual([(await s.anna.send(s.id, 'One')).generation, (await s.maya.send(s.id, 'Two')).seq], [now, 13]);
    assert.deepEqual(await ids(s), [...dense(1, 10, 0), ...dense(11, 13, now)]);
  });

  test('of two nodes that write first in a new generation one is sent back to read', async (t) => {
    const s = await scene(t);
    const append = (top: string, id: string) =>
      s.redis.call('FCALL', 'shopbell_append', 1, '{shop}', s.id, top, id, `1 shopper ${s.anna.id} from-afar x`);
    assert.equal(((await append('0-10', '5-11')) as string[])[0], 'ok');
    assert.equal(((await append('0-10', '5-11')) as string[])[0], 'conflict');
    assert.equal(((await append('0-10', '6-11')) as string[])[0], 'conflict', 'above all ids, and yet nothing that was read');
    assert.deepEqual((await ids(s)).slice(9), ['0-10', '5-11']);
  });
});
