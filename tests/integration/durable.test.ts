// What an ack means, one order for everybody, resends, and resuming with cursors.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, test } from 'node:test';
import { agent, shopper } from './harness/client.ts';
import { startServer } from './harness/server.ts';
import { fieldsOf } from './harness/stream.ts';
import { until } from './harness/until.ts';

const sites = ['ack', 'order', 'once', 'both', 'reconnect', 'start', 'closed', 'cursor', 'long', 'early', 'other', 'stranger', 'row', 'between'];
const server = await startServer({ sites });
after(() => server.close());

test('an ack means that the event is in the stream', async () => {
  const redis = await server.redis();
  const anna = await shopper(server, 'ack');
  const started = await anna.must('start_conversation', { custom_id: 'first-one', text: 'Hello' });
  const { id } = started.conversation;
  const [opened, first] = await redis.events('ack', id);
  assert.deepEqual([opened?.id, opened?.type], ['0-1', 'opened']);
  assert.deepEqual(first, {
    id: `0-${started.seq}`, type: 'message', at: String(started.at), role: 'shopper', by: anna.id, custom_id: 'first-one', text: 'Hello',
  });
  for (let i = 3; i < 20; i++) {
    const { seq, at, duplicate } = await anna.send(id, `Message ${i} 🔔`, `message-${i}`);
    const last = (await redis.events('ack', id)).at(-1);
    assert.deepEqual(last, {
      id: `0-${seq}`, type: 'message', at: String(at), role: 'shopper', by: anna.id, custom_id: `message-${i}`, text: `Message ${i} 🔔`,
    });
    assert.deepEqual([seq, duplicate], [i, false]);
  }
  assert.deepEqual(await redis.list('CONFIG', 'GET', 'appendfsync'), ['appendfsync', 'always']);
  assert.deepEqual(await redis.list('CONFIG', 'GET', 'appendonly'), ['appendonly', 'yes']);
});

test('both sides write at once from several places, and everybody sees one order without a gap', async () => {
  const anna = [await shopper(server, 'order')];
  const { id } = (await anna[0]!.start('Hello')).conversation;
  anna.push(await shopper(server, 'order', { token: anna[0]!.token, cursors: [] }));
  const maya = [await agent(server, 'order', 'maya'), await agent(server, 'order', 'maya')];
  await maya[0]!.given();
  assert.equal(maya[1]!.login.conversations[0]?.id, id);
  const all = [...anna, ...maya];
  const EACH = 30;
  const acked = await Promise.all(
    all.flatMap((client, who) => Array.from({ length: EACH }, async (_, i) => ({ ...(await client.send(id, `${who}:${i}`)), text: `${who}:${i}` }))),
  );
  const last = 3 + all.length * EACH;
  assert.deepEqual(acked.map(({ seq }) => seq).sort((a, b) => a - b), Array.from({ length: all.length * EACH }, (_, i) => 4 + i));
  const stored = (await (await server.redis()).events('order', id)).map((event, i) => `${i + 1} ${event.text ?? event.type}`);
  assert.equal(stored.length, last);
  for (const { seq, text } of acked) assert.equal(stored[seq - 1], `${seq} ${text}`);
  for (const client of all) {
    await until('every viewer holds all of it', () => client.lines(id).length === last);
    assert.deepEqual(client.lines(id), stored);
  }
  for (const client of all) {
    const pushed = (await client.untaken('incoming_event')).filter(({ event }) => event.type === 'message');
    assert.equal(pushed.length, (all.length - 1) * EACH, 'one push of each event of the others, and none of the own ones');
  }
});

test('a message sent again, once, often or all at once, is stored and shown once', async () => {
  const maya = await agent(server, 'once', 'maya');
  const anna = await shopper(server, 'once');
  const { id: conversation_id } = (await anna.start('Hello')).conversation;
  await maya.given();
  const message = { conversation_id, custom_id: 'only-once-please', text: 'Only once' };
  const first = await anna.must('send_event', message);
  for (let i = 0; i < 3; i++) {
    assert.deepEqual(await anna.must('send_event', message), { ...first, duplicate: true });
  }
  const burst = { conversation_id, custom_id: 'all-at-once', text: 'All at once' };
  const answers = await Promise.all(Array.from({ length: 12 }, () => anna.must('send_event', burst)));
  assert.equal(new Set(answers.map(({ seq }) => seq)).size, 1);
  assert.equal(answers.filter(({ duplicate }) => !duplicate).length, 1);
  const started = await anna.must('start_conversation', { custom_id: burst.custom_id, text: burst.text });
  assert.deepEqual([started.conversation.id, started.seq, started.duplicate], [conversation_id, answers[0]!.seq, true]);

  const lines = ['1 opened', '2 Hello', '3 assigned', '4 Only once', '5 All at once'];
  assert.deepEqual((await maya.untaken('incoming_event')).map(({ event }) => event.text), ['Only once', 'All at once']);
  assert.deepEqual(maya.lines(conversation_id), lines);
  assert.equal((await (await server.redis()).events('once', conversation_id)).length, 5);
});

