// The agent's client: signing in and out, many conversations, and what is shown before the server agreed to it.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { LoginResponse } from '@proto';
import { type AgentClient, createAgentClient } from '../../web-widget/client/index';
import { Browser, C1, C2, conversation, event, loginAnswer, MAYA, mine, type Peer, quiet, Server, SHOPPER, SITE, type Tab, until } from './harness';

let server: Server;
let browser: Browser;
let tab: Tab;
let client: AgentClient;
let clients: AgentClient[];

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
  tab.chance = () => 0.5 + Math.random() / 1e6;
  client = createAgentClient({ url: server.url, site: SITE, env: tab });
  clients.push(client);
}

const ADA = { id: SHOPPER, name: 'Ada', present: true, page: { url: 'https://shop.example/' } };

function agentLogin(more: Partial<LoginResponse> = {}, profile = MAYA): LoginResponse {
  const agent = { profile, email: 'maya@shop.example', routing_status: 'accepting' as const, capacity: 3, teams: ['sales'] };
  const { shopper: _, ...answer } = loginAnswer({ token: 'agent-token', agent, queues: [{ team: 'sales', name: 'Sales', length: 2 }], ...more });
  return answer;
}

const assigned = (id = C1, more = {}) =>
  conversation([event(1, { type: 'opened' }), mine(2, 'custom-aa', 'hi'), event(3, { type: 'assigned', agent: MAYA, author: { role: 'system' } })], {
    id,
    shopper: ADA,
    ...more,
  });

async function signIn(more: Partial<LoginResponse> = { conversations: [assigned()] }): Promise<Peer> {
  const n = server.peers.length;
  server.auto.login = () => agentLogin(more);
  assert.equal(await client.login(' maya@shop.example ', 'secret'), undefined);
  return server.peer(n);
}

const snapshot = () => client.snapshot();
const first = () => snapshot().conversations[0]!;
const view = (id = C1) => snapshot().views.get(id)!;

test('a wrong password is told in the server\'s words, and the next try may be right', async () => {
  delete server.auto.login;
  const trying = client.login('maya@shop.example', 'wrong');
  assert.equal(snapshot().auth, 'signing_in');
  const peer = await server.peer();
  const request = await peer.take('login');
  assert.deepEqual(request.payload, { role: 'agent', site: SITE, email: 'maya@shop.example', password: 'wrong', cursors: [] });
  peer.refuse(request, 'authentication_failed');
  assert.equal((await trying)?.message, 'authentication_failed.');
  assert.equal(snapshot().auth, 'signed_out');
  assert.equal(snapshot().authError?.type, 'authentication_failed');
  await signIn();
  assert.equal(snapshot().auth, 'signed_in');
  assert.equal(snapshot().authError, null);
});

test('a server that is not there is told at once', async () => {
  await server.close();
  assert.equal((await client.login('maya@shop.example', 'secret'))?.type, 'disconnected');
  assert.equal(snapshot().auth, 'signed_out');
  server = await Server.open();
});

test('too many tries are told, not waited out', async () => {
  delete server.auto.login;
  const trying = client.login('maya@shop.example', 'secret');
  const peer = await server.peer();
  peer.refuse(await peer.take('login'), 'rate_limited', { retryable: true, retry_after_ms: 12_000 });
  assert.equal((await trying)?.retry_after_ms, 12_000);
});

test('a reload resumes by the kept token; without one nothing connects', async () => {
  client.start();
  await quiet();
  assert.equal(server.peers.length, 0);
  assert.equal(snapshot().auth, 'signed_out');
  await signIn();
  tab.close();
  client.stop();
  open();
  client.start();
  assert.equal(snapshot().auth, 'signing_in');
  await until(() => snapshot().auth === 'signed_in');
  assert.equal(server.peers[1]!.seen[0]!.payload.token, 'agent-token');
  assert.ok(![...browser.items.values()].some((value) => value.includes('hi')), 'a shopper\'s words stay on the desk');
});

test('a revoked token signs out and says why', async () => {
  const peer = await signIn();
  peer.socket.close(4003, 'Signed in elsewhere.');
  await until(() => snapshot().auth === 'signed_out');
  assert.equal(snapshot().authError?.message, 'Signed in elsewhere.');
  assert.equal(snapshot().conversations.length, 0);
  assert.equal(snapshot().connection, 'stopped');
  client.start();
  assert.equal(snapshot().auth, 'signed_out');
});

