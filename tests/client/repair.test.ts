// A failover of the store lost what it had acknowledged: the client drops what is not there, and offers its own again.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { Event } from '@proto';
import { common, merge } from '../../web-widget/client/conversation';
import { createAgentClient, createShopperClient, type AgentClient, type ShopperClient } from '../../web-widget/client/index';
import { createSent } from '../../web-widget/client/sent';
import { createKeep } from '../../web-widget/client/storage';
import { Browser, C1, conversation, event, loginAnswer, MAYA, mine, type Peer, quiet, Server, SITE, type Tab, until } from './harness';

const LATER = 1_700_000_500_000;
let server: Server;
let browser: Browser;
let tab: Tab;
let client: ShopperClient;
let clients: { stop(): void }[];

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
  tab.chance = chance;
  client = createShopperClient({ url: server.url, site: SITE, env: tab });
  clients.push(client);
}

/** Never twice the same, for ids are made of it. */
let chances = 0;
const chance = () => 0.4 + (++chances % 100_000) / 1_000_000;

const opened = event(1, { type: 'opened' });
const shown = () => client.snapshot().timeline.flatMap((item) => (item.kind === 'message' ? `${item.text} ${item.status}` : []));
const ready = (at = client) => until(() => at.snapshot().connection === 'ready', 'connection is ready');
const stored = () => [...browser.items.keys()].filter((key) => /:(sent|out):/.test(key)).length;
const later = (one: Event): Event => ({ ...one, generation: LATER });

async function begin(events: Event[] = [opened, event(2)]): Promise<Peer> {
  server.auto.login = () => loginAnswer({ conversations: [conversation(events)] });
  client.start();
  await ready();
  return server.peer();
}

/** Acknowledged as the next ones; their custom_ids. */
async function say(peer: Peer, first: number, ...texts: string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const [i, text] of texts.entries()) {
    const custom_id = client.send(text)!;
    ids.push(custom_id);
    peer.reply(await peer.take('send_event'), { conversation_id: C1, seq: first + i, generation: 0, at: 1, duplicate: false });
    await until(() => client.snapshot().timeline.some((item) => item.key === custom_id && item.seq === first + i));
  }
  return ids;
}

/** Logs in again; the answer is what the store has now. */
async function comeBack(events: Event[], more: Parameters<typeof conversation>[1] = {}): Promise<Peer> {
  const n = server.peers.length;
  server.auto.login = () => loginAnswer({ conversations: [conversation(events, { rewound: true, ...more })] });
  server.peers[n - 1]!.socket.close(1013);
  await until(() => client.snapshot().connection !== 'ready');
  tab.clock.advance(2000);
  await ready();
  return server.peer(n);
}

test('what was acknowledged and is lost is sent again, in order, before anything newer', async () => {
  const ids = await say(await begin(), 3, 'one', 'two', 'three');
  const newer = server.peers[0]!;
  client.send('newer');
  await newer.take('send_event');
  const peer = await comeBack([opened, event(2), mine(3, ids[0]!, 'one')]);
  assert.deepEqual(shown(), ['text 2 undefined', 'one sent', 'two sending', 'three sending', 'newer sending'], 'nothing leaves the screen');
  for (const [i, text] of ['two', 'three', 'newer'].entries()) {
    const request = await peer.take('send_event');
    assert.deepEqual([request.payload.text, request.payload.conversation_id], [text, C1]);
    if (i < 2) assert.equal(request.payload.custom_id, ids[i + 1]);
    peer.reply(request, { conversation_id: C1, seq: 4 + i, generation: LATER, at: 1, duplicate: false });
  }
  await until(() => shown().at(-1) === 'newer sent');
  assert.deepEqual(shown(), ['text 2 undefined', 'one sent', 'two sent', 'three sent', 'newer sent']);
  await comeBack([later(mine(4, ids[1]!, 'two'))], { rewound: undefined, last_seq: 6 });
  await quiet();
  assert.equal(server.peers[2]!.count('send_event'), 0, 'what is there is not sent a third time');
});

test('something else stands where it was: the cursor tells the generation, and both are shown', async () => {
  const [one] = await say(await begin(), 3, 'one');
  const others = [later(event(3, { text: 'other 3' })), later(event(4, { text: 'other 4' }))];
  const peer = await comeBack([opened, event(2), ...others]);
  assert.deepEqual(server.peers[1]!.seen[0]!.payload.cursors, [{ conversation_id: C1, seq: 3, generation: 0 }]);
  assert.deepEqual(shown(), ['text 2 undefined', 'other 3 undefined', 'other 4 undefined', 'one sending']);
  const request = await peer.take('send_event');
  assert.equal(request.payload.custom_id, one);
  peer.reply(request, { conversation_id: C1, seq: 5, generation: LATER, at: 1, duplicate: false });
  await until(() => shown().at(-1) === 'one sent');
  await comeBack([later(event(6))], { rewound: undefined });
  assert.deepEqual(server.peers[2]!.seen[0]!.payload.cursors, [{ conversation_id: C1, seq: 5, generation: LATER }]);
});

test('a page that is opened hours later offers what the one before was told was stored', async () => {
  const ids = await say(await begin(), 3, 'one', 'two');
  tab.close();
  client.stop();
  tab.clock.advance(5 * 3600_000);
  browser.items.delete([...browser.items.keys()].find((key) => key.endsWith(':cache'))!);
  open();
  server.auto.login = () => loginAnswer({ conversations: [conversation([opened, event(2), later(event(3))])] });
  client.start();
  const peer = await server.peer(1);
  for (const [i, id] of ids.entries()) {
    const request = await peer.take('send_event');
    assert.equal(request.payload.custom_id, id);
    peer.reply(request, { conversation_id: C1, seq: 4 + i, generation: LATER, at: 1, duplicate: false });
  }
  await until(() => shown().join() === 'text 2 undefined,text 3 undefined,one sent,two sent');
});

