// What takes its time: deadlines of seconds, waited for side by side.
import assert from 'node:assert/strict';
import { createConnection, type Socket } from 'node:net';
import { after, describe, test, type TestContext } from 'node:test';
import { agent, Client, shopper } from './harness/client.ts';
import { get } from './harness/http.ts';
import { isAlive, startServer } from './harness/server.ts';
import { fieldsOf } from './harness/stream.ts';
import { pause, until, within } from './harness/until.ts';

const server = await startServer({ sites: ['shop', 'slow', 'huge'] });
after(() => server.close());

/** From a start that is not later than the server's own. */
async function secondsUntil(ended: Promise<unknown>, start: number, limit: number): Promise<number> {
  await within('its end', ended, limit * 1000);
  return (Date.now() - start) / 1000;
}

function between(seconds: number, least: number, most: number): void {
  assert.ok(seconds >= least && seconds <= most, `${seconds} s is not between ${least} and ${most}`);
}

/** What is under a WebSocket, so that it can stop reading. */
function streamOf(client: Client): { pause(): void; resume(): void } {
  return (client.socket as unknown as { _socket: { pause(): void; resume(): void } })._socket;
}

/** Again and again, until the test has ended. */
function every(t: TestContext, ms: number, act: () => void): void {
  const timer = setInterval(act, ms);
  t.after(() => clearInterval(timer));
}

/** A connection that speaks no protocol. */
function bare(t: TestContext): Socket {
  const socket = createConnection({ host: '127.0.0.1', port: server.port });
  t.after(() => socket.destroy());
  return socket.on('error', () => undefined).resume();
}

function closeOf(socket: Socket): Promise<unknown> {
  return new Promise((resolve) => socket.on('close', resolve));
}