test('logout revokes, closes and forgets', async () => {
  const peer = await signIn();
  client.drafts.set(C1, 'half a word');
  const leaving = client.logout();
  peer.reply(await peer.take('logout'));
  peer.socket.close(4006);
  await leaving;
  await until(() => snapshot().auth === 'signed_out' && snapshot().connection === 'stopped');
  assert.equal(snapshot().authError, null);
  assert.equal(browser.items.size, 0);
});

test('a cut keeps the agent signed in and resumes with cursors of their own conversations', async () => {
  const peer = await signIn();
  peer.pushEvent(mine(4, 'custom-bb'));
  await until(() => first().timeline.length === 4);
  peer.socket.terminate();
  await until(() => snapshot().connection === 'reconnecting');
  assert.equal(snapshot().auth, 'signed_in');
  tab.clock.advance(1000);
  await until(() => snapshot().connection === 'ready');
  const { token, cursors } = server.peers[1]!.seen[0]!.payload;
  assert.deepEqual({ token, cursors }, { token: 'agent-token', cursors: [{ conversation_id: C1, seq: 4, generation: 0 }] });
});

test('the list tells unread, last message, waiting and where the shopper is', async () => {
  const peer = await signIn();
  assert.equal(first().unread, 1);
  assert.equal(first().waitingSince, mine(2, '').at);
  assert.equal(first().lastMessage?.text, 'hi');
  client.seen(C1);
  assert.equal(first().unread, 0);
  client.send(C1, 'hello');
  assert.equal(first().lastMessage?.status, 'sending');
  peer.reply(await peer.take('send_event'), { conversation_id: C1, seq: 4, at: 9, duplicate: false });
  await until(() => first().lastMessage?.status === 'sent');
  assert.equal(first().waitingSince, null);
  assert.equal(first().lastMessage?.agent?.name, 'Maya');
  peer.push('shopper_updated', { conversation_id: C1, shopper: { id: SHOPPER, name: 'Ada', page: { url: 'https://shop.example/2' } } });
  await until(() => first().shopper?.page?.url.endsWith('/2'));
  assert.equal(first().shopper?.present, true);
  peer.push('presence_updated', { conversation_id: C1, role: 'shopper', present: false });
  await until(() => first().shopper?.present === false);
});

test('conversations come and go; a view changes only when its conversation does', async () => {
  const peer = await signIn();
  const before = first();
  peer.push('incoming_conversation', { conversation: assigned(C2, { opened_at: 1_800_000_000_000 }) });
  await until(() => snapshot().conversations.length === 2);
  assert.equal(first(), before);
  peer.pushEvent(event(4, { type: 'queued', reason: 'agent_away', author: { role: 'system' } }), C2);
  await until(() => snapshot().conversations.length === 1);
  assert.equal(view(C2).mine, false);
  assert.equal(first(), before);
});

test('messages of two conversations do not wait for each other', async () => {
  const peer = await signIn({ conversations: [assigned(), assigned(C2)] });
  client.send(C1, 'one');
  client.send(C2, 'two');
  const both = [await peer.take('send_event'), await peer.take('send_event')];
  assert.deepEqual(both.map(({ payload }) => payload.conversation_id), [C1, C2]);
});

test('a message into a conversation that was lost fails; it starts nothing', async () => {
  const peer = await signIn();
  client.send(C1, 'too late');
  peer.refuse(await peer.take('send_event'), 'conversation_closed');
  await until(() => first().lastMessage?.status === 'failed');
  await quiet();
  assert.equal(peer.count('start_conversation'), 0);
});

test('unsent messages are the agent\'s own: nobody else at the same desk sends them', async () => {
  const peer = await signIn();
  client.send(C1, 'from Maya');
  await peer.take('send_event');
  tab.close();
  client.stop();
  browser.items.delete(`shopbell:${SITE}:agent:token`);
  open();
  server.auto.login = () => agentLogin({ conversations: [assigned(C1, { agent: { id: 'tom', name: 'Tom' } })] }, { id: 'tom', name: 'Tom' });
  await client.login('tom@shop.example', 'secret');
  await quiet();
  assert.equal(server.peers[1]!.count('send_event'), 0);
  open();
  server.auto.login = () => agentLogin({ conversations: [assigned()] });
  await client.login('maya@shop.example', 'secret');
  assert.equal((await server.peers[2]!.take('send_event')).payload.text, 'from Maya');
});

