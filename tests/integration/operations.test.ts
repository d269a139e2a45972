// What operators look at: health, metrics, logs; and what browsers are told about our pages.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { after, test } from 'node:test';
import { agent, Client, shopper } from './harness/client.ts';
import { email, PASSWORD } from './harness/config.ts';
import { get, handshake } from './harness/http.ts';
import { freePort } from './harness/redis_servers.ts';
import { startServer } from './harness/server.ts';
import { until } from './harness/until.ts';

const sites = ['demo', 'metrics', 'canary'];
const server = await startServer({ sites, settings: { demo: 'on' }, env: { SHOPBELL_LOG_LEVEL: 'debug' } });
after(() => server.close());

/** Every series of /metrics: its name with labels, and its value. */
async function series(): Promise<Map<string, number>> {
  const { body } = await get(server, '/metrics');
  const lines = body.split('\n').filter((line) => line && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]));
}

test('alive and ready are said in a word', async () => {
  for (const path of ['/healthz', '/readyz']) {
    const { status, body, headers } = await get(server, path);
    assert.deepEqual([status, body.trim()], [200, 'ok'], path);
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal((await get(server, path, { method: 'HEAD' })).body, '');
    assert.equal((await get(server, path, { method: 'POST' })).status, 405);
  }
});

test('promtool has nothing to say against the metrics', async () => {
  await shopper(server, 'metrics');
  const { body, headers } = await get(server, '/metrics');
  assert.match(String(headers['content-type']), /^text\/plain; version=0\.0\.4/);
  const { status, stdout, stderr } = spawnSync(process.env.PROMTOOL!, ['check', 'metrics'], { input: body, encoding: 'utf8' });
  assert.deepEqual([status, stdout, stderr], [0, '', '']);
});

