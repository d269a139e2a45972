// What a shopper wrote is sent once, in order, whatever happens to the socket, the page and the storage.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { createShopperClient, type MessageItem, type ShopperClient } from '../../web-widget/client/index';
import { Browser, C1, C2, conversation, event, loginAnswer, mine, type Peer, quiet, Server, SITE, type Tab, until } from './harness';

let server: Server;
let browser: Browser;
let tab: Tab;
let client: ShopperClient;
let clients: ShopperClient[];

beforeEach(async () => {
  server = await Server.open();
  browser = new Browser();
  clients = [];
  [tab, client] = openTab();
});

afterEach(async () => {
  clients.forEach((one) => one.stop());
  await server.close();
});

function openTab(): [Tab, ShopperClient] {
  const opened = browser.tab(tab?.clock);
  opened.chance = () => 0.5 + Math.random() / 1e6;
  const made = createShopperClient({ url: server.url, site: SITE, env: opened });
  clients.push(made);
  return [opened, made];
}

const messages = (of = client) => of.snapshot().timeline.filter((item): item is MessageItem => item.kind === 'message');
const texts = (of = client) => messages(of).map(({ text }) => text);
const statuses = (of = client) => messages(of).map(({ status }) => status);
const ready = (of = client) => until(() => of.snapshot().connection === 'ready', 'connection is ready');

/** Logged in, with an open conversation of one event. */
async function begin(): Promise<Peer> {
  server.auto.login = () => loginAnswer({ conversations: [conversation([event(1, { type: 'opened' })])] });
  client.start();
  await ready();
  return server.peer();
}

async function cut(peer: Peer): Promise<void> {
  peer.socket.terminate();
  await until(() => client.snapshot().connection === 'reconnecting');
}

const ack = (seq: number, more: object = {}) => ({ conversation_id: C1, seq, at: 1_700_000_000_900, duplicate: false, ...more });

test('the first message starts a conversation, the next go into it', async () => {
  client.start();
  await ready();
  const peer = await server.peer();
  const first = client.send('  hello ')!;
  client.send('are you there?');
  assert.deepEqual(statuses(), ['sending', 'sending']);
  const start = await peer.take('start_conversation');
  assert.deepEqual(start.payload, { custom_id: first, text: 'hello' });
  const opened = [event(1, { type: 'opened' }), mine(2, first, 'hello'), event(3, { type: 'queued' })];
  peer.reply(start, { conversation: conversation(opened, { state: 'queued', queue_position: 4 }), seq: 2, at: 1, duplicate: false });
  const next = await peer.take('send_event');
  assert.equal(next.payload.conversation_id, C1);
  peer.reply(next, ack(4));
  await until(() => statuses().every((status) => status === 'sent'));
  assert.deepEqual(texts(), ['hello', 'are you there?']);
  assert.equal(client.snapshot().queuePosition, 4);
  assert.equal(client.snapshot().canLoadEarlier, false);
});

test('a message is in storage before it is sent, and survives a reload', async () => {
  const custom_id = client.send('keep me')!;
  assert.ok([...browser.items.values()].some((value) => value.includes('keep me')));
  tab.close();
  [tab, client] = openTab();
  assert.deepEqual(texts(), ['keep me']);
  client.start();
  await ready();
  const start = await (await server.peer()).take('start_conversation');
  assert.equal(start.payload.custom_id, custom_id);
});

test('a cut before the ack: the same custom_id goes to the same conversation again, and shows once', async () => {
  const peer = await begin();
  const custom_id = client.send('once')!;
  const key = messages()[0]!.key;
  await peer.take('send_event');
  await cut(peer);
  assert.equal(messages()[0]!.waiting, true);
  tab.clock.advance(1000);
  const second = await server.peer(1);
  const resend = await second.take('send_event');
  assert.deepEqual(resend.payload, { conversation_id: C1, custom_id, text: 'once' });
  second.reply(resend, ack(2, { duplicate: true }));
  await until(() => statuses()[0] === 'sent');
  assert.deepEqual(texts(), ['once']);
  assert.equal(messages()[0]!.key, key);
  assert.equal(messages()[0]!.seq, 2);
});

