// Who gets in, with what, how often they may try, and how a log-in ends.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createHash } from 'node:crypto';
import { agent, Client, shopper } from './harness/client.ts';
import { email, PASSWORD } from './harness/config.ts';
import { startServer } from './harness/server.ts';

const sites = {
  ...Object.fromEntries(['words', 'account', 'address', 'token', 'logout', 'off', 'first', 'strict'].map((name) => [name, {}])),
  north: { origins: ['self', 'https://north.example'] },
  south: { origins: ['self', 'https://south.example'] },
};
const server = await startServer({ sites });
after(() => server.close());

const LOGIN = { role: 'agent' as const, email: email('maya') };

test('an agent logs in by e-mail in any case and password, and is told who they are', async () => {
  const client = await Client.open(server);
  const login = { role: 'agent' as const, site: 'first', email: 'MAYA@Shop.Example', password: PASSWORD };
  const { agent: self, queues, token, ping_interval_ms, service } = await client.must('login', login);
  assert.deepEqual(self, {
    profile: { id: 'maya', name: 'maya' }, email: email('maya'), routing_status: 'accepting', capacity: 2, teams: ['support'],
  });
  assert.deepEqual(queues, [{ team: 'support', name: 'Team support', length: 0 }]);
  assert.deepEqual(service, { writable: true });
  assert.equal(ping_interval_ms, 15_000);
  assert.match(token!, /^[A-Za-z0-9_-]{43}$/); // 256 bits
  const redis = await server.redis();
  const hash = createHash('sha256').update(token!).digest('hex');
  const stored = [await redis.list('KEYS', '*'), await Promise.all((await redis.list('KEYS', '{first}:*')).map((key) => redis.call('DUMP', key)))];
  assert.ok(!JSON.stringify(stored).includes(token!), 'Redis holds the token itself');
  assert.ok(JSON.stringify(stored).includes(hash), 'Redis holds no hash of the token');
});

test('a wrong password and an unknown account are refused in the same words; the third closes the socket', async () => {
  const client = await Client.open(server);
  const wrong = await client.refused('authentication_failed', 'login', { ...LOGIN, site: 'words', password: 'demo-bells' });
  const unknown = await client.refused('authentication_failed', 'login', { ...LOGIN, site: 'words', email: 'no@one.example', password: PASSWORD });
  assert.deepEqual(wrong, unknown);
  assert.equal(wrong.retryable, false);
  await client.refused('authentication_failed', 'login', { ...LOGIN, site: 'words', password: '' + PASSWORD + ' ' });
  assert.equal((await client.closed).code, 4003);
  const again = await Client.open(server);
  await again.refused('authentication_failed', 'login', { ...LOGIN, site: 'words', password: 'x' });
  assert.equal((await again.must('login', { ...LOGIN, site: 'words', password: PASSWORD })).agent?.profile.id, 'maya');
});

test('five tries a minute an account, from wherever and right or wrong; other accounts are free', async () => {
  const outcomes = [];
  for (let i = 0; i < 6; i++) {
    const client = await Client.open(server);
    outcomes.push(await client.ask('login', { ...LOGIN, site: 'account', password: i === 5 ? PASSWORD : `guess ${i}` }));
  }
  const types = outcomes.map((outcome) => (outcome.success ? 'in' : outcome.error.type));
  assert.deepEqual(types, [...Array<string>(5).fill('authentication_failed'), 'rate_limited']);
  const last = outcomes[5]!;
  assert.ok(!last.success && last.error.retryable);
  assert.ok(last.error.retry_after_ms! > 1000 && last.error.retry_after_ms! <= 60_000, 'it says how long to wait');
  await agent(server, 'account', 'jonas');
  const cased = await Client.open(server);
  await cased.refused('rate_limited', 'login', { ...LOGIN, email: 'MAYA@shop.example', site: 'account', password: PASSWORD });
});

test('twenty tries a minute an address, whatever the account; other addresses are free', async () => {
  const guess = async (i: number) => {
    const client = await Client.open(server, { address: '127.9.9.9' });
    const outcome = await client.ask('login', { role: 'agent', site: 'address', email: `${i}@nowhere.example`, password: 'x' });
    client.socket.terminate();
    return outcome.success ? 'in' : outcome.error.type;
  };
  const types = await Promise.all(Array.from({ length: 20 }, (_, i) => guess(i)));
  assert.deepEqual(new Set(types), new Set(['authentication_failed']));
  assert.equal(await guess(20), 'rate_limited');
  await agent(server, 'address', 'maya');
});

test('passwords are checked off the loop: others are served meanwhile', async () => {
  const other = await shopper(server, 'off');
  const order: string[] = [];
  const logins = await Promise.all(['maya', 'jonas', 'kofi', 'nobody'].map(async (name) => ({ name, client: await Client.open(server) })));
  const checks = logins.map(async ({ name, client }) => {
    await client.ask('login', { role: 'agent', site: 'off', email: email(name), password: PASSWORD });
    order.push(name);
  });
  await other.must('ping', {});
  order.push('ping');
  await Promise.all(checks);
  assert.equal(order[0], 'ping');
});

