// A shopper and an agent: from the first word to the next conversation.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { agent, shopper } from './harness/client.ts';
import { startServer } from './harness/server.ts';
import { until } from './harness/until.ts';

const settings = { close_timeout_ms: 1000 };
const sites = ['first', 'typing', 'receipts', 'presence', 'page', 'close', 'next', 'late', 'team', 'unread'];
const server = await startServer({ sites, settings });
after(() => server.close());

// Side by side: each test has a site of its own.
describe('a chat', { concurrency: true }, () => {
  test('the first message reaches an agent at once with the page, and both write', async () => {
    const maya = await agent(server, 'first', 'maya');
    const anna = await shopper(server, 'first', { page: { url: 'https://shop.example/boots', title: 'Boots' } });
    const page = { url: 'https://shop.example/boots/7', title: 'Boots, size 7' };
    const started = await anna.must('start_conversation', { custom_id: 'anna-0001', text: 'Are they waterproof?', page });
    const { id } = started.conversation;
    assert.equal(started.seq, 2);
    assert.equal(started.duplicate, false);
    assert.equal(started.conversation.state, 'assigned');
    assert.deepEqual(started.conversation.agent, { id: 'maya', name: 'maya' });

    const given = await maya.given();
    assert.equal(given.id, id);
    assert.deepEqual(given.shopper, { id: anna.id, present: true, page });
    assert.deepEqual(given.events.map(({ type }) => type), ['opened', 'message', 'assigned']);
    assert.equal(given.events[1]?.custom_id, 'anna-0001');

    await maya.send(id, 'They are.', 'maya-0001');
    const { event, conversation_id } = await anna.push('incoming_event');
    assert.equal(conversation_id, id);
    assert.deepEqual(event.author, { role: 'agent', id: 'maya' });
    assert.equal(event.custom_id, 'maya-0001');
    assert.deepEqual(event.agent, { id: 'maya', name: 'maya' });
    await anna.send(id, 'Thank you! 🥾 <b>&amp;</b>');
    assert.equal((await maya.event('message')).text, 'Thank you! 🥾 <b>&amp;</b>');

    const all = ['1 opened', '2 Are they waterproof?', '3 assigned', '4 They are.', '5 Thank you! 🥾 <b>&amp;</b>'];
    assert.deepEqual(anna.lines(id), all);
    assert.deepEqual(maya.lines(id), all);
  });

  test('typing is shown to the other side only, with who it is', async () => {
    const maya = await agent(server, 'typing', 'maya');
    const anna = await shopper(server, 'typing');
    const { id } = (await anna.start('Hello?')).conversation;
    await maya.given();

    await anna.must('send_typing_indicator', { conversation_id: id, is_typing: true });
    const author = { role: 'shopper', id: anna.id };
    assert.deepEqual(await maya.push('incoming_typing_indicator'), { conversation_id: id, author, is_typing: true });
    await maya.must('send_typing_indicator', { conversation_id: id, is_typing: true });
    await maya.must('send_typing_indicator', { conversation_id: id, is_typing: false });
    const typing = { conversation_id: id, author: { role: 'agent', id: 'maya' } };
    assert.deepEqual(await anna.push('incoming_typing_indicator'), { ...typing, is_typing: true });
    assert.deepEqual(await anna.push('incoming_typing_indicator'), { ...typing, is_typing: false });
    assert.deepEqual(await anna.untaken('incoming_typing_indicator'), []);
    assert.deepEqual(await maya.untaken('incoming_typing_indicator'), []);
  });

  test('delivered and seen reach the other side, only grow, and stay', async () => {
    const maya = await agent(server, 'receipts', 'maya');
    const anna = await shopper(server, 'receipts');
    const { id } = (await anna.start('One')).conversation;
    await maya.given();
    await anna.send(id, 'Two');

    await maya.must('mark_events_as_delivered', { conversation_id: id, up_to: 4 });
    const toAnna = await anna.push('receipts_updated');
    assert.deepEqual(toAnna, { conversation_id: id, role: 'agent', receipt: { delivered_up_to: 4, seen_up_to: 0 } });
    await maya.must('mark_events_as_seen', { conversation_id: id, up_to: 2 });
    assert.deepEqual((await anna.push('receipts_updated')).receipt, { delivered_up_to: 4, seen_up_to: 2 });
    await maya.must('mark_events_as_seen', { conversation_id: id, up_to: 1 });
    await maya.must('mark_events_as_delivered', { conversation_id: id, up_to: 3 });
    assert.deepEqual(await anna.untaken('receipts_updated'), []);

    await anna.must('mark_events_as_seen', { conversation_id: id, up_to: 1_000_000 });
    assert.deepEqual((await maya.push('receipts_updated')).receipt, { delivered_up_to: 4, seen_up_to: 4 });
    const again = await shopper(server, 'receipts', { token: anna.token, cursors: [] });
    assert.deepEqual(again.login.conversations[0]?.receipts, {
      shopper: { delivered_up_to: 4, seen_up_to: 4 },
      agent: { delivered_up_to: 4, seen_up_to: 2 },
    });
  });

  test('each side sees the other leave and come back', async () => {
    const maya = await agent(server, 'presence', 'maya');
    const anna = await shopper(server, 'presence');
    const { conversation } = await anna.start('Still there?');
    assert.equal(conversation.agent_present, true);
    assert.equal((await maya.given()).shopper?.present, true);

    await anna.close();
    assert.deepEqual(await maya.push('presence_updated'), { conversation_id: conversation.id, role: 'shopper', present: false });
    const back = await shopper(server, 'presence', { token: anna.token, cursors: [] });
    assert.equal((await maya.push('presence_updated')).present, true);

    await maya.close();
    assert.deepEqual(await back.push('presence_updated'), { conversation_id: conversation.id, role: 'agent', present: false });
    await agent(server, 'presence', 'maya');
    assert.equal((await back.push('presence_updated', ({ present }) => present)).role, 'agent');
  });

  test('the agent sees where the shopper goes and what they call themselves', async () => {
    const maya = await agent(server, 'page', 'maya');
    const anna = await shopper(server, 'page');
    const { id } = (await anna.start('Hello')).conversation;
    assert.equal((await maya.given()).shopper?.page, undefined);

    const page = { url: 'https://shop.example/tents?colour=red', title: 'Tents' };
    await anna.must('update_page', { page });
    const moved = await maya.push('shopper_updated');
    assert.deepEqual(moved, { conversation_id: id, shopper: { id: anna.id, present: true, page } });
    await anna.must('update_shopper', { name: 'Anna <script>', email: 'anna@home.example' });
    assert.deepEqual((await maya.push('shopper_updated')).shopper, {
      id: anna.id, present: true, page, name: 'Anna <script>', email: 'anna@home.example',
    });

    const bare = { url: 'https://shop.example/' };
    const again = await shopper(server, 'page', { token: anna.token, cursors: [], page: bare });
    assert.equal(again.login.shopper?.name, 'Anna <script>');
    assert.deepEqual((await maya.push('shopper_updated')).shopper.page, bare);
    const window = await agent(server, 'page', 'maya');
    assert.deepEqual(window.login.conversations[0]?.shopper?.page, bare);
  });

  test('the agent proposes to close, the shopper disputes, and then confirms', async () => {
    const maya = await agent(server, 'close', 'maya');
    const anna = await shopper(server, 'close');
    const { id: conversation_id } = (await anna.start('My tent leaks')).conversation;
    await maya.given();
    await anna.refused('wrong_state', 'confirm_close', { conversation_id });
    await anna.refused('wrong_state', 'dispute_close', { conversation_id });

    await maya.must('propose_close', { conversation_id });
    assert.deepEqual((await anna.event('close_proposed')).author, { role: 'agent', id: 'maya' });
    await maya.refused('wrong_state', 'propose_close', { conversation_id });
    await anna.must('dispute_close', { conversation_id });
    assert.equal((await maya.event('close_disputed')).author.role, 'shopper');
    await anna.send(conversation_id, 'It still leaks');

    await maya.must('propose_close', { conversation_id });
    await anna.event('close_proposed');
    await anna.must('confirm_close', { conversation_id });
    const closed = await maya.event('closed');
    assert.equal(closed.reason, 'confirmed');
    assert.deepEqual(closed.author, { role: 'shopper', id: anna.id });
    await anna.event('closed');
    await maya.refused('conversation_closed', 'send_event', { conversation_id, custom_id: 'too-late', text: 'Hm' });
    const lines = ['1 opened', '2 My tent leaks', '3 assigned', '4 close_proposed', '5 close_disputed', '6 It still leaks', '7 close_proposed', '8 closed'];
    assert.deepEqual(anna.lines(conversation_id), lines);
    assert.deepEqual(maya.lines(conversation_id), lines);
  });

  test('a later message opens the next conversation, with the last one still to be read', async () => {
    const maya = await agent(server, 'next', 'maya');
    const anna = await shopper(server, 'next');
    const first = (await anna.start('First question')).conversation.id;
    await maya.given();
    await maya.must('propose_close', { conversation_id: first });
    await anna.event('close_proposed');
    await anna.must('confirm_close', { conversation_id: first });
    await anna.event('closed');

    const late = { conversation_id: first, custom_id: 'second-question', text: 'Second question' };
    await anna.refused('conversation_closed', 'send_event', late);
    const second = (await anna.start(late.text, { custom_id: late.custom_id })).conversation;
    assert.notEqual(second.id, first);
    assert.equal((await maya.given()).id, second.id);

    for (const asking of [anna.must('list_conversations', {}), maya.must('list_conversations', { shopper_id: anna.id })]) {
      const { conversations } = await asking;
      assert.deepEqual(conversations.map(({ id, state }) => [id, state]), [[second.id, 'assigned'], [first, 'closed']]);
    }
    assert.deepEqual((await maya.must('list_conversations', {})).conversations.map(({ id }) => id), [first]);
    for (const client of [anna, maya]) {
      const { events, has_more } = await client.must('list_events', { conversation_id: first });
      assert.deepEqual(events.map(({ text, type }) => text ?? type), ['opened', 'First question', 'assigned', 'close_proposed', 'closed']);
      assert.equal(has_more, false);
    }
  });

  test('a proposed close that nobody answers times out; a message is no answer', async () => {
    const maya = await agent(server, 'late', 'maya');
    const anna = await shopper(server, 'late');
    const { id: conversation_id } = (await anna.start('Hello')).conversation;
    await maya.given();
    await maya.must('propose_close', { conversation_id });
    await anna.send(conversation_id, 'One moment');
    assert.equal((await shopper(server, 'late', { token: anna.token, cursors: [] })).login.conversations[0]?.state, 'closing');

    const closed = await anna.event('closed');
    assert.equal(closed.reason, 'timed_out');
    assert.deepEqual(closed.author, { role: 'system' });
    assert.equal((await maya.event('closed')).seq, closed.seq);
    const redis = await server.redis();
    assert.deepEqual(await redis.list('ZRANGE', '{late}:deadlines', 0, -1), []);
  });

  test('a shopper may choose the team; its agents answer, and no others', async () => {
    const maya = await agent(server, 'team', 'maya');
    const kofi = await agent(server, 'team', 'kofi');
    await kofi.push('team_status_updated', ({ status }) => status.team === 'orders' && status.status === 'online');
    const anna = await shopper(server, 'team');
    await anna.refused('not_found', 'start_conversation', { custom_id: 'nobody-01', text: 'Hm', team: 'nobody' });
    const { conversation } = await anna.start('Where is my order?', { team: 'orders' });
    assert.equal(conversation.team, 'orders');
    assert.equal((await kofi.given()).id, conversation.id);
    assert.deepEqual(await maya.untaken('incoming_conversation'), []);
    assert.deepEqual(kofi.login.queues?.map(({ team }) => team), ['orders']);
    const teams = anna.login.teams.map(({ team, status }) => [team, status]);
    assert.deepEqual(teams, [['support', 'online'], ['orders', 'online']]);
    assert.equal((await anna.push('team_status_updated', ({ status }) => status.team === 'orders')).status.status, 'busy');
  });

  test('whoever only looks costs Redis nothing', async () => {
    const redis = await server.redis();
    const keys = () => redis.list('KEYS', '{unread}:*');
    await until('the first heartbeat', async () => (await keys()).includes('{unread}:beaten'));
    const before = (await keys()).sort();
    const looking = await shopper(server, 'unread', { page: { url: 'https://shop.example/' } });
    await looking.must('update_page', { page: { url: 'https://shop.example/boots' } });
    await looking.must('ping', {});
    assert.deepEqual((await keys()).sort(), before);
    assert.deepEqual(looking.login.conversations, []);
  });
});