test('with several workers one page says what all of them do', async (t) => {
  const flags = ['--listen', `127.0.0.1:${await freePort()}`, '--workers', '3'];
  const many = await startServer({ sites, flags });
  t.after(() => many.close());
  for (let i = 0; i < 12; i++) await shopper(many, 'metrics');
  const sessions = (body: string) => [...body.matchAll(/^shopbell_sessions\{worker="(\d)",role="shopper"\} (\d+)$/gm)].map(([, worker, count]) => [worker, Number(count)] as const);
  const sampled = (body: string) => body.match(/^process_open_fds\{worker="\d"\} [1-9]/gm)?.length === 3;
  const body = await until('all have said what they do', async () => { // the pages of others are up to a second old
    const page = (await get(many, '/metrics')).body;
    return sessions(page).reduce((sum, [, count]) => sum + count, 0) === 12 && sampled(page) && page;
  });
  assert.deepEqual(sessions(body).map(([worker]) => worker), ['1', '2', '3']);
  assert.equal(body.match(/^# TYPE shopbell_sessions gauge$/gm)?.length, 1);
  const { status, stdout, stderr } = spawnSync(process.env.PROMTOOL!, ['check', 'metrics'], { input: body, encoding: 'utf8' });
  assert.deepEqual([status, stdout, stderr], [0, '', '']);
});

test('the metrics are there from the start, and move with what happens', async () => {
  const before = await series();
  const maya = await agent(server, 'metrics', 'maya');
  const anna = await shopper(server, 'metrics');
  const { id } = (await anna.start('Hello')).conversation;
  await maya.given();
  await maya.send(id, 'Hi');
  await anna.event('message');
  await anna.refused('wrong_state', 'confirm_close', { conversation_id: id });
  await shopper(server, 'metrics').then((waiting) => waiting.start('Where?', { team: 'orders' }));
  const after = await until('the gauges of the heartbeat', async () => {
    const now = await series();
    return now.get('shopbell_queue_length{team="metrics/orders"}') === 1 && now.get('shopbell_conversations{state="queued"}') === 1 && now;
  });
  const grown = (name: string) => (after.get(name) ?? NaN) - (before.get(name) ?? 0);
  const expected: [string, number][] = [
    ['shopbell_sessions{role="agent"}', 1],
    ['shopbell_sessions{role="shopper"}', 2],
    ['shopbell_conversations{state="assigned"}', 1],
    ['shopbell_messages_total{role="shopper"}', 2],
    ['shopbell_messages_total{role="agent"}', 1],
    ['shopbell_ack_seconds_count', 3],
    ['shopbell_delivery_seconds_count', 1],
    ['shopbell_delivery_seconds_bucket{le="+Inf"}', 1],
    ['shopbell_queue_wait_seconds_count', 1],
    ['shopbell_logins_total{result="ok"}', 3],
    ['shopbell_request_errors_total{type="wrong_state"}', 1],
  ];
  for (const [name, by] of expected) assert.equal(grown(name), by, name);
  assert.ok(after.get('shopbell_queue_oldest_seconds{team="metrics/orders"}')! >= 0);
  assert.ok(grown('shopbell_frames_received_total') >= 6);
  assert.ok(grown('shopbell_loop_lag_seconds_count') > 0);
  assert.equal(after.get('shopbell_redis_up'), 1);
  for (const name of ['shopbell_redis_commands_in_flight', 'shopbell_outbound_bytes_queued', 'shopbell_sessions{role="anonymous"}', 'shopbell_conversations{state="closing"}', 'process_resident_memory_bytes']) {
    assert.ok(after.has(name), name);
  }
  await until('nothing is under way', async () => (await series()).get('shopbell_outbound_bytes_queued') === 0);
  const closedBefore = (await series()).get('shopbell_connections_closed_total{code="1003"}') ?? 0;
  anna.raw('x', { binary: true });
  await anna.closed;
  await until('closed sockets are counted', async () => (await series()).get('shopbell_connections_closed_total{code="1003"}') === closedBefore + 1);
});

test('whatever is typed or secret is in no line of the log, and each line is key=value', async () => {
  const canary = 'canary-7f3a91';
  const page = { url: `https://shop.example/?session=${canary}`, title: canary };
  const maya = await agent(server, 'canary', 'maya');
  const anna = await shopper(server, 'canary', { page });
  const { id: conversation_id } = (await anna.must('start_conversation', { custom_id: `${canary}-1`, text: canary, page })).conversation;
  await anna.send(conversation_id, `${canary} in a message`, `${canary}-2`);
  await maya.send(conversation_id, `${canary} from the agent`);
  await anna.must('update_shopper', { name: canary, email: `${canary}@home.example` });
  await anna.must('update_page', { page });
  for (const frame of [canary, `{"${canary}"`, JSON.stringify({ request_id: 'x', action: 'send_event', payload: { text: canary } }), JSON.stringify({ request_id: canary, action: 'ping', payload: { more: canary } })]) {
    anna.raw(frame);
  }
  const guessing = await Client.open(server);
  const guess = { role: 'agent' as const, site: 'canary', email: `${canary}@shop.example`, password: canary };
  await guessing.refused('authentication_failed', 'login', guess);
  await guessing.refused('authentication_failed', 'login', { role: 'shopper', site: 'canary', token: `v1.${canary}` });
  await guessing.refused('authentication_failed', 'login', { role: 'agent', site: 'canary', token: canary });
  await handshake(server, { 'Sec-WebSocket-Protocol': canary, Cookie: canary, Authorization: canary }, `/ws?token=${canary}`);
  await get(server, `/${canary}?${canary}`, { headers: { 'User-Agent': canary } });
  await anna.must('ping', {});
  await maya.must('logout', {});

  const log = server.log();
  for (const secret of [canary, anna.token, maya.token, PASSWORD, email('maya')]) assert.ok(!log.includes(secret), `the log has ${secret}`);
  const line = /^ts=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z level=(debug|info|warn|error) event=[a-z_]+( [a-z_]+=("(\\.|[^"\\])*"|[^\s"=\\]+)(\.\.\.)?)*$/;
  const lines = log.trimEnd().split('\n');
  assert.deepEqual(lines.filter((text) => !line.test(text)), []);
  for (const event of ['login', 'login_failed', 'conversation', 'session_closed', 'request_refused']) {
    assert.ok(lines.some((text) => text.includes(` event=${event} `)), event);
  }
  const steps = lines.filter((text) => text.includes(` event=conversation id=${conversation_id} `)).map((text) => /step=(\w+)/.exec(text)?.[1]);
  assert.deepEqual(steps, ['opened', 'assigned']);
});