test('a token logs an agent in until it is revoked, and logout closes the windows of that token only', async () => {
  const one = await agent(server, 'logout', 'maya', { password: PASSWORD });
  const two = await agent(server, 'logout', 'maya');
  const other = await agent(server, 'logout', 'maya', { password: PASSWORD });
  assert.equal(one.token, two.token);
  assert.notEqual(one.token, other.token);
  await one.must('logout', {});
  assert.equal((await one.closed).code, 4006);
  assert.equal((await two.closed).code, 4006);
  await other.must('ping', {});

  const late = await Client.open(server);
  await late.refused('authentication_failed', 'login', { role: 'agent', site: 'logout', token: one.token });
  assert.equal((await late.closed).code, 4003);
  await agent(server, 'logout', 'maya');
});

test('before the log-in there is login and ping, after it no other login', async () => {
  const client = await Client.open(server);
  await client.must('ping', {});
  await client.refused('not_logged_in', 'list_conversations', {});
  await client.refused('not_logged_in', 'start_conversation', { custom_id: 'too-early', text: 'Hello' });
  await client.refused('not_logged_in', 'logout', {});
  await client.refused('unknown_site', 'login', { role: 'shopper', site: 'nowhere' });
  await client.refused('invalid_payload', 'login', { role: 'agent', site: 'strict' });
  await client.refused('invalid_payload', 'login', { role: 'agent', site: 'strict', email: email('maya') });
  await client.must('login', { role: 'shopper', site: 'strict' });
  await client.refused('already_logged_in', 'login', { role: 'shopper', site: 'strict' });
  await client.refused('not_allowed', 'logout', {});
});

test("a page may log in to the sites that list its origin, and to no other", async () => {
  const north = await Client.open(server, { origin: 'https://north.example' });
  await north.must('login', { role: 'shopper', site: 'north' });
  const south = await Client.open(server, { origin: 'https://north.example' });
  await south.refused('origin_not_allowed', 'login', { role: 'shopper', site: 'south' });
  assert.equal((await south.closed).code, 4004);
});

test("a token of one site is refused on another, a shopper's and an agent's alike", async () => {
  const anna = await shopper(server, 'north');
  const maya = await agent(server, 'north', 'maya');
  const client = await Client.open(server);
  await client.refused('authentication_failed', 'login', { role: 'shopper', site: 'south', token: anna.token });
  await client.refused('authentication_failed', 'login', { role: 'shopper', site: 'north', token: maya.token });
  assert.notEqual((await client.must('login', { role: 'shopper', site: 'south' })).shopper?.id, anna.id);
  for (const [site, token] of [['south', maya.token], ['north', anna.token]] as const) {
    const tries = await Client.open(server);
    await tries.refused('authentication_failed', 'login', { role: 'agent', site, token });
    assert.equal((await tries.closed).code, 4003);
  }
  const back = await shopper(server, 'north', { token: anna.token });
  assert.equal(back.id, anna.id);
  assert.equal(back.token, anna.token);
});

/** Every token that differs from this one in one place, and some that differ in more. */
function* mutations(token: string): Generator<string> {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  for (let i = 0; i < token.length; i++) {
    yield token.slice(0, i) + token.slice(i + 1);
    yield token.slice(0, i + 1) + token.slice(i);
    if (i > 0) yield token.slice(0, i);
    for (let k = 1; k < alphabet.length; k += 3) {
      const at = (alphabet.indexOf(token[i]!) + k + 64) % 64;
      if (alphabet[at] !== token[i]) yield token.slice(0, i) + alphabet[at] + token.slice(i + 1);
    }
  }
  for (const more of ['=', ' ', '.', '\n', 'A', '%00', token]) yield token + more;
  for (const other of ['v0', 'v2', 'V1']) yield token.replace('v1', other);
  yield token.toUpperCase();
  yield token.split('.').reverse().join('.');
}

test('no mutation of a token is accepted', async () => {
  const { token } = await shopper(server, 'token');
  const forged = [...mutations(token)].filter((text) => text !== token);
  assert.ok(forged.length > 1500);
  const accepted: string[] = [];
  const BURST = 7; // of log-ins on one socket
  const batches = Array.from({ length: Math.ceil(forged.length / BURST) }, (_, i) => forged.slice(i * BURST, (i + 1) * BURST));
  const attack = async () => {
    for (let batch; (batch = batches.pop()); ) {
      const client = await Client.open(server);
      for (const text of batch) {
        const outcome = await client.ask('login', { role: 'shopper', site: 'token', token: text });
        if (outcome.success) accepted.push(text);
        else assert.equal(outcome.error.type, 'authentication_failed');
      }
      client.socket.terminate();
    }
  };
  await Promise.all(Array.from({ length: 8 }, attack));
  assert.deepEqual(accepted, []);
  await shopper(server, 'token', { token });
});
