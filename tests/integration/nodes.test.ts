// Several servers on one Redis behave as one.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { agent, Client, nextAddress, shopper } from './harness/client.ts';
import { email } from './harness/config.ts';
import { type Server, startServer } from './harness/server.ts';
import { fieldsOf } from './harness/stream.ts';
import { pause, until } from './harness/until.ts';

const settings = { agent_grace_ms: 500 };
const sites = ['guess', 'crowd', 'chat', 'dies', 'drain', 'both', 'resend', 'pages', 'lost', 'cut', 'given', 'queue', 'team', 'moves', 'again', 'unread', 'silent', 'said'];

function beside(first: Server, flags: string[] = []): Promise<Server> {
  return startServer({ sites, settings, flags: ['--redis', `unix:${join(first.data, 'redis.sock')}`, ...flags] });
}

const east = await startServer({ sites, settings });
const west = await beside(east);
after(async () => {
  await west.close();
  await east.close();
});

/** A shopper on one server whose conversation is an agent's on the other. */
async function across(site: string): Promise<{ maya: Client; anna: Client; id: string }> {
  const maya = await agent(west, site, 'maya');
  const anna = await shopper(east, site);
  const { id } = (await anna.start('Hello')).conversation;
  assert.equal((await maya.given()).id, id);
  return { maya, anna, id };
}

/** In the stream, as by a server that died, or lost its connection, before it could tell anybody. */
async function writeUntold(site: string, id: string, anna: Client): Promise<void> {
  const redis = await east.redis();
  const [[top]] = (await redis.call('XREVRANGE', `{${site}}:conv:${id}:log`, '+', '-', 'COUNT', 1)) as [[string]];
  const [generation, seq] = top.split('-').map(Number) as [number, number];
  const event = { type: 'message', at: Date.now(), role: 'shopper', by: anna.id, custom_id: 'anna-untold', text: 'Untold' };
  await redis.call('XADD', `{${site}}:conv:${id}:log`, `${generation}-${seq + 1}`, ...fieldsOf(event));
}

async function hintsLost(server: Server): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Number(/^shopbell_hints_lost_total (\d+)/m.exec(text)![1]);
}

