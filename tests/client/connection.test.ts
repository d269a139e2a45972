// The socket: when it is given up, and when the next one is opened.
import assert from 'node:assert/strict';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { afterEach, beforeEach, test } from 'node:test';
import { closeCodes } from '@proto';
import { createShopperClient, type ShopperClient } from '../../web-widget/client/index';
import { Browser, C1, conversation, event, loginAnswer, quiet, Server, SITE, type Tab, until } from './harness';

let server: Server;
let tab: Tab;
let client: ShopperClient;

beforeEach(async () => {
  server = await Server.open();
  tab = new Browser().tab();
  tab.chance = () => 0.5;
  client = createShopperClient({ url: server.url, site: SITE, env: tab });
});

afterEach(async () => {
  client.stop();
  await server.close();
});

const is = (state: string) => until(() => client.snapshot().connection === state, `connection is ${state}`);

async function begin() {
  client.start();
  await is('ready');
  return server.peer();
}

/** Lets time pass until the client tries to connect; returns how much. */
function nextTry(): number {
  const from = tab.clock.time;
  const { connect } = tab;
  let tried = false;
  tab.connect = (...all) => ((tried = true), connect(...all));
  while (!tried) tab.clock.advance(10);
  tab.connect = connect;
  return tab.clock.time - from;
}

test('a new shopper logs in with the subprotocol, without token and cursors', async () => {
  const peer = await begin();
  assert.equal(peer.socket.protocol, 'shopbell.v1');
  assert.deepEqual(peer.seen[0]!.payload, { role: 'shopper', site: SITE });
  assert.equal(client.snapshot().team?.name, 'Sales');
});

test('the token of one login is sent with the next', async () => {
  (await begin()).socket.close(1012);
  await is('reconnecting');
  tab.clock.advance(500);
  await is('ready');
  assert.equal((await server.peer(1)).seen[0]!.payload.token, 'token-of-the-shopper');
});

test('a token that is not valid any more is given up for a new one', async () => {
  (await begin()).socket.close(1012);
  await is('reconnecting');
  delete server.auto.login;
  tab.clock.advance(500);
  const peer = await server.peer(1);
  peer.refuse(await peer.take('login'), 'authentication_failed');
  const again = await peer.take('login');
  assert.equal(again.payload.token, undefined);
  peer.reply(again, loginAnswer({ token: 'another', shopper: { id: 's_00000000000000000002' } }));
  await is('ready');
});

test('an unknown site stops the client and says why', async () => {
  delete server.auto.login;
  client.start();
  const peer = await server.peer();
  peer.refuse(await peer.take('login'), 'unknown_site');
  await is('stopped');
  assert.equal(client.snapshot().refused?.type, 'unknown_site');
});

test('a login that is refused for now is tried again after the time told', async () => {
  delete server.auto.login;
  client.start();
  const peer = await server.peer();
  peer.refuse(await peer.take('login'), 'unavailable', { retryable: true, retry_after_ms: 7000 });
  await is('reconnecting');
  tab.clock.advance(6900);
  await quiet();
  assert.equal(server.peers.length, 1);
  tab.clock.advance(700);
  await server.peer(1);
});

for (const [code, { reconnect, min_delay_ms = 0 }] of Object.entries(closeCodes)) {
  test(`close code ${code}: reconnect ${reconnect}`, async () => {
    const peer = await begin();
    const floor = reconnect === 'as_told' ? 12_345 : min_delay_ms;
    peer.socket.close(Number(code), reconnect === 'as_told' ? 'retry_after_ms=12345' : 'reason');
    if (reconnect === 'never') {
      await is('stopped');
      tab.clock.advance(600_000);
      await quiet();
      assert.equal(server.peers.length, 1);
      return;
    }
    await is('reconnecting');
    if (floor) {
      tab.clock.advance(floor - 1);
      tab.fire('focus');
      await quiet();
      assert.equal(server.peers.length, 1, 'came back too early');
    }
    tab.clock.advance(501);
    await server.peer(1);
    await is('ready');
  });
}

test('who has something to say does not wait for the time that spreads the crowd', async () => {
  const peer = await begin();
  peer.socket.close(4007, 'retry_after_ms=40000');
  await is('reconnecting');
  tab.clock.advance(5000);
  await quiet();
  assert.equal(server.peers.length, 1);
  client.send('Are you there?');
  const back = await server.peer(1);
  assert.equal((await back.take('start_conversation')).payload.text, 'Are you there?');
  back.socket.close(4007, 'retry_after_ms=40000');
  await is('reconnecting');
  tab.clock.advance(1000);
  await server.peer(2);
});

test('but it waits where it did something wrong', async () => {
  (await begin()).socket.close(1008);
  await is('reconnecting');
  tab.clock.advance(5000);
  client.send('Are you there?');
  tab.clock.advance(50_000);
  await quiet();
  assert.equal(server.peers.length, 1);
});

test('waits grow while the server is away and start short again after a stable time', async () => {
  const peer = await begin();
  const { port } = server;
  await server.close();
  const waits: number[] = [];
  for (let round = 0; round < 8; round++) {
    await is('reconnecting');
    await quiet();
    waits.push(nextTry());
  }
  const bounds = waits.map((_, n) => 0.5 * Math.min(30_000, 500 * 2 ** n));
  waits.forEach((wait, n) => assert.ok(Math.abs(wait - bounds[n]!) <= 10, `${waits} against ${bounds}`));
  assert.ok(peer.closed);

  await quiet();
  server = await Server.open(port);
  nextTry();
  await is('ready');
  tab.clock.advance(12_000);
  (await server.peer(0)).socket.close(1001);
  await is('reconnecting');
  tab.clock.advance(250);
  await server.peer(1);
});

