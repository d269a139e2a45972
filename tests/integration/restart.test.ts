// The server goes and comes back: cleanly, by kill -9, and with a second one in its place.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { agent, shopper, type Client } from './harness/client.ts';
import { BIN, isAlive, startServer, type Server } from './harness/server.ts';
import { until } from './harness/until.ts';

async function ownServer(t: TestContext): Promise<Server> {
  const server = await startServer();
  t.after(() => server.close());
  return server;
}

// Side by side: each test has a server of its own.
describe('restart', { concurrency: true }, () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    test(`${signal} stops all of it: sockets are told when to come back, Redis ends, the exit code is 0`, async (t) => {
      const server = await ownServer(t);
      const maya = await agent(server, 'shop', 'maya');
      const anna = await shopper(server, 'shop');
      await anna.start('Hello');
      const redis = server.redisPid();
      const port = server.port;
      const [exit, a, b] = await Promise.all([server.stop(signal), maya.closed, anna.closed]);
      assert.deepEqual(exit, { code: 0, signal: null }, server.log());
      assert.deepEqual([a.code, b.code], [4007, 4007]);
      for (const { reason } of [a, b]) assert.match(reason, /^retry_after_ms=\d+$/);
      assert.equal(isAlive(redis), false);
      assert.match(server.log(), /event=stopped handles_left=0\n$/);
      await assert.rejects(fetch(`http://127.0.0.1:${port}/healthz`));
    });
  }

  test('those who only look leave first and come back last; meanwhile people go on talking', async (t) => {
    const server = await startServer({ settings: { session_rate: 100_000 } });
    t.after(() => server.close());
    const maya = await agent(server, 'shop', 'maya');
    const anna = await shopper(server, 'shop');
    const { id } = (await anna.start('Hello')).conversation;
    await maya.given();
    const LOOKERS = 2000; // 0.4 ms each
    const lookers: Client[] = [];
    for (let i = 0; i < LOOKERS; i += 100) lookers.push(...(await Promise.all(Array.from({ length: 100 }, () => shopper(server, 'shop')))));
    const stopped = server.stop();
    await Promise.race(lookers.map(({ closed }) => closed));
    await anna.send(id, 'Is that so?');
    await maya.send(id, 'It is');
    assert.deepEqual(await stopped, { code: 0, signal: null }, server.log());
    const told = ({ code, reason }: { code: number; reason: string }) => (assert.equal(code, 4007), Number(/^retry_after_ms=(\d+)$/.exec(reason)![1]));
    for (const { closed } of [anna, maya]) assert.ok(told(await closed) < 500);
    const times = (await Promise.all(lookers.map(({ closed }) => closed))).map(told).sort((a, b) => a - b);
    assert.ok(times[LOOKERS >> 1]! > 500 && times.at(-1)! < 3000, `${times[0]} to ${times.at(-1)} ms`);
  });

  test('a restart with the same data finds every conversation, the queue, and all tokens', async (t) => {
    const server = await ownServer(t);
    const anna = await shopper(server, 'shop', { page: { url: 'https://shop.example/boots' } });
    const berta = await shopper(server, 'shop');
    const maya = await agent(server, 'shop', 'maya');
    const open = (await anna.start('Before the restart', { custom_id: 'before-restart' })).conversation.id;
    await maya.given();
    await anna.must('update_shopper', { name: 'Anna' });
    await maya.send(open, 'Noted', 'noted-by-maya');
    await maya.must('mark_events_as_seen', { conversation_id: open, up_to: 4 });
    await maya.must('set_routing_status', { status: 'away' });
    const waiting = (await berta.start('I wait')).conversation.id;
    await server.stop();
    await server.start();

    const back = await agent(server, 'shop', 'maya');
    assert.equal(back.login.agent?.routing_status, 'away');
    assert.deepEqual(back.login.conversations.map(({ id, shopper: who }) => [id, who?.name]), [[open, 'Anna']]);
    assert.deepEqual(back.lines(open), ['1 opened', '2 Before the restart', '3 assigned', '4 Noted']);
    assert.equal(back.login.queues?.[0]?.length, 1);
    const again = await shopper(server, 'shop', { token: anna.token, cursors: [{ conversation_id: open, seq: 3 }] });
    assert.equal(again.id, anna.id);
    assert.deepEqual(again.lines(open), ['4 Noted']);
    assert.deepEqual(again.login.conversations[0]?.receipts.agent, { delivered_up_to: 4, seen_up_to: 4 });
    const third = await shopper(server, 'shop', { token: berta.token, cursors: [] });
    assert.deepEqual([third.login.conversations[0]?.id, third.login.conversations[0]?.state, third.login.conversations[0]?.queue_position], [waiting, 'queued', 1]);

    const resent = await again.must('start_conversation', { custom_id: 'before-restart', text: 'Before the restart' });
    assert.deepEqual([resent.conversation.id, resent.seq, resent.duplicate], [open, 2, true]);
    assert.equal((await back.send(open, 'Noted', 'noted-by-maya')).duplicate, true);
    await back.must('set_routing_status', { status: 'accepting' });
    assert.equal((await back.given()).id, waiting);
  });

  test('kill -9 in the middle of sending loses nothing that was acknowledged, and the next start recovers', async (t) => {
    const server = await ownServer(t);
    const maya = await agent(server, 'shop', 'maya');
    const anna = await shopper(server, 'shop');
    const { id: conversation_id } = (await anna.start('Hello')).conversation;
    await maya.given();
    const acked = new Map<string, number>();
    const sent: string[] = [];
    const sending = (async () => {
      for (let i = 0; ; i++) {
        sent.push(`message-${i}`);
        acked.set(`message-${i}`, (await anna.send(conversation_id, `Message ${i}`, `message-${i}`)).seq);
      }
    })().catch(() => undefined);
    await until('some acks', () => acked.size > 15);
    const redis = server.redisPid();
    await server.kill();
    await sending;
    assert.equal(isAlive(redis), false, 'the Redis of the dead server is gone');
    assert.equal((await anna.closed).code, 1006);

    await server.start();
    assert.notEqual(server.redisPid(), redis);
    const back = await shopper(server, 'shop', { token: anna.token, cursors: [{ conversation_id, seq: 0 }] });
    const stored = await (await server.redis()).events('shop', conversation_id);
    for (const [custom_id, seq] of acked) assert.equal(stored[seq - 1]?.custom_id, custom_id);
    assert.deepEqual(stored.map(({ id }) => Number(id!.split('-')[1])), stored.map((_, i) => i + 1));
    const last = sent.at(-1)!;
    const text = `Message ${last.slice('message-'.length)}`;
    const { seq } = await back.send(conversation_id, text, last);
    assert.equal((await back.send(conversation_id, text, last)).seq, seq);
    const ids = (await (await server.redis()).events('shop', conversation_id)).map(({ custom_id }) => custom_id);
    assert.equal(ids.filter((id) => id === last).length, 1);
    const mayaBack = await agent(server, 'shop', 'maya');
    assert.equal((await mayaBack.send(conversation_id, 'Still here')).seq, seq + 1);
  });

  test('a second server on the same data is refused in plain words, and does no harm to the first', async (t) => {
    const server = await ownServer(t);
    const anna = await shopper(server, 'shop');
    const { id } = (await anna.start('Hello')).conversation;
    const redis = server.redisPid();
    const second = spawnSync(BIN, ['--config', server.config, '--listen', '127.0.0.1:0', '--data', server.data], { encoding: 'utf8', timeout: 15_000 });
    assert.equal(second.status, 1);
    assert.match(second.stderr, /event=data_dir_in_use .*another server runs on this directory: stop it, or name another with --data/);
    assert.equal(second.stdout, '');
    assert.equal((await anna.send(id, 'Still fine')).seq, 3);
    assert.equal(server.redisPid(), redis);
    assert.ok(isAlive(redis));
  });

  test('a port that is taken is named, and nothing is left behind', async (t) => {
    const server = await ownServer(t);
    const data = join(server.dir, 'other');
    const second = spawnSync(BIN, ['--config', server.config, '--listen', `127.0.0.1:${server.port}`, '--data', data], { encoding: 'utf8', timeout: 15_000 });
    assert.equal(second.status, 1);
    assert.match(second.stderr, new RegExp(`event=listen_failed .*port=${server.port} .*another program listens there`));
    assert.ok(!existsSync(join(data, 'redis.pid')));
  });

  test('a data folder too deep for a socket path works all the same', async (t) => {
    const server = await ownServer(t);
    await server.stop();
    const deep = join(server.dir, 'a-folder-with-a-long-name-'.repeat(4), 'data');
    spawnSync('mkdir', ['-p', deep]);
    const other = await startServer({ flags: [], data: deep });
    t.after(() => other.close());
    const anna = await shopper(other, 'shop');
    assert.equal((await anna.start('Hello')).seq, 2);
    const socket = `/tmp/shopbell-${process.getuid!()}-${statSync(deep).ino.toString(16)}`;
    assert.ok(existsSync(join(socket, 'redis.sock')));
    await other.stop();
    assert.ok(!existsSync(socket), 'the folder of the socket is gone with it');
  });

  test('a server beside a Redis that hangs stops soon all the same, and what was acknowledged is there', async (t) => {
    const server = await ownServer(t);
    const anna = await shopper(server, 'shop');
    const conversation_id = (await anna.start('Hello')).conversation.id;
    for (let i = 0; i < 20; i++) await anna.send(conversation_id, `Message ${i}`);
    const redis = server.redisPid();
    process.kill(redis, 'SIGSTOP');
    anna.raw(JSON.stringify({ request_id: 'late', action: 'send_event', payload: { conversation_id, custom_id: 'never-acked', text: 'Too late' } }));
    const began = performance.now();
    assert.deepEqual(await server.stop('SIGTERM', 9000), { code: 0, signal: null });
    t.diagnostic(`note: SIGTERM beside a stopped Redis: ${Math.round(performance.now() - began)} ms`);
    assert.equal(isAlive(redis), false);
    assert.equal((await anna.closed).code, 4007);

    await server.start();
    const back = await shopper(server, 'shop', { token: anna.token, cursors: [{ conversation_id, seq: 0 }] });
    assert.ok(back.lines(conversation_id).length >= 22);
    const { seq } = await back.send(conversation_id, 'Too late', 'never-acked');
    assert.ok(seq === 23);
  });
});
