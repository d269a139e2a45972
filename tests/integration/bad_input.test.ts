// Whatever comes over a socket gets a clear answer, and costs nobody else anything.
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { after, test } from 'node:test';
import { randomUUID } from 'node:crypto';
import type { WireError } from '@proto';
import { agent, Client, shopper } from './harness/client.ts';
import { startServer } from './harness/server.ts';
import { pause } from './harness/until.ts';

const server = await startServer({ sites: ['table', 'json', 'frames', 'errors', 'rate', 'roles', 'text', 'states'] });
after(() => server.close());

const ID = 'c_00000000000000000000';

/** Below what the library would send. */
function sendBytes(client: Client, bytes: number[]): void {
  (client.socket as unknown as { _socket: Socket })._socket.write(Buffer.from(bytes));
}

/** Sends it as it is; what comes back, by its request_id if the server could read that. */
async function error(client: Client, frame: string | Buffer, request_id?: string): Promise<WireError> {
  client.raw(frame, { binary: false });
  const outcome = await client.answer(request_id, String(frame).slice(0, 100));
  assert.ok(!outcome.success);
  assert.equal(outcome.error.retryable, false);
  assert.ok(outcome.error.message.length > 10, 'it says what was wrong');
  return outcome.error;
}

test('a wrong field is named, with where it is', async () => {
  const client = await shopper(server, 'table');
  const message = { conversation_id: ID, custom_id: 'custom-id-1', text: 'Hi' };
  const page = { url: 'https://shop.example/' };
  const wrong: [string, unknown, string][] = [
    ['send_event', { ...message, text: undefined }, 'payload.text'],
    ['send_event', { ...message, text: 7 }, 'payload.text'],
    ['send_event', { ...message, text: null }, 'payload.text'],
    ['send_event', { ...message, text: '' }, 'payload.text'],
    ['send_event', { ...message, text: 'x'.repeat(4001) }, 'payload.text'],
    ['send_event', { ...message, text: '🔔'.repeat(4001) }, 'payload.text'],
    ['send_event', { ...message, more: true }, 'payload.more'],
    ['send_event', { ...message, custom_id: 'short' }, 'payload.custom_id'],
    ['send_event', { ...message, custom_id: 'x'.repeat(65) }, 'payload.custom_id'],
    ['send_event', { ...message, custom_id: 'not allowed!' }, 'payload.custom_id'],
    ['send_event', { ...message, conversation_id: 'c_short' }, 'payload.conversation_id'],
    ['send_event', { ...message, conversation_id: [ID] }, 'payload.conversation_id'],
    ['mark_events_as_seen', { conversation_id: ID, up_to: 0 }, 'payload.up_to'],
    ['mark_events_as_seen', { conversation_id: ID, up_to: 1.5 }, 'payload.up_to'],
    ['mark_events_as_seen', { conversation_id: ID, up_to: '1' }, 'payload.up_to'],
    ['mark_events_as_seen', { conversation_id: ID, up_to: 2 ** 53 }, 'payload.up_to'],
    ['send_typing_indicator', { conversation_id: ID, is_typing: 'yes' }, 'payload.is_typing'],
    ['list_events', { conversation_id: ID, limit: 201 }, 'payload.limit'],
    ['list_events', { conversation_id: ID, limit: -1 }, 'payload.limit'],
    ['update_page', { page: { title: 'No url' } }, 'payload.page.url'],
    ['update_page', { page: { ...page, url: 'x'.repeat(2001) } }, 'payload.page.url'],
    ['update_page', { page: { ...page, more: 1 } }, 'payload.page.more'],
    ['update_page', { page: 'https://shop.example/' }, 'payload.page'],
    ['update_shopper', { name: '' }, 'payload.name'],
    ['start_conversation', { ...message, conversation_id: undefined, team: 'Ünits' }, 'payload.team'],
    ['ping', { more: 1 }, 'payload.more'],
  ];
  for (const [i, [action, payload, path]] of wrong.entries()) {
    if (i % 12 === 11) await pause(700); // a person's pace
    const { type, path: named, message: words } = await error(client, JSON.stringify({ request_id: `r${i}`, action, payload }), `r${i}`);
    assert.deepEqual([type, named], ['invalid_payload', path], `${action} ${JSON.stringify(payload).slice(0, 80)}: ${words}`);
  }
  assert.equal((await client.start('And it goes on')).seq, 2);
});