test('messages that are sent without waiting are stored in their order, and a resend among them once', async () => {
  const maya = await agent(server, 'row', 'maya');
  const anna = await shopper(server, 'row');
  const { id } = (await anna.start('Hello')).conversation;
  await maya.given();
  const order = [0, 1, 2, 1, 3, 2, 4, 5, 6, 7, 8, 8, 9];
  const answers = await Promise.all(order.map((i) => anna.send(id, `Row ${i}`, `row-number-${i}`)));
  answers.forEach(({ seq }, at) => assert.equal(seq, 4 + order[at]!));
  assert.equal(answers.filter(({ duplicate }) => duplicate).length, order.length - 10);
  const stored = (await (await server.redis()).events('row', id)).slice(3).map(({ text }) => text);
  assert.deepEqual(stored, Array.from({ length: 10 }, (_, i) => `Row ${i}`));
});

test('what is written in the middle of a row is read before the next of it', async () => {
  const maya = await agent(server, 'between', 'maya');
  const anna = await shopper(server, 'between');
  const { id } = (await anna.start('Hello')).conversation;
  await maya.given();
  const redis = await server.redis();
  const row = Promise.all(Array.from({ length: 12 }, (_, i) => anna.send(id, `Row ${i}`, `row-number-${i}`)));
  const closing = maya.must('propose_close', { conversation_id: id });
  await Promise.all([row, closing]);
  const events = await redis.events('between', id);
  assert.deepEqual(events.map(({ id: at }) => Number(at!.split('-')[1])), Array.from({ length: events.length }, (_, i) => i + 1));
  assert.deepEqual(events.flatMap(({ text }) => (text?.startsWith('Row') ? [text] : [])), Array.from({ length: 12 }, (_, i) => `Row ${i}`));
  await until('the shopper holds all of it', () => anna.lines(id).length === events.length);
});

test('the same custom_id from both sides is two messages', async () => {
  const maya = await agent(server, 'both', 'maya');
  const anna = await shopper(server, 'both');
  const { id } = (await anna.start('Hello')).conversation;
  await maya.given();
  const ours = await anna.send(id, 'From the shopper', 'the-same-id');
  const theirs = await maya.send(id, 'From the agent', 'the-same-id');
  assert.deepEqual([ours.duplicate, theirs.duplicate], [false, false]);
  assert.equal(theirs.seq, ours.seq + 1);
  await anna.event('message');
  assert.deepEqual(anna.lines(id), maya.lines(id));
});

test('a resend after the socket broke before the ack is recognised', async () => {
  const anna = await shopper(server, 'reconnect');
  const { id: conversation_id } = (await anna.start('Hello')).conversation;
  const redis = await server.redis();
  const custom_id = randomUUID();
  anna.raw(JSON.stringify({ request_id: 'x', action: 'send_event', payload: { conversation_id, custom_id, text: 'Did it arrive?' } }));
  await until('it is stored', async () => (await redis.events('reconnect', conversation_id)).length === 3);
  anna.socket.terminate();
  const back = await shopper(server, 'reconnect', { token: anna.token, cursors: [{ conversation_id, seq: 2 }] });
  assert.deepEqual(back.lines(conversation_id), ['3 Did it arrive?']);
  const { seq, duplicate } = await back.send(conversation_id, 'Did it arrive?', custom_id);
  assert.deepEqual([seq, duplicate], [3, true]);
  assert.equal((await redis.events('reconnect', conversation_id)).length, 3);
});

test('start_conversation sent again does not open another one, not even after the first was closed', async () => {
  const maya = await agent(server, 'start', 'maya');
  const anna = await shopper(server, 'start');
  const first = { custom_id: 'the-first-message', text: 'Hello' };
  const answers = await Promise.all([1, 2, 3].map(() => anna.must('start_conversation', first)));
  const id = answers[0]!.conversation.id;
  assert.deepEqual(answers.map(({ conversation, seq }) => [conversation.id, seq]), [[id, 2], [id, 2], [id, 2]]);
  assert.deepEqual(answers.map(({ duplicate }) => duplicate).sort(), [false, true, true]);
  await maya.given();
  const again = await shopper(server, 'start', { token: anna.token });
  assert.equal((await again.must('start_conversation', first)).duplicate, true);

  await maya.must('propose_close', { conversation_id: id });
  await anna.event('close_proposed');
  await anna.must('confirm_close', { conversation_id: id });
  const late = await anna.must('start_conversation', first);
  assert.deepEqual([late.conversation.id, late.conversation.state, late.duplicate], [id, 'closed', true]);
  assert.equal((await anna.must('list_conversations', {})).conversations.length, 1);
});