describe('deadlines', { concurrency: true }, () => {
  test('whoever does not log in within 5 s is closed with 4000', async (t) => {
    const start = Date.now();
    const silent = await Client.open(server);
    const pinging = await Client.open(server);
    every(t, 1000, () => pinging.raw('{"request_id":"p","action":"ping"}'));
    const closed = Promise.all([silent.closed, pinging.closed]);
    between(await secondsUntil(closed, start, 9), 4.5, 8);
    assert.deepEqual((await closed).map(({ code }) => code), [4000, 4000]);
  });

  test('who is in a conversation is closed with 4001 after 20 s of silence; one that pings stays', async (t) => {
    const [silent, pinging] = await Promise.all([shopper(server, 'shop'), shopper(server, 'shop')]);
    await pinging.start('Hello');
    const start = Date.now();
    await silent.start('Hello');
    every(t, 10_000, () => pinging.raw('{"request_id":"p","action":"ping"}'));
    between(await secondsUntil(silent.closed, start, 25), 19, 24);
    assert.equal((await silent.closed).code, 4001);
    await pinging.must('ping', {});
  });

  test('an agent is closed with 4001 after 20 s of silence, a shopper without a conversation after 50', async () => {
    const start = Date.now();
    const [maya, anna] = await Promise.all([agent(server, 'slow', 'maya'), shopper(server, 'slow')]);
    assert.deepEqual([maya.login.idle_ping_interval_ms, anna.login.idle_ping_interval_ms], [undefined, 45_000]);
    between(await secondsUntil(maya.closed, start, 25), 19, 24);
    between(await secondsUntil(anna.closed, start, 56), 49, 54);
    assert.deepEqual([(await maya.closed).code, (await anna.closed).code], [4001, 4001]);
  });

  test('once a conversation is opened on one page, the other pages too are to ping more often', async (t) => {
    const own = await startServer({ settings: { ping_interval_ms: 1000, idle_ping_interval_ms: 30_000 } });
    t.after(() => own.close());
    const first = await shopper(own, 'shop');
    const second = await shopper(own, 'shop', { token: first.token, cursors: [] });
    await pause(8000); // longer than one in a conversation may say nothing
    const start = Date.now();
    const { id } = (await first.start('Hello')).conversation;
    assert.equal((await second.push('incoming_conversation')).conversation.id, id);
    between(await secondsUntil(Promise.all([first.closed, second.closed]), start, 10), 5, 9);
  });

  test('a server that is set to hear of them more often says so, and waits for less', async (t) => {
    const often = await startServer({ settings: { ping_interval_ms: 1000, idle_ping_interval_ms: 1000 } });
    t.after(() => often.close());
    const start = Date.now();
    const silent = await shopper(often, 'shop');
    assert.equal(silent.login.ping_interval_ms, 1000);
    between(await secondsUntil(silent.closed, start, 10), 5, 9);
    assert.equal((await silent.closed).code, 4001);
  });

  test('a message whose rest does not come within 10 s closes the socket with 1008', async (t) => {
    const client = await shopper(server, 'slow');
    const start = Date.now();
    client.raw('{"request_id":', { fin: false });
    every(t, 900, () => client.raw(' ', { fin: false }));
    between(await secondsUntil(client.closed, start, 14), 9, 13);
    assert.equal((await client.closed).code, 1008);
  });

  test('a connection that says nothing, or one byte at a time, is gone within 10 s', async (t) => {
    const start = Date.now();
    const silent = bare(t);
    const slow = bare(t);
    const bytes = 'GET /healthz HTTP/1.1\r\nHost: a-name-that-takes-long\r\n'.split('');
    every(t, 500, () => slow.write(bytes.shift() ?? ''));
    between(await secondsUntil(Promise.all([closeOf(silent), closeOf(slow)]), start, 12), 5, 11);
  });

  test('a request that was broken off is not waited for', async (t) => {
    const start = Date.now();
    const broken = bare(t);
    broken.write('GET /healthz HTTP/1.1\r\nHost: a-name');
    await pause(200); // it has been read by then, and its rest is waited for
    broken.end();
    between(await secondsUntil(closeOf(broken), start, 12), 0.1, 6);
  });

  test('when a server dies, the conversations of its agents are with others within 10 s', async (t) => {
    const own = await startServer({ settings: { agent_grace_ms: 500 } });
    t.after(() => own.close());
    const maya = await agent(own, 'shop', 'maya');
    const anna = await shopper(own, 'shop');
    const { id } = (await anna.start('Hello')).conversation;
    await maya.given();
    await own.kill();
    await own.start();
    const jonas = await agent(own, 'shop', 'jonas');
    const given = await jonas.given(10_000);
    assert.equal(given.id, id);
    assert.deepEqual(given.events.map(({ type, reason }) => reason ?? type), ['opened', 'message', 'assigned', 'agent_left', 'assigned']);
  });

  test('a Redis that hangs when its server dies is ended by the next start', async (t) => {
    const own = await startServer();
    t.after(() => own.close());
    const anna = await shopper(own, 'shop');
    const { id } = (await anna.start('Hello')).conversation;
    const redis = own.redisPid();
    process.kill(redis, 'SIGSTOP');
    await own.stop('SIGKILL');
    await own.start();
    assert.notEqual(own.redisPid(), redis);
    assert.equal(isAlive(redis), false);
    const back = await shopper(own, 'shop', { token: anna.token, cursors: [] });
    assert.equal(back.login.conversations[0]?.id, id);
  });

  test('SIGTERM ends it also while its Redis hangs, and while somebody does not read', async (t) => {
    const own = await startServer();
    t.after(() => own.close());
    const deaf = await shopper(own, 'shop');
    streamOf(deaf).pause();
    const redis = own.redisPid();
    process.kill(redis, 'SIGSTOP');
    assert.deepEqual(await own.stop('SIGTERM', 25_000), { code: 0, signal: null }, own.log());
    assert.equal(isAlive(redis), false);
  });

  test('who does not read is closed with 4002, and the server keeps no more than its bound for them', async () => {
    const { token, conversation_id } = await huge();
    const deaf = await shopper(server, 'huge', { token });
    streamOf(deaf).pause();
    const isClosed = () => /event=session_close .*code=4002/.test(server.log());
    await until('it is closed', async () => {
      deaf.raw(JSON.stringify({ request_id: 'r', action: 'list_events', payload: { conversation_id, limit: 200 } }));
      await pause(250); // as fast as is allowed
      return isClosed();
    });
    streamOf(deaf).resume();
    await deaf.closed;
    const { body } = await get(server, '/metrics');
    assert.match(body, /^shopbell_outbound_bytes_queued 0$/m);
    await (await shopper(server, 'huge')).must('ping', {});
  });

  test('a conversation of megabytes can be logged in to, and read to its ends', async () => {
    const { token, conversation_id, last } = await huge();
    const page = await shopper(server, 'huge', { token, cursors: [] });
    const newest = page.login.conversations[0]!;
    assert.equal(newest.events.at(-1)?.seq, last);
    for (let first = newest.events[0]!.seq; first > 1; ) {
      const { events } = await page.must('list_events', { conversation_id, before: first, limit: 200 });
      assert.equal(events.at(-1)?.seq, first - 1);
      first = events[0]!.seq;
    }
    assert.equal(page.lines(conversation_id).length, last);
    const resumed = await shopper(server, 'huge', { token, cursors: [{ conversation_id, seq: 2 }] });
    const piece = resumed.login.conversations[0]!;
    for (let after = piece.events.at(-1)!.seq, more = piece.has_more; more; ) {
      const { events, has_more } = await resumed.must('list_events', { conversation_id, after, limit: 200 });
      assert.equal(events[0]?.seq, after + 1);
      [after, more] = [events.at(-1)!.seq, has_more];
    }
    assert.equal(resumed.lines(conversation_id).length, last - 2);
  });
});

/** A shopper whose open conversation has 300 messages of 16 KB, written past the server while nobody looks. */
async function huge(): Promise<{ token: string; conversation_id: string; last: number }> {
  const anna = await shopper(server, 'huge');
  const { id: conversation_id } = (await anna.start('Hello')).conversation;
  await anna.close();
  const redis = await server.redis();
  await until('nobody looks', async () => (await redis.call('EXISTS', `{huge}:conv:${conversation_id}:nodes`)) === 0);
  const key = `{huge}:conv:${conversation_id}:log`;
  const last = 302;
  const event = { type: 'message', at: Date.now(), role: 'shopper', by: anna.id, text: '🔔'.repeat(4000) };
  for (let seq = 3; seq <= last; seq++) await redis.call('XADD', key, `0-${seq}`, ...fieldsOf({ ...event, custom_id: `huge-${seq}-xxxx` }));
  return { token: anna.token, conversation_id, last };
}