test('a frame that is not a request is refused, with its id if it has one', async () => {
  const client = await shopper(server, 'json');
  const frames: [string, WireError['type'], string?][] = [
    ['', 'bad_json'],
    [' ', 'bad_json'],
    ['nonsense', 'bad_json'],
    ['{"request_id":"1"', 'bad_json'],
    ['{"request_id":"1"}}', 'bad_json'],
    ["{'request_id':'1'}", 'bad_json'],
    ['[]', 'bad_json'],
    ['"ping"', 'bad_json'],
    ['null', 'bad_json'],
    ['7', 'bad_json'],
    ['\ufeff{"request_id":"1","action":"ping"}', 'bad_json'],
    ['{"request_id":"1","action":"ping","action":"logout"}', 'bad_json'],
    ['{"request_id":"1","action":"ping","payload":{"a":1,"a":2}}', 'bad_json'],
    ['{"request_id":"1","action":"ping","payload":{"a":"\\ud800"}}', 'bad_json'],
    ['{"request_id":"1","action":"ping","payload":{"a":"\\u0000"}}', 'bad_json'],
    [`{"request_id":"1","action":"ping","payload":${'['.repeat(8)}${']'.repeat(8)}}`, 'bad_json'],
    ['['.repeat(30_000), 'bad_json'],
    ['{"a":'.repeat(6000), 'bad_json'],
    [`{${Array.from({ length: 2500 }, (_, i) => `"k${i}":1`).join()}}`, 'bad_frame'],
    ['{}', 'bad_frame'],
    ['{"request_id":1,"action":"ping"}', 'bad_frame'],
    ['{"request_id":"","action":"ping"}', 'bad_frame'],
    [`{"request_id":"${'x'.repeat(65)}","action":"ping"}`, 'bad_frame'],
    ['{"request_id":"a b","action":"ping"}', 'bad_frame'],
    ['{"action":"ping"}', 'bad_frame'],
    ['{"request_id":"i1"}', 'bad_frame', 'i1'],
    ['{"request_id":"i2","action":7}', 'bad_frame', 'i2'],
    ['{"request_id":"i3","action":"ping","payload":[]}', 'bad_frame', 'i3'],
    ['{"request_id":"i4","action":"ping","payload":null}', 'bad_frame', 'i4'],
    ['{"request_id":"i5","action":"ping","more":1}', 'bad_frame', 'i5'],
    ['{"request_id":"i6","action":"fly"}', 'unknown_action', 'i6'],
    ['{"request_id":"i7","action":"PING"}', 'unknown_action', 'i7'],
    ['{"request_id":"i8","action":"incoming_event","payload":{}}', 'unknown_action', 'i8'],
  ];
  for (const [frame, type, request_id] of frames) {
    assert.equal((await error(client, frame, request_id)).type, type, frame.slice(0, 80));
  }
  client.raw('{"request_id":"good","action":"ping"}');
  assert.equal((await client.answer('good')).success, true);
  assert.equal((await client.start('It goes on')).seq, 2);
});

test('a frame that breaks the rules of the socket closes it with the code for that, and only it', async () => {
  const bystander = await shopper(server, 'frames');
  const big = JSON.stringify({ request_id: '1', action: 'ping', payload: {}, more: 'x'.repeat(33_000) });
  const ping = Buffer.from('{"request_id":"1","action":"ping"}');
  const breaks: [string, number, (client: Client) => void][] = [
    ['binary', 1003, (client) => client.raw(ping, { binary: true })],
    ['not UTF-8', 1007, (client) => client.raw(Buffer.from([0x7b, 0xff, 0x7d]), { binary: false })],
    ['overlong UTF-8', 1007, (client) => client.raw(Buffer.from([0x22, 0xc0, 0xaf, 0x22]), { binary: false })],
    ['a surrogate in UTF-8', 1007, (client) => client.raw(Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), { binary: false })],
    ['UTF-8 cut in the middle', 1007, (client) => client.raw(Buffer.from([0x22, 0xf0, 0x9f, 0x94]), { binary: false })],
    ['too big', 1009, (client) => client.raw(big)],
    ['much too big', 1009, (client) => client.raw('x'.repeat(5_000_000))],
    ['too big in pieces', 1009, (client) => {
      for (let i = 0; i < 40; i++) client.raw('x'.repeat(1000), { fin: i === 39 });
    }],
    ['pieces without end', 1008, (client) => {
      for (let i = 0; i < 200; i++) client.raw('x', { fin: false });
    }],
    ['empty pieces without end', 1008, (client) => {
      for (let i = 0; i < 200; i++) client.raw('', { fin: false });
    }],
  ];
  for (const [what, code, act] of breaks) {
    const client = await shopper(server, 'frames');
    act(client);
    assert.equal((await client.closed).code, code, what);
  }
  await bystander.must('ping', {});
});