test('a server that never answers is unreachable after a few attempts, and is still tried', async () => {
  const { port } = server;
  await server.close();
  client.start();
  for (let failed = 1; failed <= 4; failed++) {
    await is(failed < 4 ? 'reconnecting' : 'unreachable');
    await quiet();
    if (failed < 4) nextTry();
  }
  server = await Server.open(port);
  nextTry();
  await is('ready');
});

test('pings keep the socket; a frame that comes back is enough to prove it', async () => {
  const peer = await begin();
  for (let n = 1; n <= 4; n++) {
    tab.clock.advance(45_000);
    await until(() => peer.count('ping') === n, `ping ${n}`);
    await quiet();
  }
  assert.equal(server.peers.length, 1);
});

test('pings come every 45 s, and every 15 s while a conversation is open', async () => {
  const peer = await begin();
  const system = { role: 'system' } as const; // of its events nobody says that they came
  let asked = 0;
  async function pingsAfter(ms: number): Promise<void> {
    tab.clock.advance(ms - 10);
    await quiet();
    assert.equal(peer.count('ping'), asked, `within ${ms} ms`);
    tab.clock.advance(10);
    await until(() => peer.count('ping') === asked + 1, `a ping after ${ms} ms`);
    await quiet();
    asked++;
  }
  await pingsAfter(45_000);
  tab.clock.advance(20_000);
  peer.push('incoming_conversation', { conversation: conversation([event(1, { type: 'opened', author: system })]) });
  await until(() => client.snapshot().conversation?.state === 'assigned');
  tab.clock.advance(1); // it is late by now
  await until(() => peer.count('ping') === asked + 1, 'a late ping');
  asked++;
  await quiet();
  await pingsAfter(15_000);
  peer.push('incoming_event', { conversation_id: C1, event: event(2, { type: 'closed', author: system }) });
  await until(() => client.snapshot().conversation?.state === 'closed');
  await pingsAfter(45_000);
});

test('a server that names only one interval is pinged as often', async () => {
  server.auto.login = () => loginAnswer({ idle_ping_interval_ms: undefined });
  const peer = await begin();
  tab.clock.advance(15_000);
  await until(() => peer.count('ping') === 1);
});

test('a half-open socket is noticed within the ping interval and four seconds', async () => {
  await begin();
  delete server.auto.ping;
  tab.clock.advance(45_000);
  await quiet();
  tab.clock.advance(3990);
  assert.equal(client.snapshot().connection, 'ready');
  tab.clock.advance(100);
  assert.equal(client.snapshot().connection, 'reconnecting');
  tab.clock.advance(500);
  await server.peer(1);
  await is('ready');
});

test('after sleep a dead socket is noticed at once, without any event of the page', async () => {
  const peer = await begin();
  delete server.auto.ping;
  tab.clock.sleep(3_600_000);
  tab.clock.advance(5000);
  await until(() => peer.count('ping') === 1);
  tab.clock.advance(4100);
  assert.equal(client.snapshot().connection, 'reconnecting');
});

test('after sleep a socket that still lives is kept', async () => {
  const peer = await begin();
  tab.clock.sleep(60_000);
  tab.fire('visibilitychange');
  await until(() => peer.count('ping') === 1);
  await quiet();
  tab.clock.advance(4100);
  assert.equal(client.snapshot().connection, 'ready');
});

test('a page that wakes does not wait out its backoff', async () => {
  await begin();
  const { port } = server;
  await server.close();
  await is('reconnecting');
  for (let n = 0; n < 6; n++) {
    tab.clock.advance(16_000);
    await quiet();
  }
  server = await Server.open(port);
  tab.clock.advance(1000);
  tab.fire('focus');
  await is('ready');
});

test('without a network the state is offline, and online reconnects at once', async () => {
  const peer = await begin();
  tab.isOnline = false;
  peer.socket.terminate();
  await is('offline');
  tab.clock.advance(100);
  tab.isOnline = true;
  tab.clock.advance(1000);
  tab.fire('online');
  await is('ready');
});

test('a handshake without an answer is given up', async () => {
  const sockets: Socket[] = [];
  const mute = createTcpServer((socket) => void sockets.push(socket));
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  const { port } = mute.address() as AddressInfo;
  const other = createShopperClient({ url: `ws://127.0.0.1:${port}/ws`, site: SITE, env: tab });
  other.start();
  await until(() => sockets.length === 1);
  tab.clock.advance(9990);
  assert.equal(other.snapshot().connection, 'connecting');
  tab.clock.advance(100);
  assert.equal(other.snapshot().connection, 'reconnecting');
  other.stop();
  sockets.forEach((socket) => socket.destroy());
  await new Promise((resolve) => mute.close(resolve));
});

test('a login without an answer is given up', async () => {
  delete server.auto.login;
  client.start();
  await (await server.peer()).take('login');
  tab.clock.advance(10_100);
  await is('reconnecting');
  tab.clock.advance(1000);
  await server.peer(1);
});

test('stop closes the socket and nothing comes after', async () => {
  const peer = await begin();
  client.stop();
  await until(() => peer.closed);
  tab.clock.advance(600_000);
  tab.fire('online');
  tab.fire('focus');
  await quiet();
  assert.equal(server.peers.length, 1);
  assert.equal(client.snapshot().connection, 'stopped');
});

test('frames that nobody knows are ignored', async () => {
  const peer = await begin();
  peer.socket.send('not json');
  peer.send({ type: 'push', action: 'from_the_future', payload: {} });
  peer.send({ type: 'response', request_id: '999', success: true, payload: {} });
  await quiet();
  assert.equal(client.snapshot().connection, 'ready');
});
