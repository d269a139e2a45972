// Who gets a conversation, who waits and where, and what happens when an agent is gone.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { Conversation } from '@proto';
import { agent, shopper, type Client } from './harness/client.ts';
import { startServer } from './harness/server.ts';
import { until } from './harness/until.ts';

const settings = { agent_grace_ms: 2500 };
const names = ['load', 'capacity', 'place', 'status', 'grace', 'away', 'windows', 'pages', 'race', 'queue', 'keys', 'order', 'leave'];
const sites = {
  ...Object.fromEntries(names.map((name) => [name, {}])),
  vanish: { agents: { maya: { capacity: 2 }, jonas: { capacity: 1 } } },
};
const server = await startServer({ sites, settings });
after(() => server.close());

async function shoppers(site: string, count: number): Promise<Client[]> {
  return Promise.all(Array.from({ length: count }, () => shopper(server, site)));
}

/** It comes with the conversation, or else right after it. */
async function place(client: Client, { queue_position }: Conversation): Promise<number> {
  return queue_position ?? (await client.push('queue_position_updated')).position;
}

// Side by side: each test has a site of its own.
describe('routing', { concurrency: true }, () => {
  test('the least loaded agent gets the next one, among equals the longest idle', async () => {
    const [a, b, c, d] = (await shoppers('load', 4)) as [Client, Client, Client, Client];
    await agent(server, 'load', 'maya');
    const jonas = await agent(server, 'load', 'jonas');
    const start = async (client: Client) => (await client.start('Hello')).conversation;
    assert.equal((await start(a)).agent?.id, 'maya'); // both free, maya idle for longer
    const second = await start(b);
    assert.equal(second.agent?.id, 'jonas'); // loads 1 and 0
    await jonas.must('propose_close', { conversation_id: second.id });
    await b.must('confirm_close', { conversation_id: second.id });
    assert.equal((await start(c)).agent?.id, 'jonas'); // loads 1 and 0, though maya is idle for longer
    assert.equal((await start(d)).agent?.id, 'maya'); // loads 1 and 1, maya idle for longer
    const redis = await server.redis();
    assert.equal(await redis.call('SCARD', '{load}:agent:maya:convs'), 2);
    assert.deepEqual(await redis.list('ZRANGE', '{load}:candidates:support', 0, -1), ['jonas']);
  });

  test('nobody gets more than their capacity; a slot that comes free takes the next in line', async () => {
    const maya = await agent(server, 'capacity', 'maya');
    const [a, b, c] = (await shoppers('capacity', 3)) as [Client, Client, Client];
    const first = (await a.start('One')).conversation;
    await b.start('Two');
    const third = (await c.start('Three')).conversation;
    assert.equal(third.state, 'queued');
    assert.equal(await place(c, third), 1);
    assert.equal((await c.push('team_status_updated', ({ status }) => status.status === 'busy')).status.team, 'support');
    for (let i = 0; i < 2; i++) assert.notEqual((await maya.given()).id, third.id);
    assert.deepEqual(await maya.untaken('incoming_conversation'), []);

    await maya.must('propose_close', { conversation_id: first.id });
    await a.event('close_proposed');
    await a.must('confirm_close', { conversation_id: first.id });
    assert.equal((await maya.given()).id, third.id);
    assert.equal((await c.event('assigned')).agent?.id, 'maya');
  });

  test('with everybody away a shopper is told the place in the queue, and it moves', async () => {
    const [a, b, c] = (await shoppers('place', 3)) as [Client, Client, Client];
    assert.equal(a.login.teams[0]?.status, 'away');
    const ids: string[] = [];
    for (const [i, client] of [a, b, c].entries()) {
      const { conversation } = await client.start(`I am number ${i + 1}`);
      ids.push(conversation.id);
      assert.equal(await place(client, conversation), i + 1);
    }
    const again = await shopper(server, 'place', { token: c.token, cursors: [] });
    assert.equal(again.login.conversations[0]?.queue_position, 3);

    const maya = await agent(server, 'place', 'maya');
    assert.equal((await c.push('queue_position_updated')).position, 1);
    await a.event('assigned');
    await b.event('assigned');
    assert.deepEqual(maya.login.conversations, []);
    assert.deepEqual(new Set([(await maya.given()).id, (await maya.given()).id]), new Set(ids.slice(0, 2)));
    await agent(server, 'place', 'jonas');
    await c.event('assigned');
  });

  test('the status of a team is away, online and busy as its agents are', async () => {
    const anna = await shopper(server, 'status');
    const [berta] = (await shoppers('status', 1)) as [Client];
    assert.deepEqual(anna.login.teams.map(({ team, status }) => [team, status]), [['support', 'away'], ['orders', 'away']]);
    const turns = async (status: string) =>
      (await anna.push('team_status_updated', (payload) => payload.status.team === 'orders' && payload.status.status === status)).status;
    const kofi = await agent(server, 'status', 'kofi');
    assert.deepEqual((await turns('online')).agents, [{ id: 'kofi', name: 'kofi' }]);
    await berta.start('Where is it?', { team: 'orders' });
    await turns('busy');
    await kofi.must('set_routing_status', { status: 'away' });
    await turns('away');
    await kofi.must('set_routing_status', { status: 'accepting' });
    await turns('busy');
    await kofi.close();
    await turns('away');
  });

  test("an agent who vanishes loses the conversation after a while; it is the next agent's, from its old place", async () => {
    const maya = await agent(server, 'vanish', 'maya');
    const [anna, berta] = (await shoppers('vanish', 2)) as [Client, Client];
    const { id } = (await anna.start('First in line')).conversation;
    await maya.given();
    await maya.must('set_routing_status', { status: 'away' });
    assert.equal(await place(berta, (await berta.start('Second in line')).conversation), 1);

    const left = Date.now();
    maya.socket.terminate();
    assert.equal((await anna.push('presence_updated')).present, false);
    const queued = await anna.event('queued');
    assert.ok(Date.now() - left >= settings.agent_grace_ms, 'the agent was waited for');
    assert.equal(queued.reason, 'agent_left');
    assert.equal((await anna.push('queue_position_updated')).position, 1);
    assert.equal((await berta.push('queue_position_updated')).position, 2);

    const jonas = await agent(server, 'vanish', 'jonas');
    const given = await jonas.given();
    assert.equal(given.id, id);
    assert.deepEqual(given.events.map(({ type }) => type), ['opened', 'message', 'assigned', 'queued', 'assigned']);
    assert.equal((await anna.event('assigned')).agent?.id, 'jonas');
    const back = await agent(server, 'vanish', 'maya');
    assert.deepEqual(back.login.conversations, []);
    await back.refused('wrong_state', 'send_event', { conversation_id: id, custom_id: 'too-late', text: 'I am back' });
  });

  test('an agent who signs out is not waited for', async () => {
    const maya = await agent(server, 'leave', 'maya');
    const anna = await shopper(server, 'leave');
    const { id } = (await anna.start('Hello')).conversation;
    await maya.given();
    const jonas = await agent(server, 'leave', 'jonas');
    await maya.must('logout', {});
    assert.equal((await anna.event('queued', settings.agent_grace_ms - 100)).reason, 'agent_left');
    assert.equal((await jonas.given()).id, id);
  });

  test('an agent who is back in time keeps the conversation and misses nothing', async () => {
    const maya = await agent(server, 'grace', 'maya');
    const anna = await shopper(server, 'grace');
    const { id } = (await anna.start('Hello')).conversation;
    await maya.given();
    maya.socket.terminate();
    await anna.push('presence_updated', ({ present }) => !present);
    await anna.send(id, 'Are you there?');

    const back = await agent(server, 'grace', 'maya', { cursors: [{ conversation_id: id, seq: 3 }] });
    assert.deepEqual(back.lines(id), ['4 Are you there?']);
    await anna.push('presence_updated', ({ present }) => present);
    const redis = await server.redis();
    const gone = async () => (await redis.list('ZRANGE', '{grace}:gone', 0, -1)).length;
    assert.equal(await gone(), 0);
    await back.send(id, 'I am');
    assert.equal((await anna.event('message')).seq, 5);
  });

  test('an agent who is away gets none and keeps what is open; accepting brings the one that waits', async () => {
    const maya = await agent(server, 'away', 'maya');
    const [anna, berta] = (await shoppers('away', 2)) as [Client, Client];
    const open = (await anna.start('Hello')).conversation.id;
    await maya.given();
    const window = await agent(server, 'away', 'maya');
    assert.deepEqual(await maya.must('set_routing_status', { status: 'away' }), { status: 'away' });
    assert.deepEqual(await window.push('routing_status_updated'), { status: 'away' });

    const waiting = (await berta.start('Me too')).conversation;
    assert.equal(waiting.state, 'queued');
    assert.equal(await place(berta, waiting), 1);
    assert.deepEqual(await maya.untaken('incoming_conversation'), []);
    await maya.send(open, 'Still here for you');
    const third = await agent(server, 'away', 'maya');
    assert.equal(third.login.agent?.routing_status, 'away');

    await window.must('set_routing_status', { status: 'accepting' });
    assert.equal((await maya.given()).id, waiting.id);
    await berta.event('assigned');
  });

  test('all windows of an agent show the same; the agent is there until the last one closes', async () => {
    const one = await agent(server, 'windows', 'maya');
    const two = await agent(server, 'windows', 'maya');
    const anna = await shopper(server, 'windows');
    const { id } = (await anna.start('Hello')).conversation;
    assert.equal((await one.given()).id, id);
    assert.equal((await two.given()).id, id);
    await one.send(id, 'From the first window');
    assert.equal((await two.event('message')).text, 'From the first window');
    await two.must('mark_events_as_seen', { conversation_id: id, up_to: 4 });
    assert.equal((await one.push('receipts_updated')).role, 'agent');
    await anna.send(id, 'To both');
    assert.deepEqual((await one.untaken('incoming_event')).map(({ event }) => event.text), ['To both']);
    await two.event('message');
    for (const window of [one, two]) assert.deepEqual(window.lines(id), anna.lines(id));

    await one.close();
    const redis = await server.redis();
    await until('one window is left', async () => (await redis.list('HVALS', '{windows}:agent:maya:nodes'))[0] === '1');
    assert.deepEqual(await anna.untaken('presence_updated'), []);
    await two.close();
    assert.equal((await anna.push('presence_updated')).present, false);
  });

  test('all pages of a shopper show the same; the shopper is there until the last one closes', async () => {
    const maya = await agent(server, 'pages', 'maya');
    const one = await shopper(server, 'pages');
    const two = await shopper(server, 'pages', { token: one.token });
    const { id } = (await one.start('Hello')).conversation;
    assert.equal((await two.given()).id, id);
    await maya.given();
    await two.send(id, 'From the second page');
    assert.equal((await one.event('message')).text, 'From the second page');
    await maya.send(id, 'To both');
    for (const page of [one, two]) {
      assert.equal((await page.event('message')).text, 'To both');
      assert.deepEqual(page.lines(id), maya.lines(id));
    }
    await one.must('send_typing_indicator', { conversation_id: id, is_typing: true });
    await maya.push('incoming_typing_indicator');
    assert.deepEqual(await two.untaken('incoming_typing_indicator'), []);
    await one.close();
    await two.must('update_page', { page: { url: 'https://shop.example/two' } });
    await maya.push('shopper_updated', ({ shopper: { page, present } }) => page?.url.endsWith('/two') === true && present === true);
    assert.deepEqual(await maya.untaken('presence_updated'), []);
    await two.close();
    assert.equal((await maya.push('presence_updated')).present, false);
  });

  test('pages of one shopper that start at the same moment make one conversation', async () => {
    const first = await shopper(server, 'race');
    const others = await Promise.all([1, 2, 3].map(() => shopper(server, 'race', { token: first.token })));
    const pages = [first, ...others];
    const answers = await Promise.all(pages.map((page, i) => page.start(`From page ${i}`)));
    const ids = new Set(answers.map(({ conversation }) => conversation.id));
    assert.equal(ids.size, 1);
    assert.deepEqual(answers.map(({ seq }) => seq).sort(), [2, 3, 4, 5]);
    const [id] = [...ids] as [string];
    const lines = ['opened', ...answers.map(({ seq }, i) => [seq, `From page ${i}`] as const).sort(([a], [b]) => a - b).map(([, text]) => text)];
    for (const page of pages) {
      await until('every page holds all of it', () => page.lines(id).length === 5);
      assert.deepEqual(page.lines(id), lines.map((line, i) => `${i + 1} ${line}`));
    }
    const redis = await server.redis();
    assert.deepEqual(await redis.list('LRANGE', `{race}:shopper:${first.id}:convs`, 0, -1), [id]);
  });

  test("agents see the queues of their teams, and who is in them", async () => {
    const maya = await agent(server, 'queue', 'maya');
    await maya.must('set_routing_status', { status: 'away' });
    const [anna, berta] = (await shoppers('queue', 2)) as [Client, Client];
    const first = (await anna.start('Is it warm enough for winter?')).conversation.id;
    const second = (await berta.start('Me too')).conversation.id;
    const { queue } = await maya.push('queue_updated', (payload) => payload.queue.length === 2);
    assert.equal(queue.team, 'support');
    assert.ok(Math.abs(queue.oldest_at! - Date.now()) < 20_000);

    const { entries } = await maya.must('list_queue', {});
    assert.deepEqual(entries.map(({ conversation_id, position }) => [conversation_id, position]), [[first, 1], [second, 2]]);
    assert.equal(entries[0]?.preview, 'Is it warm enough for winter?');
    assert.equal(entries[0]?.shopper.id, anna.id);
    assert.deepEqual((await maya.must('list_queue', { limit: 1 })).entries.length, 1);
    const kofi = await agent(server, 'queue', 'kofi');
    assert.deepEqual((await kofi.must('list_queue', {})).entries, []);
    assert.ok((await kofi.untaken('queue_updated')).every((payload) => payload.queue.team === 'orders'));
    await anna.refused('not_allowed', 'list_queue', {});
  });

  test('the queue keeps the order of arrival, however many wait', async () => {
    const many = await shoppers('order', 12);
    const ids: string[] = [];
    for (const [i, client] of many.entries()) ids.push((await client.start(`Number ${i}`)).conversation.id);
    const redis = await server.redis();
    assert.deepEqual(await redis.list('ZRANGE', '{order}:queue:support', 0, -1), ids);
    const [maya, jonas] = [await agent(server, 'order', 'maya'), await agent(server, 'order', 'jonas')];
    assert.deepEqual(new Set([(await maya.given()).id, (await maya.given()).id]), new Set(ids.slice(0, 2)));
    assert.deepEqual(new Set([(await jonas.given()).id, (await jonas.given()).id]), new Set(ids.slice(2, 4)));
    for (const [i, client] of many.slice(4).entries()) {
      await client.push('queue_position_updated', ({ position }) => position === i + 1);
    }
  });

  test('the state is in Redis as the design says', async () => {
    const redis = await server.redis();
    const anna = await shopper(server, 'keys');
    const { id } = (await anna.start('Hello')).conversation;
    const key = `{keys}:conv:${id}`;
    const waiting = await redis.hash(key);
    assert.deepEqual([waiting.state, waiting.shopper, waiting.team, waiting.agent], ['queued', anna.id, 'support', '']);
    assert.deepEqual(await redis.list('ZRANGE', '{keys}:queue:support', 0, -1, 'WITHSCORES'), [id, waiting.ticket]);
    assert.equal(await redis.call('HGET', `{keys}:shopper:${anna.id}`, 'open'), id);

    const maya = await agent(server, 'keys', 'maya');
    await maya.given();
    assert.equal((await redis.hash(key)).state, 'assigned');
    assert.deepEqual(await redis.list('ZRANGE', '{keys}:queue:support', 0, -1), []);
    assert.deepEqual(await redis.list('SMEMBERS', '{keys}:agent:maya:convs'), [id]);
    const { capacity, teams } = await redis.hash('{keys}:agent:maya');
    assert.deepEqual([capacity, teams], ['2', 'support']);
    const events = await redis.events('keys', id);
    assert.deepEqual(events.map((event) => event.id), ['0-1', '0-2', '0-3']);
    assert.deepEqual(events.map(({ type, role, by }) => [type, role, by]), [
      ['opened', 'shopper', anna.id], ['message', 'shopper', anna.id], ['assigned', 'agent', 'maya'],
    ]);
    const node = (await redis.list('HKEYS', '{keys}:agent:maya:nodes'))[0]!;
    await until('a heartbeat', async () => (await redis.call('ZSCORE', '{keys}:nodes', node)) !== null);
  });
});