test('a resend into a conversation that was closed meanwhile is still recognised', async () => {
  const maya = await agent(server, 'closed', 'maya');
  const anna = await shopper(server, 'closed');
  const { id: conversation_id } = (await anna.start('Hello')).conversation;
  await maya.given();
  const message = { conversation_id, custom_id: 'before-the-end', text: 'Thanks' };
  const sent = await anna.must('send_event', message);
  await maya.must('propose_close', { conversation_id });
  await anna.must('confirm_close', { conversation_id });
  assert.deepEqual(await anna.must('send_event', message), { ...sent, duplicate: true });
  await anna.refused('conversation_closed', 'send_event', { ...message, custom_id: 'after-the-end' });
});

test('a log-in with cursors brings exactly what was missed', async () => {
  const maya = await agent(server, 'cursor', 'maya');
  const anna = await shopper(server, 'cursor');
  const { id: conversation_id } = (await anna.start('Hello')).conversation;
  await maya.given();
  anna.socket.terminate();
  for (const text of ['One', 'Two', 'Three']) await maya.send(conversation_id, text);

  const resumed = async (seq: number) =>
    (await shopper(server, 'cursor', { token: anna.token, cursors: [{ conversation_id, seq }] })).login.conversations[0]!;
  const missed = await resumed(3);
  assert.deepEqual(missed.events.map(({ seq, text }) => [seq, text]), [[4, 'One'], [5, 'Two'], [6, 'Three']]);
  assert.deepEqual([missed.has_earlier, missed.has_more ?? false, missed.last_seq, missed.state], [true, false, 6, 'assigned']);
  assert.deepEqual((await resumed(5)).events.map(({ seq }) => seq), [6]);
  assert.deepEqual((await resumed(6)).events, []);
  assert.deepEqual((await resumed(0)).events.map(({ seq }) => seq), [1, 2, 3, 4, 5, 6]);
  assert.equal((await resumed(0)).has_earlier, false);
  const without = await shopper(server, 'cursor', { token: anna.token, cursors: [] });
  assert.deepEqual(without.lines(conversation_id).length, 6);
  const stranger = await shopper(server, 'cursor', { cursors: [{ conversation_id, seq: 0 }] });
  assert.deepEqual(stranger.login.conversations, []);
});

test('nothing is missed and nothing comes twice for pages that come and go while both write', async () => {
  const maya = await agent(server, 'early', 'maya');
  const anna = await shopper(server, 'early');
  const { id: conversation_id } = (await anna.start('Hello')).conversation;
  await maya.given();
  let done = false;
  const writing = (async () => {
    for (let i = 0; i < 30; i++) await maya.send(conversation_id, `Message ${i}`);
    done = true;
  })();
  let lines: string[] = [];
  while (!done) {
    const cursors = [{ conversation_id, seq: lines.length }];
    const page = await shopper(server, 'early', { token: anna.token, cursors });
    await page.push('incoming_event', () => true, 1000).catch(() => undefined);
    page.socket.terminate();
    lines = [...lines, ...page.lines(conversation_id)];
  }
  await writing;
  const end = await shopper(server, 'early', { token: anna.token, cursors: [{ conversation_id, seq: lines.length }] });
  assert.deepEqual([...lines, ...end.lines(conversation_id)], maya.lines(conversation_id));
  assert.equal(maya.lines(conversation_id).length, 33);
});