test('routing status shows at once and goes back when refused', async () => {
  const peer = await signIn();
  const setting = client.setRoutingStatus('away');
  assert.equal(snapshot().routingStatus, 'away');
  peer.refuse(await peer.take('set_routing_status'), 'unavailable', { retryable: true });
  assert.equal((await setting)?.type, 'unavailable');
  assert.equal(snapshot().routingStatus, 'accepting');
  const again = client.setRoutingStatus('away');
  peer.reply(await peer.take('set_routing_status'), { status: 'away' });
  assert.equal(await again, undefined);
  assert.equal(snapshot().self?.routing_status, 'away');
  peer.push('routing_status_updated', { status: 'accepting' });
  await until(() => snapshot().routingStatus === 'accepting');
});

test('a proposed close shows at once and goes back when refused', async () => {
  const peer = await signIn();
  const refused = client.proposeClose(C1);
  assert.equal(first().state, 'closing');
  peer.refuse(await peer.take('propose_close'), 'wrong_state');
  assert.equal((await refused)?.type, 'wrong_state');
  assert.equal(first().state, 'assigned');
  const proposed = client.proposeClose(C1);
  peer.reply(await peer.take('propose_close'));
  assert.equal(await proposed, undefined);
  assert.equal(first().state, 'closing');
  peer.pushEvent(event(4, { type: 'close_proposed' }));
  peer.pushEvent(event(5, { type: 'close_disputed', author: { role: 'shopper' } }));
  await until(() => first().timeline.length === 5);
  assert.equal(first().state, 'assigned');
});

test('the shopper\'s former conversations come into the timeline; another agent\'s words are not own', async () => {
  const peer = await signIn();
  const loading = client.loadEarlier(C1);
  const list = await peer.take('list_conversations');
  assert.equal(list.payload.shopper_id, SHOPPER);
  const former = { id: C2, state: 'closed', team: 'sales', opened_at: 1, last_seq: 1 };
  peer.reply(list, { conversations: [former] });
  peer.reply(await peer.take('list_events'), { conversation_id: C2, events: [event(1, { author: { role: 'agent', id: 'tom' } })], has_more: false });
  assert.equal(await loading, undefined);
  const [item] = first().timeline;
  assert.ok(item?.kind === 'message' && !item.own && item.status === undefined);
  assert.equal(first().canLoadEarlier, false);
});

test('queues, the waiting, and what was closed', async () => {
  const peer = await signIn();
  peer.push('queue_updated', { queue: { team: 'sales', name: 'Sales', length: 5 } });
  await until(() => snapshot().queues[0]?.length === 5);
  const listing = client.listQueue();
  peer.reply(await peer.take('list_queue'), { entries: [{ conversation_id: C2, team: 'sales', position: 1, waiting_since: 1, shopper: ADA }] });
  await listing;
  assert.equal(snapshot().queue.length, 1);
  const closed = client.listClosed();
  const summary = { id: C2, state: 'closed' as const, team: 'sales', opened_at: 1, last_seq: 2, shopper: ADA };
  peer.reply(await peer.take('list_conversations'), { conversations: [summary] });
  await closed;
  assert.deepEqual(snapshot().closed, [summary]);
  const opening = client.open(summary);
  peer.reply(await peer.take('list_events'), { conversation_id: C2, events: [event(1), event(2)], has_more: false });
  assert.equal(await opening, undefined);
  assert.equal(view(C2).timeline.length, 2);
  assert.equal(snapshot().conversations.length, 1);
});

test('without a connection an action is refused at once and changes nothing', async () => {
  const peer = await signIn();
  peer.socket.terminate();
  await until(() => snapshot().connection === 'reconnecting');
  assert.equal((await client.proposeClose(C1))?.type, 'disconnected');
  assert.equal(first().state, 'assigned');
  assert.equal((await client.setRoutingStatus('away'))?.type, 'disconnected');
  assert.equal(snapshot().routingStatus, 'accepting');
});

test('a conversation that is transferred or taken over is mine no more, and names its team', async () => {
  const peer = await signIn();
  const asked = client.transfer(C1, { team: 'returns' });
  const request = await peer.take('transfer_conversation');
  assert.deepEqual(request.payload, { conversation_id: C1, team: 'returns' });
  peer.reply(request);
  assert.equal(await asked, undefined);
  peer.push('incoming_event', {
    conversation_id: C1, event: event(4, { type: 'queued', agent: MAYA, author: { role: 'agent' }, reason: 'transferred', team: 'returns' }),
  });
  await until(() => snapshot().conversations.length === 0);
  assert.equal(view().team, 'returns');
  assert.equal(view().agent, null);
});

