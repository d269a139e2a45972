// Redis hangs, dies, or is somebody else's.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { agent, Client, shopper } from './harness/client.ts';
import { get } from './harness/http.ts';
import { Redis } from './harness/redis.ts';
import { isAlive, startServer, type Server, type ServerOptions } from './harness/server.ts';
import { until } from './harness/until.ts';

async function ownServer(t: TestContext, options: ServerOptions = {}): Promise<Server> {
  const server = await startServer(options);
  t.after(() => server.close());
  return server;
}

// Side by side: each test has a server of its own.
describe('Redis', { concurrency: true }, () => {
  test('while Redis hangs sockets stay and sends are refused for now; what is sent again is there once', async (t) => {
    const server = await ownServer(t);
    const maya = await agent(server, 'shop', 'maya');
    const anna = await shopper(server, 'shop');
    const { id: conversation_id } = (await anna.start('Hello')).conversation;
    await maya.given();
    const redis = server.redisPid();
    process.kill(redis, 'SIGSTOP');
    const message = { conversation_id, custom_id: 'sent-into-the-void', text: 'Anybody there?' };
    const error = await anna.refused('unavailable', 'send_event', message); // after a time-out: it may have been written
    assert.equal(error.retryable, true);
    for (const client of [anna, maya]) assert.deepEqual(await client.push('service_status_updated'), { service: { writable: false } });
    assert.deepEqual(await anna.refused('unavailable', 'send_event', message), error); // at once
    await anna.refused('unavailable', 'start_conversation', { custom_id: 'another-one', text: 'Hello?' });
    await maya.refused('unavailable', 'set_routing_status', { status: 'away' });
    await maya.refused('unavailable', 'propose_close', { conversation_id });
    await anna.must('ping', {});
    const page = await shopper(server, 'shop');
    assert.deepEqual(page.login.service, { writable: false });
    const knocking = await Client.open(server);
    const resume = { role: 'shopper' as const, site: 'shop', token: anna.token, cursors: [{ conversation_id, seq: 3 }] };
    await knocking.refused('unavailable', 'login', resume);
    const ready = await get(server, '/readyz');
    assert.deepEqual([ready.status, ready.body.trim()], [503, 'redis away']);
    assert.equal((await get(server, '/healthz')).status, 200);

    process.kill(redis, 'SIGCONT');
    for (const client of [anna, maya, page]) assert.deepEqual(await client.push('service_status_updated'), { service: { writable: true } });
    const { seq } = await anna.must('send_event', message);
    assert.equal((await anna.must('send_event', message)).duplicate, true);
    assert.equal((await knocking.must('login', resume)).conversations[0]?.last_seq, seq);
    const stored = await (await server.redis()).events('shop', conversation_id);
    assert.equal(stored.filter(({ custom_id }) => custom_id === message.custom_id).length, 1);
    await until('the agent holds it', () => maya.lines(conversation_id).length === seq);
    assert.deepEqual(maya.lines(conversation_id), anna.lines(conversation_id));
    await until('it is ready again', async () => (await get(server, '/readyz')).status === 200);
  });

  test('a private Redis that was killed is started again; nothing acknowledged is lost, nothing is doubled', async (t) => {
    const server = await ownServer(t);
    const maya = await agent(server, 'shop', 'maya');
    const anna = await shopper(server, 'shop');
    const { id } = (await anna.start('Hello')).conversation;
    await maya.given();
    const redis = server.redisPid();
    const acked: { seq: number; text: string }[] = [];
    const sending = (async () => {
      for (let i = 0; i < 25; i++) {
        const message = { conversation_id: id, custom_id: `message-${i}`, text: `Message ${i}` };
        for (let done = false; !done; ) {
          const outcome = await anna.ask('send_event', message);
          if (outcome.success) acked.push({ seq: outcome.payload.seq, text: message.text });
          else assert.ok(outcome.error.retryable, outcome.error.type);
          done = outcome.success;
          if (!done) await new Promise((resolve) => setTimeout(resolve, 50));
        }
      }
    })();
    await until('some acks', () => acked.length >= 8);
    process.kill(redis, 'SIGKILL');
    assert.deepEqual(await maya.push('service_status_updated'), { service: { writable: false } });
    assert.deepEqual(await maya.push('service_status_updated'), { service: { writable: true } });
    await sending;
    assert.notEqual(server.redisPid(), redis);
    server.forgetRedis();
    const stored = await (await server.redis()).events('shop', id);
    for (const { seq, text } of acked) assert.equal(stored[seq - 1]?.text, text);
    assert.deepEqual(stored.flatMap(({ text }) => text ?? []), ['Hello', ...Array.from({ length: 25 }, (_, i) => `Message ${i}`)]);
    await until('the agent holds all', () => maya.lines(id).length === stored.length);
    assert.deepEqual(maya.lines(id), anna.lines(id));
    assert.match(server.log(), /event=redis_ended .*signal=9/);
  });

  test('agents and the queue are what they were after Redis was away', async (t) => {
    const server = await ownServer(t);
    const maya = await agent(server, 'shop', 'maya');
    const [anna, berta, clara] = [await shopper(server, 'shop'), await shopper(server, 'shop'), await shopper(server, 'shop')];
    const first = (await anna.start('One')).conversation.id;
    await berta.start('Two');
    const third = (await clara.start('Three')).conversation;
    assert.equal(third.state, 'queued');
    process.kill(server.redisPid(), 'SIGKILL');
    await clara.push('service_status_updated', ({ service }) => !service.writable);
    const jonas = await Client.open(server);
    await clara.push('service_status_updated', ({ service }) => service.writable);
    await maya.must('propose_close', { conversation_id: first });
    await anna.event('close_proposed');
    await anna.must('confirm_close', { conversation_id: first });
    assert.equal((await clara.event('assigned')).agent?.id, 'maya');
    jonas.socket.terminate();
    const presence = await maya.untaken('presence_updated');
    assert.deepEqual(presence.filter(({ present }) => !present), []);
  });

  test('a second signal does not wait for a Redis that hangs', async (t) => {
    const server = await startServer();
    const redis = server.redisPid();
    t.after(() => server.close());
    process.kill(redis, 'SIGSTOP');
    process.kill(server.pid, 'SIGTERM');
    await until('it is stopping', () => server.log().includes('event=net_stopped'));
    assert.deepEqual(await server.stop('SIGTERM'), { code: 1, signal: null });
    process.kill(redis, 'SIGCONT');
    await until('its Redis goes too', () => !isAlive(redis));
  });

  // --- a Redis of somebody else -----------------------------------------------------------------------------------------

  async function otherRedis(t: TestContext, ...args: string[]): Promise<{ pid: number; dir: string; log: () => string }> {
    const dir = mkdtempSync(join(tmpdir(), 'shopbell-redis-'));
    const flags = ['--unixsocket', join(dir, 'r.sock'), '--dir', dir, '--save', '', '--appendonly', 'yes', ...args];
    const child = spawn('redis-server', flags, { stdio: ['ignore', 'pipe', 'ignore'] });
    let said = '';
    child.stdout.on('data', (chunk) => (said += chunk));
    t.after(async () => {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      rmSync(dir, { recursive: true, force: true });
    });
    await until('the other Redis is up', () => said.includes('eady to accept connections'));
    return { pid: child.pid!, dir, log: () => said };
  }

  async function freePort(): Promise<number> {
    const { createServer } = await import('node:net');
    const listener = createServer().listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const { port } = listener.address() as { port: number };
    listener.close();
    await once(listener, 'close');
    return port;
  }

  test('an own Redis is used over a unix socket, and left running on exit', async (t) => {
    const other = await otherRedis(t, '--port', '0');
    const server = await ownServer(t, { flags: ['--redis', `unix:${other.dir}/r.sock`] });
    const anna = await shopper(server, 'shop');
    const { id } = (await anna.start('Hello')).conversation;
    const redis = await Redis.open({ path: join(other.dir, 'r.sock') });
    t.after(() => redis.close());
    assert.equal((await redis.events('shop', id)).length, 2);
    assert.deepEqual(await server.stop(), { code: 0, signal: null });
    assert.ok(isAlive(other.pid));
    await server.start();
    const back = await shopper(server, 'shop', { token: anna.token, cursors: [] });
    assert.equal(back.login.conversations[0]?.id, id);
  });

  test('a Redis that is not there yet is waited for; pages are served meanwhile', async (t) => {
    const dir = mkdtempSync(join(tmpdir(), 'shopbell-redis-'));
    t.after(() => rmSync(dir, { recursive: true, force: true }));
    const port = await freePort();
    const starting = startServer({ flags: ['--redis', `unix:${dir}/later.sock`, '--listen', `127.0.0.1:${port}`] });
    t.after(async () => (await starting).close());
    const at = { port } as Server;
    const ready = await until('it listens', () => get(at, '/readyz').catch(() => undefined));
    assert.deepEqual([ready.status, ready.body.trim()], [503, 'redis away']);
    assert.equal((await get(at, '/healthz')).status, 200);
    await otherRedis(t, '--port', '0', '--unixsocket', `${dir}/later.sock`);
    const server = await starting;
    assert.equal((await (await shopper(server, 'shop')).start('Hello')).seq, 2);
  });

  test('redis:// with user, password and database is used, and the password is in no log', async (t) => {
    const port = await freePort();
    const password = 'canary p@ss/word:%';
    const other = await otherRedis(t, '--port', String(port), '--bind', '127.0.0.1');
    const admin = await Redis.open({ path: join(other.dir, 'r.sock') });
    t.after(() => admin.close());
    await admin.call('ACL', 'SETUSER', 'bell', 'on', `>${password}`, '~*', '&*', '+@all');
    await admin.call('ACL', 'SETUSER', 'default', 'off', 'resetpass');
    const url = `redis://bell:${encodeURIComponent(password)}@localhost:${port}/3`;
    const server = await ownServer(t, { env: { SHOPBELL_REDIS: url, SHOPBELL_LOG_LEVEL: 'debug' } });
    const anna = await shopper(server, 'shop');
    const { id } = (await anna.start('Hello')).conversation;
    assert.deepEqual(await admin.events('shop', id), [], 'database 0 is not used');
    await admin.call('SELECT', 3);
    assert.equal((await admin.events('shop', id)).length, 2);
    assert.ok(!server.log().includes('canary') && !server.log().includes(encodeURIComponent(password)));
  });

  test('a wrong password is said in the log, and the server is not ready until it is right', async (t) => {
    const port = await freePort();
    const other = await otherRedis(t, '--port', String(port), '--bind', '127.0.0.1', '--requirepass', 'the-right-one');
    const admin = await Redis.open({ path: join(other.dir, 'r.sock') });
    t.after(() => admin.close());
    await admin.call('AUTH', 'the-right-one');
    const starting = startServer({ flags: ['--redis', `redis://:canary-guess@127.0.0.1:${port}`] });
    t.after(async () => (await starting).close());
    await until('the wrong one was refused', async () => ((await admin.call('ACL', 'LOG')) as unknown[]).length > 0);
    await admin.call('CONFIG', 'SET', 'requirepass', 'canary-guess');
    const server = await starting;
    assert.match(server.log(), /level=error event=redis_refused step="?AUTH or SELECT"? answer="WRONGPASS/);
    assert.ok(!server.log().includes('canary'));
    assert.equal((await (await shopper(server, 'shop')).start('Hello')).seq, 2);
  });
});