test('the demo is as it says: its agents log in, and have faces', async (t) => {
  const demo = await startServer({ config: 'web-widget/demo-store/demo.conf' });
  t.after(() => demo.close());
  for (const name of ['maya', 'jonas', 'amira', 'kofi']) {
    const client = await Client.open(demo);
    const login = { role: 'agent' as const, site: 'demo', email: `${name}@nordlicht.example`, password: PASSWORD };
    const { photo } = (await client.must('login', login)).agent!.profile;
    const { status, headers } = await get(demo, photo!);
    assert.deepEqual([status, headers['content-type']], [200, 'image/webp']);
  }
  assert.equal((await (await shopper(demo, 'demo')).start('Hello')).conversation.state, 'assigned');
});

test('every page has a strict policy, and none can be framed or sniffed', async () => {
  const seen = new Set<string>();
  const todo = ['/', '/console/', '/nowhere', '/console/nowhere'];
  for (let path; (path = todo.pop()); ) {
    if (seen.has(path)) continue;
    seen.add(path);
    const { headers, body } = await get(server, path);
    const policy = String(headers['content-security-policy']);
    assert.match(policy, /^default-src 'none'/, path);
    assert.doesNotMatch(policy, /unsafe|\*|https?:/, path);
    for (const part of ["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"]) assert.ok(policy.includes(part), `${path}: ${part}`);
    assert.equal(headers['x-content-type-options'], 'nosniff', path);
    assert.ok(headers['referrer-policy'], path);
    if (!String(headers['content-type']).startsWith('text/html')) continue;
    assert.equal(headers['x-frame-options'], 'DENY', path);
    assert.doesNotMatch(body, /<script(?![^>]*\bsrc=)|\son[a-z]+=|<style|\sstyle=/i, `${path} has something inline`);
    for (const [, link = ''] of body.matchAll(/(?:href|src)="(\/[^"#?]*)/g)) todo.push(link);
  }
  assert.ok([...seen].filter((path) => path.startsWith('/products/')).length >= 3, 'the product pages were found');
  assert.ok(seen.has('/shopbell.js'));
  assert.match(String((await get(server, '/console/')).headers['content-security-policy']), /require-trusted-types-for 'script'; trusted-types 'none'/);
});

test('what a store embeds may be loaded from elsewhere, what it does not may not', async () => {
  const loader = await get(server, '/shopbell.js');
  assert.equal(loader.headers['access-control-allow-origin'], '*');
  assert.equal(loader.headers['cross-origin-resource-policy'], 'cross-origin');
  for (const path of ['/', '/console/', '/metrics', '/healthz']) {
    const { headers } = await get(server, path);
    assert.equal(headers['access-control-allow-origin'], undefined, path);
    assert.equal(headers['cross-origin-resource-policy'], 'same-origin', path);
  }
  const etag = String(loader.headers.etag);
  assert.equal((await get(server, '/shopbell.js', { headers: { 'If-None-Match': etag } })).status, 304);
  assert.equal((await get(server, '/console')).headers.location, '/console/');
  assert.equal((await get(server, `/${randomUUID()}`)).status, 404);
  for (const path of ['/../etc/passwd', '/console/../../etc/passwd', '/%2e%2e/etc/passwd', '/photos/demo/../../x']) assert.equal((await get(server, path)).status, 404, path);
});