test('who closes a socket gets the same code back, and 1002 for one that nobody may send', async () => {
  for (const code of [1000, 1001, 4321]) {
    const client = await shopper(server, 'frames');
    client.socket.close(code, 'bye');
    assert.deepEqual(await client.closed, { code, reason: 'bye' });
  }
  for (const [payload, code] of [[[], 1005], [[0x03, 0xed], 1002], [[0x00, 0x01], 1002]] as [number[], number][]) {
    const client = await shopper(server, 'frames');
    sendBytes(client, [0x88, 0x80 | payload.length, 0, 0, 0, 0, ...payload]);
    assert.equal((await client.closed).code, code, String(payload));
  }
});

test('a request may come in pieces, also inside a character', async () => {
  const client = await shopper(server, 'frames');
  const frame = Buffer.from(JSON.stringify({ request_id: 'p', action: 'start_conversation', payload: { custom_id: 'in-pieces', text: 'Grüße 🔔' } }));
  const size = Math.ceil(frame.length / 60);
  for (let at = 0; at < frame.length; at += size) {
    client.raw(frame.subarray(at, at + size), { binary: false, fin: at + size >= frame.length });
  }
  const outcome = await client.answer('p');
  assert.ok(outcome.success);
  const { id } = (await shopper(server, 'frames', { token: client.token, cursors: [] })).login.conversations[0]!;
  assert.equal((await client.must('list_events', { conversation_id: id })).events[1]?.text, 'Grüße 🔔');
});

test('a request may be longer than a read, and others may come before its end', async () => {
  const [long, other] = [await shopper(server, 'frames'), await shopper(server, 'frames')];
  const frame = `{"request_id":"long","action":"ping"}${' '.repeat(30_000)}`;
  long.raw(frame.slice(0, 20_000), { fin: false });
  other.raw(frame);
  assert.equal((await other.answer('long')).success, true);
  long.raw(frame.slice(20_000), { fin: true });
  assert.equal((await long.answer('long')).success, true);
  await long.must('ping', {});
});

/** As a browser sends it, which here can be cut anywhere. */
function pingFrame(payload: Buffer): Buffer {
  const mask = [1, 2, 3, 4];
  return Buffer.from([0x89, 0x80 | payload.length, ...mask, ...payload.map((byte, i) => byte ^ mask[i % 4]!)]);
}

test('a ping of the transport comes back as it was, also one that is read in pieces between others', async () => {
  const clients = await Promise.all(['a', 'b', 'c'].map(() => shopper(server, 'frames')));
  const payloads = clients.map((_, i) => Buffer.alloc(125, `${i}`));
  const back = clients.map(({ socket }) => new Promise<Buffer>((resolve) => socket.once('pong', resolve)));
  for (let at = 0; at < 131; at += 30) {
    for (const [i, { socket }] of clients.entries()) {
      (socket as unknown as { _socket: Socket })._socket.write(pingFrame(payloads[i]!).subarray(at, at + 30));
    }
    await pause(50);
  }
  assert.deepEqual((await Promise.all(back)).map(String), payloads.map(String));
  for (const client of clients) await client.must('ping', {});
});

test('a hundred refusals in a row close the socket; a good request in between begins the count anew', async () => {
  const client = await shopper(server, 'errors');
  const nonsense = async (count: number) => {
    for (let i = 0; i < count; i++) await error(client, 'nonsense');
  };
  await nonsense(99);
  await client.must('ping', {});
  await nonsense(99);
  client.raw('nonsense');
  assert.equal((await client.closed).code, 4005);
});