test('a long conversation comes in pieces that fit together, forward and backward', async () => {
  const maya = await agent(server, 'long', 'maya');
  const anna = await shopper(server, 'long');
  const { id: conversation_id } = (await anna.start('Hello')).conversation;
  await maya.given();
  anna.socket.terminate();
  maya.socket.terminate();
  const redis = await server.redis();
  await until('no node looks at it, and would have to be told', async () => !(await redis.call('EXISTS', `{long}:conv:${conversation_id}:nodes`)));
  const LAST = 1203;
  await Promise.all(
    Array.from({ length: LAST - 3 }, (_, i) =>
      redis.call('XADD', `{long}:conv:${conversation_id}:log`, `0-${i + 4}`, ...fieldsOf({ type: 'message', at: Date.now(), role: 'shopper', by: anna.id, custom_id: `from-elsewhere-${i}`, text: `Text ${i + 4}` })),
    ),
  );
  const page = await shopper(server, 'long', { token: anna.token, cursors: [{ conversation_id, seq: 3 }] });
  let { events, has_more } = page.login.conversations[0]! as { events: { seq: number }[]; has_more?: boolean };
  for (let last = 3; ; ) {
    assert.equal(events[0]?.seq, last + 1);
    last = events.at(-1)!.seq;
    if (!has_more) break;
    ({ events, has_more } = await page.must('list_events', { conversation_id, after: last, limit: 200 }));
  }
  assert.equal(page.lines(conversation_id).length, LAST - 3);
  assert.equal((await page.send(conversation_id, 'And on')).seq, LAST + 1);

  const newest = (await shopper(server, 'long', { token: anna.token, cursors: [] })).login.conversations[0]!;
  assert.deepEqual([newest.events.at(-1)?.seq, newest.has_earlier, newest.last_seq], [LAST + 1, true, LAST + 1]);
  const before = await page.must('list_events', { conversation_id, before: newest.events[0]!.seq, limit: 50 });
  assert.equal(before.events.length, 50);
  assert.equal(before.events.at(-1)!.seq, newest.events[0]!.seq - 1);
  assert.equal(before.has_more, true);
  const head = await page.must('list_events', { conversation_id, before: 3 });
  assert.deepEqual([head.events.map(({ seq }) => seq), head.has_more], [[1, 2], false]);
});

test('what another node wrote is read before the next message is written', async () => {
  const maya = await agent(server, 'other', 'maya');
  const anna = await shopper(server, 'other');
  const { id } = (await anna.start('Hello')).conversation;
  await maya.given();
  const redis = await server.redis();
  const event = { type: 'message', at: Date.now(), role: 'shopper', by: anna.id, custom_id: 'from-elsewhere', text: 'From elsewhere' };
  await redis.call('XADD', `{other}:conv:${id}:log`, '0-4', ...fieldsOf(event));
  assert.equal((await maya.send(id, 'Right behind it')).seq, 5);
  assert.deepEqual(maya.lines(id).slice(3), ['4 From elsewhere', '5 Right behind it']);
  assert.deepEqual(await anna.send(id, 'From elsewhere', 'from-elsewhere').then(({ seq, duplicate }) => [seq, duplicate]), [4, true]);
  assert.deepEqual(anna.lines(id), maya.lines(id));
});

test("another's conversation answers like one that does not exist, whatever is asked of it", async () => {
  const anna = await shopper(server, 'stranger');
  const { id: hers } = (await anna.start('Private')).conversation;
  const elsewhere = (await (await shopper(server, 'ack')).start('On another site')).conversation.id;
  const nowhere = 'c_00000000000000000000';
  const eve = await shopper(server, 'stranger');
  const own = (await eve.start('My own')).conversation.id;
  const maya = await agent(server, 'other', 'maya'); // of another site
  const asks = (conversation_id: string) => [
    ['send_event', { conversation_id, custom_id: randomUUID(), text: 'Hi' }],
    ['send_typing_indicator', { conversation_id, is_typing: true }],
    ['mark_events_as_delivered', { conversation_id, up_to: 1 }],
    ['mark_events_as_seen', { conversation_id, up_to: 1 }],
    ['list_events', { conversation_id }],
    ['confirm_close', { conversation_id }],
    ['dispute_close', { conversation_id }],
  ] as const;
  for (const [i, [action]] of asks(own).entries()) {
    const errors = [];
    for (const id of [hers, elsewhere, nowhere]) {
      const [, payload] = asks(id)[i]!;
      errors.push(await eve.refused('not_found', action, payload));
    }
    assert.deepEqual(errors, [errors[2], errors[2], errors[2]], action);
  }
  for (const id of [hers, nowhere]) {
    await maya.refused('not_found', 'list_events', { conversation_id: id });
    await maya.refused('not_found', 'send_event', { conversation_id: id, custom_id: randomUUID(), text: 'Hi' });
    await maya.refused('not_found', 'propose_close', { conversation_id: id });
    await maya.refused('not_found', 'mark_events_as_seen', { conversation_id: id, up_to: 1 });
  }
  assert.deepEqual((await maya.must('list_conversations', { shopper_id: anna.id })).conversations, []);
  await eve.refused('not_allowed', 'list_conversations', { shopper_id: anna.id });
  assert.equal((await (await server.redis()).events('stranger', hers)).length, 2);
  assert.deepEqual(await anna.untaken('incoming_event'), []);
  assert.deepEqual(await anna.untaken('incoming_typing_indicator'), []);
});