test('a cut after the server stored it: the login brings it, nothing is sent again', async () => {
  const peer = await begin();
  const custom_id = client.send('stored')!;
  await peer.take('send_event');
  server.auto.login = ({ cursors }) => {
    assert.deepEqual(cursors, [{ conversation_id: C1, seq: 1, generation: 0 }]);
    return loginAnswer({ conversations: [conversation([mine(2, custom_id, 'stored')])] });
  };
  await cut(peer);
  tab.clock.advance(1000);
  await ready();
  await quiet();
  assert.equal((await server.peer(1)).count('send_event'), 0);
  assert.deepEqual(statuses(), ['sent']);
  assert.ok(![...browser.items.keys()].some((name) => name.includes(':out:')));
});

test('a start that was never answered is started again, not sent elsewhere', async () => {
  client.start();
  await ready();
  const peer = await server.peer();
  const custom_id = client.send('begin')!;
  await peer.take('start_conversation');
  server.auto.login = ({ cursors }) => {
    assert.deepEqual(cursors, []);
    return loginAnswer();
  };
  await cut(peer);
  tab.clock.advance(1000);
  const again = await (await server.peer(1)).take('start_conversation');
  assert.equal(again.payload.custom_id, custom_id);
});

test('a resend goes where the first try went, though that conversation is closed by now', async () => {
  const peer = await begin();
  const custom_id = client.send('did it arrive?')!;
  await peer.take('send_event');
  server.auto.login = () =>
    loginAnswer({ conversations: [conversation([event(2, { type: 'closed', reason: 'timed_out' })], { state: 'closed' })] });
  await cut(peer);
  tab.clock.advance(1000);
  const second = await server.peer(1);
  const resend = await second.take('send_event');
  assert.deepEqual([resend.payload.conversation_id, resend.payload.custom_id], [C1, custom_id]);
  second.refuse(resend, 'conversation_closed');
  assert.equal((await second.take('start_conversation')).payload.custom_id, custom_id);
});

test('messages arrive in the order they were written, one under way at a time', async () => {
  const peer = await begin();
  const sent = ['one', 'two', 'three', 'four'];
  sent.forEach((text) => client.send(text));
  for (let n = 0; n < sent.length; n++) {
    const request = await peer.take('send_event');
    assert.equal(request.payload.text, sent[n]);
    await quiet();
    assert.equal(peer.count('send_event'), n + 1, 'the next one did not wait');
    if (n === 1) peer.refuse(request, 'unavailable', { retryable: true, retry_after_ms: 100 });
    else peer.reply(request, ack(n + 2));
    if (n !== 1) continue;
    await until(() => messages()[1]!.waiting);
    tab.clock.advance(2000);
    peer.reply(await peer.take('send_event'), ack(n + 2));
    peer.seen.splice(peer.seen.findIndex(({ action }) => action === 'send_event'), 1);
  }
  await until(() => statuses().every((status) => status === 'sent'));
  assert.deepEqual(texts(), sent);
});

test('rate_limited waits as long as told', async () => {
  const peer = await begin();
  client.send('too fast');
  peer.refuse(await peer.take('send_event'), 'rate_limited', { retryable: true, retry_after_ms: 5000 });
  await until(() => messages()[0]!.waiting);
  tab.clock.advance(4999);
  await quiet();
  assert.equal(peer.count('send_event'), 1);
  tab.clock.advance(1001);
  await until(() => peer.count('send_event') === 2);
});