test('a conversation that is lost as a whole begins anew under its id', async () => {
  const ids = await say(await begin(), 3, 'one', 'two');
  server.auto.login = () => loginAnswer({ gone: [C1] });
  server.peers[0]!.socket.close(1013);
  await until(() => client.snapshot().connection !== 'ready');
  tab.clock.advance(2000);
  const peer = await server.peer(1);
  peer.refuse(await peer.take('send_event'), 'not_found');
  const start = await peer.take('start_conversation');
  assert.deepEqual([start.payload.custom_id, start.payload.text, start.payload.conversation_id], [ids[0], 'one', C1]);
  const again = conversation([later(opened), later(mine(2, ids[0]!, 'one'))]);
  peer.reply(start, { conversation: again, seq: 2, generation: LATER, at: 1, duplicate: false });
  const next = await peer.take('send_event');
  assert.deepEqual([next.payload.custom_id, next.payload.conversation_id], [ids[1], C1]);
  peer.reply(next, { conversation_id: C1, seq: 3, generation: LATER, at: 1, duplicate: false });
  await until(() => shown().join() === 'one sent,two sent');
});

test('what is known to be there for long is forgotten, and so is all but the newest', async () => {
  const peer = await begin();
  await say(peer, 3, 'one');
  tab.clock.advance(20 * 60_000);
  await comeBack([], { rewound: undefined, last_seq: 3 });
  assert.equal(stored(), 0);
  const log = createSent(tab, createKeep(browser.storageOf(tab), 'other'));
  for (let seq = 1; seq <= 250; seq++) {
    log.add({ custom_id: `number-${seq}`, conversation_id: C1, text: 'x', at: tab.now(), seq, generation: 0 });
  }
  assert.equal(stored(), 200);
  assert.deepEqual(log.takeLost(C1, undefined, 0).map(({ seq }) => seq), Array.from({ length: 200 }, (_, i) => 51 + i));
  assert.equal(stored(), 0);
});

test('an agent offers again, also after a reload, and only where the conversation is theirs', async () => {
  const agentOf = () => {
    const page = browser.tab(tab.clock);
    page.chance = chance;
    const made = createAgentClient({ url: server.url, site: SITE, env: page });
    clients.push(made);
    return [made, page] as const;
  };
  const answer = (events: Event[], more: object = {}) =>
    loginAnswer({
      shopper: undefined, token: 'agent-token', queues: [], conversations: events.length ? [conversation(events, more)] : [],
      agent: { profile: MAYA, email: 'maya@shop.example', routing_status: 'accepting', capacity: 4, teams: ['sales'] },
    });
  const [first, page]: readonly [AgentClient, Tab] = agentOf();
  server.auto.login = () => answer([opened, event(2, { type: 'assigned', agent: MAYA })]);
  void first.login('maya@shop.example', 'secret');
  const peer = await server.peer(0);
  await until(() => first.snapshot().conversations.length === 1);
  const custom_id = first.send(C1, 'from maya')!;
  peer.reply(await peer.take('send_event'), { conversation_id: C1, seq: 3, generation: 0, at: 1, duplicate: false });
  await until(() => first.snapshot().conversations[0]!.timeline.some(({ seq }) => seq === 3));
  page.close();
  first.stop();

  const [second] = agentOf();
  server.auto.login = () => answer([]);
  second.start();
  const back = await server.peer(1);
  await until(() => second.snapshot().auth === 'signed_in');
  await quiet();
  assert.equal(back.count('send_event'), 0, 'it is not theirs now');
  const given = conversation([opened, event(2, { type: 'queued' }), later(event(3, { type: 'assigned', agent: MAYA }))]);
  back.push('incoming_conversation', { conversation: given });
  const request = await back.take('send_event');
  assert.deepEqual([request.payload.custom_id, request.payload.text], [custom_id, 'from maya']);
});

test('common: what stays is what both have', () => {
  const many = (from: number, to: number, generation = 0) => Array.from({ length: to - from + 1 }, (_, i) => ({ ...event(from + i), generation }));
  const held = { ...merge(undefined, conversation(many(1, 10))), receipts: { shopper: { delivered_up_to: 10, seen_up_to: 10 }, agent: { delivered_up_to: 9, seen_up_to: 9 } } };
  const seqs = (wire: ReturnType<typeof conversation>) => common(held, wire).events.length;
  assert.equal(common(held, conversation(many(8, 10))), held, 'nothing differs');
  assert.equal(common(held, conversation(many(11, 12))), held);
  assert.equal(seqs(conversation(many(4, 7), { rewound: true })), 7);
  assert.equal(seqs(conversation([...many(4, 7), ...many(8, 12, 5)], { rewound: true })), 7);
  assert.equal(seqs(conversation([...many(4, 7), ...many(8, 12, 5)])), 7, 'also when it is seen by itself');
  assert.equal(seqs(conversation(many(300, 310, 5), { rewound: true })), 0, 'what both have is too far back');
  const none = { delivered_up_to: 0, seen_up_to: 0 };
  assert.deepEqual(common(held, conversation(many(4, 7), { rewound: true })).receipts, { shopper: none, agent: none });
  const whole = merge(held, conversation([...many(4, 7), ...many(8, 12, 5)], { rewound: true }));
  assert.deepEqual(whole.events.map(({ seq, generation }) => `${generation}-${seq}`).slice(5), ['0-6', '0-7', '5-8', '5-9', '5-10', '5-11', '5-12']);
});
