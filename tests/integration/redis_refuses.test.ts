// Redis is there and says no, or not yet. Nothing is acknowledged that is not stored, sockets stay, and it all goes on by
// itself when Redis does.
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { agent, shopper, type Client } from './harness/client.ts';
import { Redis } from './harness/redis.ts';
import { oneRedis, type RedisServer } from './harness/redis_servers.ts';
import { startServer, type Server } from './harness/server.ts';
import { pause, until } from './harness/until.ts';

interface Scene {
  redis: RedisServer;
  server: Server;
  maya: Client;
  anna: Client;
  conversation_id: string;
}

async function scene(t: TestContext, ...args: string[]): Promise<Scene> {
  const redis = await oneRedis(t, ...args);
  const server = await startServer({ flags: ['--redis', `redis://127.0.0.1:${redis.port}`] });
  t.after(() => server.close());
  const maya = await agent(server, 'shop', 'maya');
  const anna = await shopper(server, 'shop');
  const conversation_id = (await anna.start('Hello')).conversation.id;
  await maya.given();
  await anna.send(conversation_id, 'Before');
  return { redis, server, maya, anna, conversation_id };
}

/** Refused for now while the trouble lasts; then both sides hold each message once. */
async function refusedThenStored(s: Scene, heal: () => Promise<unknown>): Promise<void> {
  const message: Message = { conversation_id: s.conversation_id, custom_id: 'meanwhile', text: 'Meanwhile' };
  for (let i = 0; i < 3; i++) assert.equal((await s.anna.refused('unavailable', 'send_event', message)).retryable, true);
  await s.anna.push('service_status_updated', ({ service }) => !service.writable);
  await until('it is said to be not ready', async () => (await fetch(`${s.server.url}/readyz`)).status === 503);
  await s.maya.refused('unavailable', 'propose_close', { conversation_id: s.conversation_id });
  await heal();
  await goesOn(s, message);
}

interface Message {
  conversation_id: string;
  custom_id: string;
  text: string;
}

/** Not too often: whoever does nothing but what is refused is closed. */
async function sendUntilStored(s: Scene, message: Message): Promise<void> {
  const sent = async () => (await s.anna.ask('send_event', message)).success || (await pause(250));
  await until('it is stored', sent, 10_000);
}

async function goesOn(s: Scene, message: Message): Promise<void> {
  await sendUntilStored(s, message);
  await until('it is ready again', async () => (await fetch(`${s.server.url}/readyz`)).ok);
  const stored = await (await s.redis.client()).events('shop', s.conversation_id);
  assert.deepEqual(stored.map(({ text, type }) => text ?? type), ['opened', 'Hello', 'assigned', 'Before', message.text]);
  await until('the agent holds all', () => s.maya.lines(s.conversation_id).length === stored.length);
  assert.deepEqual(s.maya.lines(s.conversation_id), s.anna.lines(s.conversation_id));
  await s.maya.must('propose_close', { conversation_id: s.conversation_id });
  await s.anna.event('close_proposed');
}

describe('Redis that is there answers', { concurrency: true }, () => {
  test('OOM', async (t) => {
    const s = await scene(t);
    await s.redis.call('CONFIG', 'SET', 'maxmemory-policy', 'noeviction', 'maxmemory', '1');
    await refusedThenStored(s, () => s.redis.call('CONFIG', 'SET', 'maxmemory', '0'));
    assert.match(s.server.log(), /event=redis_refused answer="?OOM/);
  });

  test('MISCONF, when its disk takes nothing', async (t) => {
    const s = await scene(t, '--dbfilename', 'appendonlydir'); // is a folder: no snapshot can be put there
    await s.redis.call('CONFIG', 'SET', 'save', '3600 1000000');
    await s.redis.call('BGSAVE');
    await until('the snapshot failed', async () => String(await s.redis.call('INFO', 'persistence')).includes('rdb_last_bgsave_status:err'));
    await refusedThenStored(s, () => s.redis.call('CONFIG', 'SET', 'stop-writes-on-bgsave-error', 'no'));
    assert.match(s.server.log(), /event=redis_refused answer="?MISCONF/);
  });

  test('READONLY, and is left until it is a master again', async (t) => {
    const s = await scene(t);
    await s.redis.call('REPLICAOF', '127.0.0.1', '1');
    await refusedThenStored(s, () => s.redis.call('REPLICAOF', 'NO', 'ONE'));
    assert.match(s.server.log(), /event=redis_demoted link=commands answer="?READONLY/);
  });

  test('BUSY, while a script runs on and on', async (t) => {
    const s = await scene(t);
    await s.redis.call('CONFIG', 'SET', 'busy-reply-threshold', '50');
    const other = await Redis.open({ host: '127.0.0.1', port: s.redis.port });
    other.call('EVAL', 'while true do end', '0').catch(() => other.close());
    await pause(100);
    await refusedThenStored(s, () => s.redis.call('SCRIPT', 'KILL'));
    assert.match(s.server.log(), /event=redis_refused answer="?BUSY/);
  });

  test('LOADING, and then is used', async (t) => {
    const s = await scene(t, '--key-load-delay', '300'); // µs a command; it answers after each 1,024
    await Promise.all(Array.from({ length: 6000 }, (_, i) => s.redis.call('SET', `filler-${i}`, i)));
    await s.redis.kill();
    await s.redis.start('Server initialized');
    await until('it is loading', async () => String(await s.redis.call('INFO', 'persistence')).includes('loading:1'));
    const loaded = async () => String(await s.redis.call('INFO', 'persistence')).includes('loading:0');
    await refusedThenStored(s, () => until('it has loaded', loaded));
  });

  test('late: what takes longer than the time limit is refused, what takes less is only late', async (t) => {
    const s = await scene(t);
    const slow = { conversation_id: s.conversation_id, custom_id: 'slow-one', text: 'Slow' };
    let answered = false;
    process.kill(s.redis.pid, 'SIGSTOP');
    const late = s.anna.must('send_event', slow).finally(() => (answered = true));
    await pause(600);
    assert.equal(answered, false);
    process.kill(s.redis.pid, 'SIGCONT');
    await late;
    assert.doesNotMatch(s.server.log(), /redis_silent/);

    process.kill(s.redis.pid, 'SIGSTOP');
    const again = { ...slow, custom_id: 'slower-one', text: 'Slower' };
    assert.equal((await s.anna.refused('unavailable', 'send_event', again)).retryable, true);
    assert.match(s.server.log(), /event=redis_silent link=commands/);
    process.kill(s.redis.pid, 'SIGCONT');
    await sendUntilStored(s, again);
    const stored = await (await s.redis.client()).events('shop', s.conversation_id);
    assert.deepEqual(stored.slice(3).map(({ text }) => text), ['Before', 'Slow', 'Slower']);
  });
});