test('with the queue full the message is kept, that is known, and it goes when there is room', async () => {
  server.auto.login = () => loginAnswer();
  client.start();
  await ready();
  const peer = await server.peer();
  const custom_id = client.send('hello')!;
  peer.refuse(await peer.take('start_conversation'), 'queue_full', { retryable: true, retry_after_ms: 5000 });
  await until(() => client.snapshot().queueFull);
  assert.deepEqual([statuses()[0], messages()[0]!.waiting, messages()[0]!.error], ['sending', true, undefined]);
  tab.clock.advance(7000);
  const again = await peer.take('start_conversation');
  assert.equal(again.payload.custom_id, custom_id);
  const events = [event(1, { type: 'opened' }), mine(2, custom_id, 'hello')];
  peer.reply(again, { conversation: conversation(events, { state: 'queued' }), seq: 2, at: 1, duplicate: false });
  await until(() => statuses()[0] === 'sent');
  assert.equal(client.snapshot().queueFull, false);
});

test('while the store is away messages wait; they go when it is back', async () => {
  const peer = await begin();
  peer.push('service_status_updated', { service: { writable: false } });
  await until(() => !client.snapshot().serviceWritable);
  client.send('later');
  peer.refuse(await peer.take('send_event'), 'unavailable', { retryable: true, retry_after_ms: 30_000 });
  await until(() => messages()[0]!.waiting);
  assert.equal(statuses()[0], 'sending');
  peer.push('service_status_updated', { service: { writable: true } });
  await until(() => client.snapshot().serviceWritable);
  tab.clock.advance(500);
  peer.reply(await peer.take('send_event'), ack(2));
  await until(() => statuses()[0] === 'sent');
});

test('a refusal for good fails that message only; retry sends it anew, discard forgets it', async () => {
  const peer = await begin();
  const bad = client.send('bad')!;
  client.send('good');
  peer.refuse(await peer.take('send_event'), 'invalid_payload', { path: 'payload.text' });
  peer.reply(await peer.take('send_event'), ack(2));
  await until(() => statuses().includes('sent'));
  const failed = messages().find(({ status }) => status === 'failed')!;
  assert.equal(failed.error?.path, 'payload.text');
  client.retry(bad);
  const again = await peer.take('send_event');
  assert.equal(again.payload.custom_id, bad);
  peer.refuse(again, 'invalid_payload');
  await until(() => statuses().includes('failed'));
  client.discard(bad);
  assert.deepEqual(texts(), ['good']);
});

test('a text that no frame would hold fails here and does not cost the socket', async () => {
  const peer = await begin();
  client.send('x'.repeat(40_000));
  assert.equal(statuses()[0], 'failed');
  client.send('\ud800 and \u0000 are not text');
  const request = await peer.take('send_event');
  assert.equal(request.payload.text, '\ufffd and  are not text');
  assert.equal(client.send(' \n '), undefined);
});

test('conversation_closed: the same custom_id starts the next conversation', async () => {
  const peer = await begin();
  const custom_id = client.send('one more thing')!;
  peer.refuse(await peer.take('send_event'), 'conversation_closed');
  const start = await peer.take('start_conversation');
  assert.deepEqual(start.payload, { custom_id, text: 'one more thing' });
  const next = conversation([event(1, { type: 'opened' }), mine(2, custom_id, 'one more thing')], { id: C2, opened_at: 1_800_000_000_000 });
  peer.reply(start, { conversation: next, seq: 2, at: 1, duplicate: false });
  await until(() => client.snapshot().conversation?.id === C2);
  assert.deepEqual(texts(), ['one more thing']);
  assert.equal(client.snapshot().timeline.length, 3, 'the former conversation stays in view');
});

test('a conversation that is known to be closed is not written into', async () => {
  const peer = await begin();
  peer.pushEvent(event(2, { type: 'closed', reason: 'confirmed', author: { role: 'system' } }));
  await until(() => client.snapshot().conversation?.state === 'closed');
  client.send('hello again');
  await peer.take('start_conversation');
  assert.equal(peer.count('send_event'), 0);
});