test('whoever is too fast is told how long to wait, and is served after that', async () => {
  const client = await shopper(server, 'rate');
  const other = await shopper(server, 'rate');
  const asked = Array.from({ length: 20 }, () => client.ask('list_conversations', {}));
  const outcomes = await Promise.all(asked);
  const refused = outcomes.flatMap((outcome) => (outcome.success ? [] : [outcome.error]));
  assert.ok(refused.length >= 10 && refused.length <= 13, `${refused.length} of 20 were refused`); // 40 tokens less a log-in's 5, 5 each
  for (const { type, retryable, retry_after_ms } of refused) {
    assert.deepEqual([type, retryable], ['rate_limited', true]);
    assert.ok(retry_after_ms! > 0 && retry_after_ms! <= 500, `${retry_after_ms}`);
  }
  assert.ok((await other.ask('list_conversations', {})).success, 'others are not slowed down');
  await pause(refused.at(-1)!.retry_after_ms!);
  assert.ok((await client.ask('list_conversations', {})).success);
});

test('each role may do its own and nothing else', async () => {
  const anna = await shopper(server, 'roles');
  const maya = await agent(server, 'roles', 'maya');
  const { id: conversation_id } = (await anna.start('Hello')).conversation;
  await maya.given();
  await anna.refused('not_allowed', 'propose_close', { conversation_id });
  await anna.refused('not_allowed', 'set_routing_status', { status: 'away' });
  await anna.refused('not_allowed', 'list_queue', {});
  await anna.refused('not_allowed', 'logout', {});
  await maya.refused('not_allowed', 'start_conversation', { custom_id: randomUUID(), text: 'Hi' });
  await maya.refused('not_allowed', 'confirm_close', { conversation_id });
  await maya.refused('not_allowed', 'dispute_close', { conversation_id });
  await maya.refused('not_allowed', 'update_page', { page: { url: 'https://shop.example/' } });
  await maya.refused('not_allowed', 'update_shopper', { name: 'Maya' });
  assert.deepEqual(anna.lines(conversation_id), ['1 opened', '2 Hello', '3 assigned']);
  assert.deepEqual(await maya.untaken('incoming_event'), []);
});

test("an agent may not act in a conversation that is not theirs, but may read it", async () => {
  const maya = await agent(server, 'states', 'maya');
  const anna = await shopper(server, 'states');
  const { id: conversation_id } = (await anna.start('Hello')).conversation;
  await maya.given();
  const jonas = await agent(server, 'states', 'jonas');
  await jonas.refused('wrong_state', 'send_event', { conversation_id, custom_id: randomUUID(), text: 'Hi' });
  await jonas.refused('wrong_state', 'propose_close', { conversation_id });
  await jonas.refused('wrong_state', 'mark_events_as_seen', { conversation_id, up_to: 2 });
  await jonas.refused('not_found', 'send_typing_indicator', { conversation_id, is_typing: true });
  assert.equal((await jonas.must('list_events', { conversation_id })).events.length, 3);
  assert.deepEqual((await jonas.must('list_conversations', { shopper_id: anna.id })).conversations.map(({ id }) => id), [conversation_id]);
  await maya.send(conversation_id, 'Mine');
  await anna.event('message');
  assert.deepEqual(await jonas.untaken('incoming_event'), [], 'reading is not watching');
  assert.deepEqual(await anna.untaken('receipts_updated'), []);
});

test('every text that is allowed comes through as it was written', async () => {
  const maya = await agent(server, 'text', 'maya');
  const anna = await shopper(server, 'text');
  const texts = [
    'x', ' ', '\n', '\t\r\n', 'a\u0001b\u001f', '"\\/\b\f', '\u007f\u0080\u2028\u2029\ufeff', 'e\u0301 é', '\u202eright to left', 'שלום مرحبا', '👨‍👩‍👧‍👦🇩🇪', '\ufffe\uffff\u{10ffff}',
    '<script>alert(1)</script>', "'; DROP TABLE", '%s%n%x', '{"type":"push"}', '\\u0041', 'x'.repeat(4000), '🔔'.repeat(4000), '\u0001'.repeat(4000),
  ];
  const { id } = (await anna.start(texts[0]!)).conversation;
  await maya.given();
  for (const text of texts) await anna.send(id, text);
  for (const text of texts) assert.equal((await maya.event('message')).text, text);
  const fresh = await shopper(server, 'text', { token: anna.token, cursors: [] });
  assert.deepEqual(fresh.lines(id), maya.lines(id));
  const stored = await (await server.redis()).events('text', id);
  assert.deepEqual(stored.slice(3).map(({ text }) => text), texts);
});
