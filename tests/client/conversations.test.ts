// The model: dense events whatever comes in which order, resume by cursors, receipts, and history in one timeline.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { Event } from '@proto';
import { append, merge } from '../../web-widget/client/conversation';
import { createShopperClient, type ShopperClient, type TimelineItem } from '../../web-widget/client/index';
import { Browser, C1, C2, conversation, event, loginAnswer, MAYA, mine, type Peer, quiet, Server, SHOPPER, SITE, type Tab, until } from './harness';

const C0 = 'c_00000000000000000000';
let server: Server;
let browser: Browser;
let tab: Tab;
let client: ShopperClient;
let clients: ShopperClient[];

beforeEach(async () => {
  server = await Server.open();
  browser = new Browser();
  clients = [];
  open();
});

afterEach(async () => {
  clients.forEach((one) => one.stop());
  await server.close();
});

function open(): void {
  tab = browser.tab(tab?.clock);
  tab.chance = () => 0.5;
  client = createShopperClient({ url: server.url, site: SITE, env: tab });
  clients.push(client);
}

function reload(): void {
  tab.close();
  client.stop();
  open();
}

const snapshot = () => client.snapshot();
const seqs = () => snapshot().timeline.map(({ seq }) => seq);
const ready = () => until(() => snapshot().connection === 'ready', 'connection is ready');
const many = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => event(from + i));
const opened = event(1, { type: 'opened' });

async function begin(events: Event[] = [opened], more: Parameters<typeof conversation>[1] = {}): Promise<Peer> {
  const n = server.peers.length;
  server.auto.login = () => loginAnswer({ conversations: [conversation(events, more)] });
  client.start();
  await ready();
  return server.peer(n);
}

test('events in order are shown; duplicates are ignored', async () => {
  const peer = await begin();
  for (const seq of [2, 2, 3, 1, 3, 4, 2]) peer.pushEvent(event(seq));
  await until(() => seqs().length === 4);
  await quiet();
  assert.deepEqual(seqs(), [1, 2, 3, 4]);
  assert.equal(peer.count('list_events'), 0);
});

test('a gap is repaired; what came too early is shown after it', async () => {
  const peer = await begin();
  peer.pushEvent(event(4));
  peer.pushEvent(event(5));
  await quiet();
  assert.deepEqual(seqs(), [1], 'nothing is shown behind a hole');
  tab.clock.advance(200);
  const request = await peer.take('list_events');
  assert.deepEqual(request.payload, { conversation_id: C1, after: 1, limit: 200 });
  peer.reply(request, { conversation_id: C1, events: many(2, 4), has_more: false });
  await until(() => seqs().length === 5);
  assert.deepEqual(seqs(), [1, 2, 3, 4, 5]);
  tab.clock.advance(60_000);
  await quiet();
  assert.equal(peer.count('list_events'), 1);
});

test('what does not follow directly is not taken in', () => {
  const held = merge(undefined, conversation(many(1, 3)));
  for (const seq of [1, 3, 5]) assert.equal(append(held, event(seq)), held);
  assert.deepEqual(append(held, event(4)).events.map(({ seq }) => seq), [1, 2, 3, 4]);
});

test('what the server no longer has is dropped, and what it has instead is taken in', () => {
  const held = merge(undefined, conversation(many(1, 10)));
  const shorter = merge(held, conversation(many(4, 7), { rewound: true }));
  assert.deepEqual(shorter.events.map(({ seq }) => seq), [1, 2, 3, 4, 5, 6, 7]);
  assert.equal(shorter.state_seq, 7);
  assert.deepEqual(append(shorter, event(8)).events.map(({ seq }) => seq), [1, 2, 3, 4, 5, 6, 7, 8]);
});