describe('two servers', { concurrency: true }, () => {
  test('a shopper on one and an agent on the other talk, type, see and are there', async () => {
    const { maya, anna, id } = await across('chat');
    await maya.send(id, 'Hi');
    assert.equal((await anna.event('message')).text, 'Hi');
    await anna.send(id, 'A question');
    assert.equal((await maya.event('message')).text, 'A question');
    assert.deepEqual(anna.lines(id), maya.lines(id));

    await anna.must('send_typing_indicator', { conversation_id: id, is_typing: true });
    assert.equal((await maya.push('incoming_typing_indicator')).author.id, anna.id);
    await maya.must('mark_events_as_seen', { conversation_id: id, up_to: 5 });
    assert.deepEqual(await anna.push('receipts_updated'), {
      conversation_id: id,
      role: 'agent',
      receipt: { delivered_up_to: 5, seen_up_to: 5 },
    });
    await anna.must('update_page', { page: { url: 'https://shop.example/boots' } });
    assert.equal((await maya.push('shopper_updated')).shopper.page?.url, 'https://shop.example/boots');

    anna.socket.terminate();
    await maya.push('presence_updated', ({ present }) => !present);
    const back = await shopper(west, 'chat', { token: anna.token, cursors: [] });
    await maya.push('presence_updated', ({ present }) => present);
    maya.socket.terminate();
    await back.push('presence_updated', ({ role, present }) => role === 'agent' && !present);
  });

  test('a shopper who only goes to the next page is there all the time', async () => {
    const { maya, anna, id } = await across('moves');
    const pages = [anna];
    for (let i = 0; i < 4; i++) {
      const before = pages.at(-1)!;
      const gone = before.close();
      pages.push(await shopper(east, 'moves', { token: anna.token, cursors: [{ conversation_id: id, seq: 3 }] }));
      await gone;
    }
    await pages.at(-1)!.send(id, 'Still here');
    await maya.event('message');
    const told = await maya.untaken('presence_updated');
    assert.deepEqual(told.filter(({ present }) => !present), []);
    await pages.at(-1)!.close();
    await maya.push('presence_updated', ({ present }) => !present);
  });

  test('both write at once, and everybody has one order without a gap', async () => {
    const { maya, anna, id } = await across('both');
    const texts = (who: string) => Array.from({ length: 40 }, (_, i) => `${who} ${i}`);
    const inTurn = async (client: Client, who: string) => {
      for (const text of texts(who)) await client.send(id, text);
    };
    await Promise.all([inTurn(anna, 'anna'), inTurn(maya, 'maya')]);
    const stored = await (await east.redis()).events('both', id);
    const lines = stored.map(({ id: at, text, type }) => `${at!.slice(2)} ${text ?? type}`);
    assert.deepEqual(lines.map((line) => Number.parseInt(line, 10)), Array.from({ length: 83 }, (_, i) => i + 1));
    await until('both hold all', () => anna.lines(id).length === 83 && maya.lines(id).length === 83);
    assert.deepEqual(anna.lines(id), lines);
    assert.deepEqual(maya.lines(id), lines);
    for (const who of ['anna', 'maya']) assert.deepEqual(lines.map((line) => line.slice(line.indexOf(' ') + 1)).filter((text) => text.startsWith(who)), texts(who));
  });

  test('a message sent again through the other server is recognised', async () => {
    const { maya, anna, id } = await across('resend');
    const first = await anna.send(id, 'Once', 'anna-once');
    anna.socket.terminate();
    const back = await shopper(west, 'resend', { token: anna.token, cursors: [] });
    assert.deepEqual(await back.send(id, 'Once', 'anna-once'), { ...first, duplicate: true });
    const again = await back.must('start_conversation', { custom_id: 'anna-once', text: 'Once' });
    assert.deepEqual([again.conversation.id, again.seq, again.duplicate], [id, first.seq, true]);
    assert.equal(maya.lines(id).filter((line) => line.endsWith('Once')).length, 1);
  });

  test('what was written and told nobody is told when it is sent again', async () => {
    const { maya, anna, id } = await across('again');
    await writeUntold('again', id, anna);
    assert.equal((await anna.send(id, 'Untold', 'anna-untold')).duplicate, true);
    assert.equal((await maya.event('message')).text, 'Untold');
  });

  test('and when somebody looks at it', async () => {
    const { maya, anna, id } = await across('unread');
    anna.socket.terminate();
    await maya.push('presence_updated', ({ present }) => !present);
    await writeUntold('unread', id, anna);
    await shopper(east, 'unread', { token: anna.token, cursors: [] });
    assert.equal((await maya.event('message')).text, 'Untold');
  });

  test('passwords are counted on both together', async () => {
    const guess = async (server: Server, address: string, name: string, site = 'guess') => {
      const client = await Client.open(server, { address });
      const outcome = await client.ask('login', { role: 'agent', site, email: email(name), password: 'guess' });
      client.socket.terminate();
      assert.ok(!outcome.success);
      return outcome.error;
    };
    for (const server of [east, west, east, west, east]) {
      assert.equal((await guess(server, nextAddress(), 'maya')).type, 'authentication_failed');
    }
    const { type, retry_after_ms: wait } = await guess(west, nextAddress(), 'maya');
    assert.ok(type === 'rate_limited' && wait! > 0 && wait! <= 60_000, `${type} ${wait}`);
    const address = nextAddress();
    const all = await Promise.all(Array.from({ length: 24 }, (_, i) => guess(i % 2 ? east : west, address, `nobody${i}`, 'crowd')));
    const types = all.map((error) => error.type).sort();
    assert.deepEqual(types, [...Array<string>(20).fill('authentication_failed'), ...Array<string>(4).fill('rate_limited')]);
  });

  test('a page on the other server sees the conversation that was opened here', async () => {
    const anna = await shopper(east, 'pages');
    const other = await shopper(west, 'pages', { token: anna.token });
    const { id } = (await anna.start('Hello')).conversation;
    assert.equal((await other.given()).id, id);
    await other.send(id, 'From the other page');
    assert.equal((await anna.event('message')).text, 'From the other page');
  });

  test('the place in the queue is told, and moves, on either server', async () => {
    const anna = await shopper(east, 'queue');
    const berta = await shopper(west, 'queue');
    await anna.start('First');
    const second = await berta.start('Second');
    assert.equal(second.conversation.queue_position ?? (await berta.push('queue_position_updated')).position, 2);
    const maya = await agent(west, 'queue', 'maya', {});
    await maya.given();
    await anna.event('assigned');
  });

  test('the team is told the same everywhere', async () => {
    const anna = await shopper(east, 'team');
    assert.equal(anna.login.teams[0]?.status, 'away');
    const maya = await agent(west, 'team', 'maya');
    await anna.push('team_status_updated', ({ status }) => status.status === 'online');
    await maya.must('set_routing_status', { status: 'away' });
    await anna.push('team_status_updated', ({ status }) => status.status === 'away');
    const berta = await shopper(east, 'team');
    assert.equal(berta.login.teams[0]?.status, 'away');
  });
});