test('what is refused is told, and colleagues are listed', async () => {
  const peer = await signIn();
  const asked = client.pick(C2);
  peer.refuse(await peer.take('pick_conversation'), 'agent_unavailable');
  assert.equal((await asked)?.type, 'agent_unavailable');
  const taking = client.takeOver(C2);
  peer.refuse(await peer.take('take_over_conversation'), 'wrong_state');
  assert.equal((await taking)?.type, 'wrong_state');
  const listing = client.listAgents();
  const jonas = { profile: { id: 'jonas', name: 'Jonas' }, teams: ['sales'], present: true, routing_status: 'away' as const, load: 0, capacity: 2 };
  peer.reply(await peer.take('list_agents'), { agents: [jonas] });
  assert.equal(await listing, undefined);
  assert.deepEqual(snapshot().colleagues, [jonas]);
});

test("what colleagues have is listed, opened, read along and forgotten with the agent", async () => {
  const peer = await signIn();
  assert.equal(snapshot().assigned, null);
  const listing = client.listAssigned();
  const request = await peer.take('list_assigned');
  assert.deepEqual(request.payload, { limit: 100 });
  const tom = { id: 'tom', name: 'Tom' };
  const summary = { id: C2, state: 'assigned' as const, team: 'sales', opened_at: 1, last_seq: 2, preview: 'hi', shopper: ADA, agent: tom };
  peer.reply(request, { conversations: [summary] });
  assert.equal(await listing, undefined);
  assert.deepEqual(snapshot().assigned, [summary]);

  const opening = client.open(summary);
  const events = [event(1, { type: 'opened' }), mine(2, 'custom-cc', 'hi')];
  peer.reply(await peer.take('list_events'), { conversation_id: C2, events, has_more: false });
  assert.equal(await opening, undefined);
  assert.deepEqual([view(C2).agent, view(C2).mine, view(C2).timeline.length], [tom, false, 2]);
  assert.equal(view(C2).shopper?.present, undefined);
  client.refresh(C2);
  tab.clock.advance(1);
  const more = await peer.take('list_events');
  assert.deepEqual(more.payload, { conversation_id: C2, after: 2, limit: 200 });
  peer.reply(more, { conversation_id: C2, events: [mine(3, 'custom-dd', 'hello?')], has_more: false });
  await until(() => view(C2).timeline.length === 3);
  assert.equal(await client.open(summary), undefined);
  tab.clock.advance(1000);
  const again = await peer.take('list_events');
  assert.deepEqual(again.payload, { conversation_id: C2, after: 3, limit: 200 });
  peer.reply(again, { conversation_id: C2, events: [], has_more: false });
  await quiet();
  assert.deepEqual(peer.seen.filter(({ action, payload }) => action.startsWith('mark_') && payload.conversation_id === C2), []);

  const taking = client.takeOver(C2);
  peer.reply(await peer.take('take_over_conversation'));
  assert.equal(await taking, undefined);
  peer.push('incoming_conversation', { conversation: assigned(C2, { last_seq: 4, events: [event(4, { type: 'assigned', agent: MAYA, reason: 'taken_over' })] }) });
  await until(() => view(C2).mine);
  assert.equal(view(C2).timeline.length, 4);

  const leaving = client.logout();
  peer.reply(await peer.take('logout'));
  await leaving;
  assert.equal(snapshot().assigned, null);
});

test('another priority: the queue is as it is then, or the refusal is told', async () => {
  const peer = await signIn();
  const entry = { conversation_id: C2, team: 'sales', position: 1, waiting_since: 1, shopper: ADA };
  const setting = client.setPriority(C2, 3);
  const request = await peer.take('set_priority');
  assert.deepEqual(request.payload, { conversation_id: C2, priority: 3 });
  peer.reply(request);
  peer.reply(await peer.take('list_queue'), { entries: [{ ...entry, priority: 3 }] });
  assert.equal(await setting, undefined);
  assert.equal(snapshot().queue[0]?.priority, 3);
  const refused = client.setPriority(C2, 0);
  peer.refuse(await peer.take('set_priority'), 'wrong_state');
  assert.equal((await refused)?.type, 'wrong_state');
  assert.equal(peer.count('list_queue'), 1);
});