test('whatever is lost, doubled or swapped on the way, what is shown is dense at every moment', async () => {
  const peer = await begin();
  const last = 80;
  let state = 7;
  const random = (below: number) => (state = (state * 48271) % 2147483647) % below;
  server.auto.list_events = ({ after, limit }) => {
    const events = many(after + 1, Math.min(last, after + Math.min(limit, 1 + random(9))));
    return { conversation_id: C1, events, has_more: events.at(-1)!.seq < last };
  };
  const shown: string[] = [];
  client.subscribe(() => shown.push(seqs().join()));
  const order = many(2, last).filter(({ seq }) => seq === last || random(4));
  for (let i = 0; i < order.length; i++) {
    const j = Math.min(order.length - 1, i + random(5));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  for (const one of order) {
    peer.pushEvent(one);
    if (!random(3)) peer.pushEvent(one);
    if (!random(5)) await new Promise((resolve) => setTimeout(resolve, 3));
    tab.clock.advance(40);
  }
  await until(() => {
    tab.clock.advance(100);
    return seqs().length === last;
  });
  const whole = many(1, last).map(({ seq }) => seq).join();
  assert.deepEqual(shown.filter((list) => !`${whole},`.startsWith(`${list},`)), []);
});

test('a hole that closes by itself costs no request', async () => {
  const peer = await begin();
  peer.pushEvent(event(3));
  peer.pushEvent(event(2));
  await until(() => seqs().length === 3);
  tab.clock.advance(60_000);
  await quiet();
  assert.equal(peer.count('list_events'), 0);
});

test('a repair that is refused is asked for again', async () => {
  const peer = await begin();
  peer.pushEvent(event(3));
  await quiet();
  tab.clock.advance(200);
  peer.refuse(await peer.take('list_events'), 'unavailable', { retryable: true });
  await quiet();
  tab.clock.advance(1000);
  peer.reply(await peer.take('list_events'), { conversation_id: C1, events: [event(2), event(3)], has_more: false });
  await until(() => seqs().length === 3);
});

test('an own ack that overtakes an earlier push keeps its place and does not flicker', async () => {
  const peer = await begin();
  const custom_id = client.send('mine')!;
  const shown: string[][] = [];
  client.subscribe(() => shown.push(snapshot().timeline.map(({ key }) => key)));
  peer.reply(await peer.take('send_event'), { conversation_id: C1, seq: 3, at: 1, duplicate: false });
  await quiet();
  peer.pushEvent(event(2));
  await until(() => seqs().length === 3);
  assert.ok(shown.every((keys) => keys.filter((key) => key === custom_id).length === 1), JSON.stringify(shown));
  assert.deepEqual(seqs(), [1, 2, 3]);
});

test('after a cut the cursor says what is held, and the missed events join on', async () => {
  const peer = await begin(many(1, 3));
  let asked: unknown;
  server.auto.login = ({ cursors }) => {
    asked = cursors;
    return loginAnswer({ conversations: [conversation(many(4, 6), { has_earlier: true })] });
  };
  peer.socket.terminate();
  await until(() => snapshot().connection === 'reconnecting');
  tab.clock.advance(1000);
  await until(() => seqs().length === 6);
  assert.deepEqual(asked, [{ conversation_id: C1, seq: 3, generation: 0 }]);
  assert.deepEqual(seqs(), [1, 2, 3, 4, 5, 6]);
  assert.equal(snapshot().canLoadEarlier, true);
});

test('a login that cannot bring all is completed by list_events, in pieces', async () => {
  const peer = await begin(many(1, 3), { last_seq: 9, has_more: true });
  tab.clock.advance(1);
  const first = await peer.take('list_events');
  assert.equal(first.payload.after, 3);
  peer.reply(first, { conversation_id: C1, events: many(4, 6), has_more: true });
  await until(() => seqs().length === 6);
  tab.clock.advance(1);
  const second = await peer.take('list_events');
  assert.equal(second.payload.after, 6);
  peer.reply(second, { conversation_id: C1, events: many(7, 9), has_more: false });
  await until(() => seqs().length === 9);
});

test('a login that begins behind a hole drops the old piece; history is paged back', async () => {
  const peer = await begin(many(1, 3));
  server.auto.login = () => loginAnswer({ conversations: [conversation(many(800, 802), { has_earlier: true })] });
  peer.socket.terminate();
  await until(() => snapshot().connection === 'reconnecting');
  tab.clock.advance(1000);
  await until(() => seqs()[0] === 800);
  assert.deepEqual(seqs(), [800, 801, 802]);
  const loading = client.loadEarlier();
  const second = await server.peer(1);
  const request = await second.take('list_events');
  assert.equal(request.payload.before, 800);
  assert.equal(snapshot().loadingEarlier, true);
  second.reply(request, { conversation_id: C1, events: many(750, 799), has_more: true });
  assert.equal(await loading, undefined);
  assert.equal(seqs().length, 53);
});

test('a history that became shorter replaces the one held', async () => {
  const peer = await begin(many(1, 9));
  server.auto.login = () => loginAnswer({ conversations: [conversation([event(1), event(2, { text: 'other' })])] });
  peer.socket.terminate();
  await until(() => snapshot().connection === 'reconnecting');
  tab.clock.advance(1000);
  await until(() => seqs().length === 2);
});

test('a reload shows history before the connection, then asks only for what came after', async () => {
  await begin(many(1, 5));
  tab.clock.advance(1000);
  reload();
  assert.deepEqual(seqs(), [1, 2, 3, 4, 5]);
  assert.equal(snapshot().site?.name, 'Demo');
  server.auto.login = ({ cursors }) => {
    assert.deepEqual(cursors, [{ conversation_id: C1, seq: 5, generation: 0 }]);
    return loginAnswer({ conversations: [conversation([event(6)], { has_earlier: true })] });
  };
  client.start();
  await until(() => seqs().length === 6);
});

test('the cache is bounded, and the cursor is true of what is in it', async () => {
  await begin(many(1, 450));
  reload();
  assert.deepEqual([seqs().length, seqs()[0], seqs()[199]], [200, 251, 450]);
  assert.equal(snapshot().canLoadEarlier, true);
});

test('another person after a lost token sees nothing of the last one', async () => {
  await begin(many(1, 5));
  reload();
  delete server.auto.login;
  client.start();
  const peer = await server.peer(1);
  peer.refuse(await peer.take('login'), 'authentication_failed');
  peer.reply(await peer.take('login'), loginAnswer({ shopper: { id: 's_00000000000000000009' } }));
  await ready();
  assert.deepEqual(seqs(), []);
  assert.equal(snapshot().conversation, null);
});

test('signed out in one tab: the other forgets too, and nothing comes back into storage', async () => {
  await begin(many(1, 5));
  const [firstTab, first] = [tab, client];
  open();
  await begin(many(1, 5));
  first.stop();
  const storage = firstTab.localStorage();
  for (const key of [...browser.items.keys()]) storage.removeItem(key);
  assert.equal(seqs().length, 0);
  server.auto.login = () => loginAnswer({ token: 'of-the-next', shopper: { id: 's_00000000000000000009' } });
  const third = await server.peer(2);
  await until(() => third.seen.length);
  assert.equal(third.seen[0]!.payload.token, undefined);
  tab.clock.advance(60_000);
  assert.ok(![...browser.items.values()].some((value) => value.includes('text 3')));
});

test('who waits for one agent has no place in line until that is over', async () => {
  const peer = await begin([opened], { state: 'queued', agent: undefined, agent_present: undefined, queue_position: 3 });
  peer.pushEvent(event(2, { type: 'queued', reason: 'reserved', agent: MAYA, author: { role: 'system' } }));
  await until(() => snapshot().adviser?.name === 'Maya');
  assert.deepEqual([snapshot().queuePosition, snapshot().agent], [null, null]);
  peer.pushEvent(event(3, { type: 'queued', reason: 'prioritized', agent: MAYA, author: { role: 'agent' } }));
  await until(() => seqs().length === 3);
  assert.equal(snapshot().adviser?.name, 'Maya');
  peer.pushEvent(event(4, { type: 'queued', reason: 'released', agent: MAYA, author: { role: 'system' } }));
  await until(() => snapshot().adviser === null);
});

test('after a transfer the team shown is the one that has it, whichever this page asks for', async () => {
  const teams = ['sales', 'returns'].map((team) => ({ team, name: team, status: 'online' as const, agents: [] }));
  client = createShopperClient({ url: server.url, site: SITE, env: tab, team: 'sales' });
  clients.push(client);
  server.auto.login = () => loginAnswer({ teams, conversations: [conversation([opened], { state: 'queued', team: 'sales' })] });
  client.start();
  await ready();
  const peer = await server.peer();
  assert.equal(snapshot().team?.team, 'sales');
  peer.pushEvent(event(2, { type: 'queued', reason: 'transferred', team: 'returns', author: { role: 'agent' } }));
  await until(() => snapshot().team?.team === 'returns');
});

test('events fold into state, agent and queue position', async () => {
  const peer = await begin([opened], { state: 'queued', agent: undefined, agent_present: undefined, queue_position: 3 });
  assert.equal(snapshot().queuePosition, 3);
  peer.push('queue_position_updated', { conversation_id: C1, position: 1 });
  await until(() => snapshot().queuePosition === 1);
  assert.equal(snapshot().queueWaitMs, null);
  peer.push('queue_position_updated', { conversation_id: C1, position: 1, wait_p50_ms: 90_000, wait_p90_ms: 200_000 });
  await until(() => snapshot().queueWaitMs === 90_000);
  peer.pushEvent(event(2, { type: 'assigned', agent: MAYA, author: { role: 'system' } }));
  await until(() => snapshot().agent?.name === 'Maya');
  assert.equal(snapshot().queuePosition, null);
  assert.equal(snapshot().queueWaitMs, null);
  assert.equal(snapshot().agentPresent, true);
  peer.push('presence_updated', { conversation_id: C1, role: 'agent', present: false });
  await until(() => !snapshot().agentPresent);
  peer.pushEvent(event(3, { type: 'close_proposed' }));
  await until(() => snapshot().conversation?.state === 'closing');
  const disputing = client.disputeClose();
  peer.reply(await peer.take('dispute_close'));
  peer.pushEvent(event(4, { type: 'close_disputed', author: { role: 'shopper', id: SHOPPER } }));
  assert.equal(await disputing, undefined);
  await until(() => snapshot().conversation?.state === 'assigned');
  peer.pushEvent(event(5, { type: 'queued', reason: 'agent_left', author: { role: 'system' } }));
  await until(() => snapshot().conversation?.state === 'queued' && snapshot().agent === null);
});

test('a confirmed close that nobody pushes is fetched', async () => {
  const peer = await begin([opened, event(2, { type: 'close_proposed' })], { state: 'closing' });
  const confirming = client.confirmClose();
  peer.reply(await peer.take('confirm_close'));
  assert.equal(await confirming, undefined);
  tab.clock.advance(300);
  peer.reply(await peer.take('list_events'), { conversation_id: C1, events: [event(3, { type: 'closed', reason: 'confirmed' })], has_more: false });
  await until(() => snapshot().conversation?.state === 'closed');
});

test('typing shows for six seconds at most, and goes with the message', async () => {
  const peer = await begin();
  const typing = (is_typing: boolean) =>
    peer.push('incoming_typing_indicator', { conversation_id: C1, author: { role: 'agent', id: MAYA.id }, is_typing });
  typing(true);
  await until(() => snapshot().agentTyping);
  tab.clock.advance(5999);
  assert.equal(snapshot().agentTyping, true);
  tab.clock.advance(1);
  assert.equal(snapshot().agentTyping, false);
  typing(true);
  await until(() => snapshot().agentTyping);
  peer.pushEvent(event(2));
  await until(() => !snapshot().agentTyping);
});

test('own typing is repeated every four seconds and taken back after five of rest', async () => {
  const peer = await begin();
  for (let n = 0; n < 9; n++) {
    client.typing(true);
    tab.clock.advance(1000);
  }
  tab.clock.advance(5000);
  await until(() => peer.count('send_typing_indicator') === 4);
  const said = peer.seen.filter(({ action }) => action === 'send_typing_indicator').map(({ payload }) => payload.is_typing);
  assert.deepEqual(said, [true, true, true, false]);
});

test('delivered is told by itself and once for a burst; seen when the person looks', async () => {
  const peer = await begin();
  for (const seq of [2, 3, 4]) peer.pushEvent(event(seq));
  await until(() => snapshot().unread === 3);
  tab.clock.advance(149);
  await quiet();
  assert.equal(peer.count('mark_events_as_delivered'), 0);
  tab.clock.advance(1);
  await until(() => peer.count('mark_events_as_delivered') === 1);
  assert.deepEqual(peer.seen.at(-1)!.payload, { conversation_id: C1, up_to: 4 });
  client.seen();
  client.seen();
  assert.equal(snapshot().unread, 0);
  tab.clock.advance(150);
  await until(() => peer.count('mark_events_as_seen') === 1);
  assert.deepEqual(peer.seen.at(-1)!.payload, { conversation_id: C1, up_to: 4 });
  client.seen();
  tab.clock.advance(10_000);
  await quiet();
  assert.equal(peer.count('mark_events_as_seen'), 1);
});

test('what was seen in one tab is not unread in the other', async () => {
  await begin([opened, event(2)]);
  const [firstTab, first] = [tab, client];
  open();
  await begin([opened, event(2)]);
  assert.deepEqual([first.snapshot().unread, snapshot().unread], [1, 1]);
  first.seen();
  firstTab.clock.advance(1000);
  assert.equal(snapshot().unread, 0);
});

test('what was seen while the socket was gone is told when it is back', async () => {
  const peer = await begin([opened, event(2)]);
  tab.clock.advance(150);
  peer.socket.terminate();
  await until(() => snapshot().connection === 'reconnecting');
  client.seen();
  tab.clock.advance(1000);
  await ready();
  tab.clock.advance(200);
  const second = await server.peer(1);
  await until(() => second.count('mark_events_as_seen') === 1);
});

test('receipts of the agent turn sent into delivered and seen, and never back', async () => {
  const peer = await begin([opened, mine(2, 'custom-aa'), mine(3, 'custom-bb')]);
  const statuses = () => snapshot().timeline.map((item) => (item.kind === 'message' ? item.status : item.type)).join(' ');
  assert.equal(statuses(), 'opened sent sent');
  const told = (delivered_up_to: number, seen_up_to: number) =>
    peer.push('receipts_updated', { conversation_id: C1, role: 'agent', receipt: { delivered_up_to, seen_up_to } });
  told(3, 2);
  await until(() => statuses() === 'opened seen delivered');
  told(2, 1);
  await quiet();
  assert.equal(statuses(), 'opened seen delivered');
});

test('what did not change keeps its identity, and nobody is called for nothing', async () => {
  const peer = await begin(many(1, 3));
  const before = snapshot();
  let calls = 0;
  client.subscribe(() => calls++);
  peer.pushEvent(event(2));
  await quiet();
  assert.equal(calls, 0);
  assert.equal(snapshot(), before);
  peer.pushEvent(event(4));
  peer.pushEvent(event(5));
  await until(() => seqs().length === 5);
  const items = (of: readonly TimelineItem[]) => of.slice(0, 3);
  items(before.timeline).forEach((item, i) => assert.equal(snapshot().timeline[i], item));
  assert.equal(snapshot().team, before.team);
  assert.equal(snapshot().conversation, before.conversation);
});

test('former conversations come in the same timeline, piece by piece', async () => {
  const peer = await begin([opened, event(2)], { opened_at: 3000 });
  const summary = (id: string, opened_at: number, last_seq: number) => ({ id, state: 'closed', team: 'sales', opened_at, last_seq });
  const loading = client.loadEarlier();
  peer.reply(await peer.take('list_conversations'), { conversations: [summary(C1, 3000, 2), summary(C2, 2000, 3), summary(C0, 1000, 1)] });
  const request = await peer.take('list_events');
  assert.equal(request.payload.conversation_id, C2);
  peer.reply(request, { conversation_id: C2, events: [event(2, { text: 'old' }), event(3)], has_more: true });
  assert.equal(await loading, undefined);
  assert.deepEqual(snapshot().timeline.map(({ conversation_id, seq }) => [conversation_id, seq]), [[C2, 2], [C2, 3], [C1, 1], [C1, 2]]);
  assert.equal(snapshot().unread, 1, 'what is long past is not unread');
  void client.loadEarlier();
  const rest = await peer.take('list_events');
  assert.deepEqual([rest.payload.conversation_id, rest.payload.before], [C2, 2]);
  peer.reply(rest, { conversation_id: C2, events: [event(1)], has_more: false });
  await until(() => seqs().length === 5);
  void client.loadEarlier();
  const last = await peer.take('list_events');
  assert.equal(last.payload.conversation_id, C0);
  peer.reply(last, { conversation_id: C0, events: [event(1)], has_more: false });
  await until(() => seqs().length === 6);
  assert.equal(snapshot().canLoadEarlier, false);
  tab.clock.advance(1000);
  await quiet();
  assert.equal(peer.count('mark_events_as_delivered'), 1, 'only for the current one');
});

test('a conversation opened on another page joins the timeline', async () => {
  const peer = await begin([opened, event(2, { type: 'closed' })], { state: 'closed' });
  peer.push('incoming_conversation', { conversation: conversation([opened, mine(2, 'custom-cc')], { id: C2, opened_at: 1_800_000_000_000 }) });
  await until(() => snapshot().conversation?.id === C2);
  assert.equal(snapshot().timeline.length, 4);
});

test('a conversation held as open that the login does not name is asked for', async () => {
  const peer = await begin(many(1, 3));
  server.auto.login = () => loginAnswer({ conversations: [conversation([opened], { id: C2, opened_at: 1_800_000_000_000 })] });
  peer.socket.terminate();
  await until(() => snapshot().connection === 'reconnecting');
  tab.clock.advance(1000);
  const second = await until(() => server.peers[1]);
  await until(() => snapshot().conversation?.id === C2);
  tab.clock.advance(10);
  const request = await second.take('list_events');
  assert.deepEqual([request.payload.conversation_id, request.payload.after], [C1, 3]);
});

test('who the shopper is, and the page, reach the server also when said before the login', async () => {
  client.setPage({ url: 'https://shop.example/p/1', title: ' Lamp ' });
  assert.equal(await client.updateShopper({ name: 'Ada' }), undefined);
  const peer = await begin();
  assert.deepEqual(peer.seen[0]!.payload.page, { url: 'https://shop.example/p/1', title: 'Lamp' });
  const update = await peer.take('update_shopper');
  assert.deepEqual(update.payload, { name: 'Ada' });
  assert.equal(snapshot().shopper?.name, 'Ada');
  peer.reply(update, { shopper: { id: SHOPPER, name: 'Ada' } });
  await quiet();
  assert.equal(await client.updateShopper({ name: 'Ada' }), undefined);
  client.setPage({ url: 'https://shop.example/p/2' });
  client.setPage({ url: 'https://shop.example/p/2' });
  await until(() => peer.count('update_page') === 1);
  await quiet();
  assert.equal(peer.count('update_page') + peer.count('update_shopper'), 2);
});

test('a name that is refused goes back', async () => {
  const peer = await begin();
  const updating = client.updateShopper({ email: 'x' });
  assert.equal(snapshot().shopper?.email, 'x');
  peer.refuse(await peer.take('update_shopper'), 'invalid_payload');
  assert.equal((await updating)?.type, 'invalid_payload');
  assert.equal(snapshot().shopper?.email, undefined);
});