// What follows disturbs the feed, so one after the other.
test('a hint that is lost is noticed within a second, also when nothing follows it', async () => {
  const { maya, anna, id } = await across('lost');
  const redis = await east.redis();
  const before = await hintsLost(west);
  await anna.send(id, 'Heard');
  await maya.event('message');
  await redis.call('ACL', 'SETUSER', 'default', '-publish');
  await anna.send(id, 'Not heard');
  for (let turn = 0; turn < 3; turn++) await anna.must('ping', {}); // the hint has been sent, and refused
  await redis.call('ACL', 'SETUSER', 'default', '+publish');
  assert.equal((await maya.event('message')).text, 'Not heard');
  assert.ok((await hintsLost(west)) > before);
  assert.deepEqual(maya.lines(id), anna.lines(id));
});

test('a message that a hint brings is shown when it is the next of the same history, and else what the stream has', async () => {
  const { maya, anna, id } = await across('said');
  const redis = await east.redis();
  await anna.send(id, 'Heard');
  await maya.event('message');
  const [[top]] = (await redis.call('XREVRANGE', `{said}:conv:${id}:log`, '+', '-', 'COUNT', 1)) as [[string]];
  const [generation, seq] = top.split('-').map(Number) as [number, number];
  let number = 0;
  const hint = async (of: { generation: number; event: string }, text: string, customId = 'custom-1') => {
    const words = ['said', 'n_00000000000000000000', ++number, 'said', id, of.generation, of.event.replace('-', ' '), Date.now(), 'shopper', anna.id, customId, text];
    for (const node of (await redis.call('ZRANGE', '{said}:nodes', 0, -1)) as string[]) await redis.call('PUBLISH', `{said}:feed:${node}`, words.join(' '));
  };
  await hint({ generation: generation + 1, event: `${generation}-${seq + 1}` }, 'Of a server with another history');
  await hint({ generation, event: `${generation + 1}-${seq + 1}` }, 'Of another history');
  await hint({ generation, event: `${generation}-${seq + 2}` }, 'Not the next one');
  await hint({ generation, event: `${generation}-${seq}` }, 'One that is known');
  // As long as the stream is read because of one of those, it is the stream that is believed.
  const heard = maya.event('message');
  let isOver = false;
  const over = () => void (isOver = true);
  heard.then(over, over);
  for (; !isOver; await pause(50)) await hint({ generation, event: `${generation}-${seq + 1}` }, 'The next one: with a space', 'custom-5');
  const { text, custom_id } = await heard;
  assert.deepEqual({ text, custom_id }, { text: 'The next one: with a space', custom_id: 'custom-5' });
});