test('storage that refuses: everything works until the reload', async () => {
  browser.refuses = true;
  [tab, client] = openTab();
  client.start();
  await ready();
  const peer = await server.peer();
  const custom_id = client.send('no storage')!;
  const start = await peer.take('start_conversation');
  peer.reply(start, { conversation: conversation([event(1, { type: 'opened' }), mine(2, custom_id)]), seq: 2, at: 1, duplicate: false });
  await until(() => statuses()[0] === 'sent');
  await cut(peer);
  tab.clock.advance(1000);
  const login = (await until(() => server.peers[1]?.seen[0]))!;
  assert.deepEqual(login.payload.cursors, [{ conversation_id: C1, seq: 2, generation: 0 }]);
  assert.equal(login.payload.token, 'token-of-the-shopper');
});

test('storage that is full: the message is sent from memory', async () => {
  const peer = await begin();
  browser.full = true;
  client.send('no room');
  peer.reply(await peer.take('send_event'), ack(2));
  await until(() => statuses()[0] === 'sent');
});

test('no storage at all', async () => {
  const bare = createShopperClient({ url: server.url, site: SITE, env: tab, storage: null });
  clients.push(bare);
  bare.start();
  await ready(bare);
  assert.ok(bare.send('hello'));
  await (await server.peer()).take('start_conversation');
  assert.equal(browser.items.size, 0);
});

test('another tab shows a message, leaves it to its author, and takes over when that tab is gone', async () => {
  const peer = await begin();
  const [otherTab, other] = openTab();
  other.start();
  await ready(other);
  const otherPeer = await server.peer(1);
  const custom_id = client.send('from the first tab')!;
  await peer.take('send_event');
  assert.deepEqual(texts(other), ['from the first tab']);
  await quiet();
  assert.equal(otherPeer.count('send_event'), 0);
  tab.close();
  client.stop();
  otherTab.clock.advance(10_100);
  const taken = await otherPeer.take('send_event');
  assert.equal(taken.payload.custom_id, custom_id);
});

test('an ack in one tab takes the message out of the other', async () => {
  const peer = await begin();
  const [otherTab, other] = openTab();
  other.start();
  await ready(other);
  const otherPeer = await server.peer(1);
  const custom_id = client.send('shared')!;
  peer.reply(await peer.take('send_event'), ack(2));
  otherPeer.pushEvent(mine(2, custom_id, 'shared'));
  await until(() => statuses(other)[0] === 'sent');
  assert.deepEqual(texts(other), ['shared']);
  otherTab.clock.advance(60_000);
  await quiet();
  assert.equal(otherPeer.count('send_event'), 0);
});

test('what another tab has sent holds nothing up here', async () => {
  const peer = await begin();
  const [, other] = openTab();
  other.start();
  await ready(other);
  const otherPeer = await server.peer(1);
  client.send('first, from here');
  const request = await peer.take('send_event');
  await until(() => texts(other).length === 1);
  other.send('second, from there');
  await quiet();
  assert.equal(otherPeer.count('send_event'), 0);
  peer.reply(request, ack(2));
  assert.equal((await otherPeer.take('send_event')).payload.text, 'second, from there');
});

test('two tabs of a new shopper become one person', async () => {
  const tokens = ['token-a', 'token-b'];
  server.auto.login = ({ token }) => loginAnswer({ token: token ?? tokens.shift()!, shopper: { id: `s_of_${token}` } });
  const [, other] = openTab();
  client.start();
  other.start();
  await until(() => server.peers.filter(({ closed }) => !closed).length === 2 && server.peers.length === 3);
  await ready(client);
  await ready(other);
  const used = server.peers.filter(({ closed }) => !closed).map((peer) => peer.seen[0]!.payload.token ?? 'token-a');
  assert.deepEqual(used, ['token-a', 'token-a']);
});