test('what is said while the feed is cut is there as soon as it is back', async () => {
  const { maya, anna, id } = await across('cut');
  const redis = await east.redis();
  for (let round = 0; round < 5; round++) {
    await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await anna.send(id, `Round ${round}`);
    assert.equal((await maya.event('message')).text, `Round ${round}`);
  }
  assert.deepEqual(maya.lines(id), anna.lines(id));
});

test('an agent who is given a conversation while the feed is cut is told as soon as it is back', async () => {
  const maya = await agent(west, 'given', 'maya');
  const redis = await east.redis();
  for (let round = 0; round < 2; round++) {
    const anna = await shopper(east, 'given');
    await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    const { conversation } = await anna.start('Hello');
    assert.equal((await maya.given()).id, conversation.id);
  }
});

test('a server that dies: its agent is said to be gone, and the conversation is the next one’s', async () => {
  const south = await beside(east);
  const maya = await agent(south, 'dies', 'maya');
  const anna = await shopper(east, 'dies');
  const { id } = (await anna.start('Hello')).conversation;
  await maya.given();
  await south.stop('SIGKILL');
  await anna.push('presence_updated', ({ role, present }) => role === 'agent' && !present, 8000);
  await anna.event('queued', 8000);
  const jonas = await agent(west, 'dies', 'jonas');
  const given = await until('jonas has it', () => jonas.given(8000).then((c) => (c.id === id ? c : undefined)));
  assert.deepEqual(given.events.slice(-2).map(({ type, reason }) => reason ?? type), ['agent_left', 'assigned']);
  await anna.push('incoming_event', ({ event }) => event.type === 'assigned' && event.agent?.id === 'jonas');
  await south.close();
});

test('a server that dies before it could tell: the others read what it wrote', async () => {
  const south = await beside(east);
  const maya = await agent(west, 'silent', 'maya');
  const anna = await shopper(south, 'silent');
  const { id } = (await anna.start('Hello')).conversation;
  await maya.given();
  await writeUntold('silent', id, anna);
  await south.stop('SIGKILL');
  assert.equal((await maya.event('message', 8000)).text, 'Untold');
  await south.close();
});

test('a server that stops answers what was sent, takes nothing new, and loses nobody', async () => {
  const south = await beside(east);
  const maya = await agent(west, 'drain', 'maya');
  const anna = await shopper(south, 'drain');
  const { id } = (await anna.start('Hello')).conversation;
  await maya.given();
  await (await east.redis()).call('CLIENT', 'PAUSE', 700, 'WRITE');
  const ack = anna.send(id, 'Just in time');
  const answered = (async () => (await ack).seq)();
  await anna.untaken('incoming_event');
  const stopped = south.stop();
  await until('it says so', async () => {
    const answer = await fetch(`${south.url}/readyz`);
    return answer.status === 503 && (await answer.text()).includes('draining');
  });
  const late = await Client.open(south);
  assert.equal((await late.closed).code, 1013);
  anna.raw(JSON.stringify({ request_id: 'late', action: 'send_event', payload: { conversation_id: id, custom_id: 'anna-too-late', text: 'Too late' } }));
  assert.equal(await answered, 4);
  const { code, reason } = await anna.closed;
  assert.equal(code, 4007);
  assert.ok(Number(/^retry_after_ms=(\d+)$/.exec(reason)![1]) < 500);
  assert.deepEqual(await stopped, { code: 0, signal: null });

  const back = await shopper(east, 'drain', { token: anna.token, cursors: [{ conversation_id: id, seq: 4 }] });
  assert.equal((await back.send(id, 'Too late', 'anna-too-late')).duplicate, false);
  await until('maya has all', () => maya.lines(id).length === 5);
  assert.deepEqual(maya.lines(id).slice(3), ['4 Just in time', '5 Too late']);
  await south.close();
});
