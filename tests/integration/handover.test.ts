// What agents do by hand: pick from the queue, transfer, take over. One owner at a time, never more than the capacity.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { agent, shopper, type Client } from './harness/client.ts';
import { startServer } from './harness/server.ts';

const people = {
  maya: { teams: ['support'], capacity: 2 },
  jonas: { teams: ['support'], capacity: 1 },
  kofi: { teams: ['orders'], capacity: 1 },
};
const names = ['pick', 'full', 'transfer', 'refuse', 'team', 'own-team', 'take', 'closing', 'list', 'once'];
const sites = {
  ...Object.fromEntries(names.map((name) => [name, { agents: people }])),
  colleagues: { agents: { ...people, kofi: { teams: ['orders'], capacity: 2 } } },
};
const server = await startServer({ sites, settings: { agent_grace_ms: 1500 } });
after(() => server.close());

async function loads(site: string): Promise<Record<string, number>> {
  const redis = await server.redis();
  const of = async (name: string) => Number(await redis.call('SCARD', `{${site}}:agent:${name}:convs`));
  return { maya: await of('maya'), jonas: await of('jonas'), kofi: await of('kofi') };
}

async function away(site: string, name: string) {
  const window = await agent(server, site, name);
  await window.must('set_routing_status', { status: 'away' });
  return window;
}

describe('handing over', { concurrency: true }, () => {
  test('an agent who is away picks whom they like out of the queue', async () => {
    const maya = await away('pick', 'maya');
    const jonas = await away('pick', 'jonas');
    const anna = await shopper(server, 'pick');
    const berta = await shopper(server, 'pick');
    await anna.start('First in line');
    const { id } = (await berta.start('Second in line')).conversation;
    const kofi = await agent(server, 'pick', 'kofi');
    await kofi.refused('not_found', 'pick_conversation', { conversation_id: id });
    await anna.refused('not_allowed', 'pick_conversation', { conversation_id: id });

    await maya.must('pick_conversation', { conversation_id: id });
    const given = await maya.given();
    assert.deepEqual([given.id, given.state], [id, 'assigned']);
    const assigned = await berta.event('assigned');
    assert.deepEqual([assigned.agent?.id, assigned.reason], ['maya', 'picked']);
    await maya.must('pick_conversation', { conversation_id: id }); // the answer may have been lost
    await maya.send(id, 'Hello Berta');
    assert.deepEqual((await maya.must('list_queue', {})).entries.map(({ position, shopper: who }) => [position, who.id]), [[1, anna.id]]);
    await jonas.refused('wrong_state', 'pick_conversation', { conversation_id: id });
    assert.deepEqual(await loads('pick'), { maya: 1, jonas: 0, kofi: 0 });
  });

  test('nobody picks or takes over more than their capacity', async () => {
    const maya = await away('full', 'maya');
    const jonas = await away('full', 'jonas');
    const ids = [];
    for (const text of ['One', 'Two', 'Three']) ids.push((await (await shopper(server, 'full')).start(text)).conversation.id);
    await jonas.must('pick_conversation', { conversation_id: ids[0]! });
    const error = await jonas.refused('agent_unavailable', 'pick_conversation', { conversation_id: ids[1]! });
    assert.equal(error.retryable, false);
    await maya.must('pick_conversation', { conversation_id: ids[1]! });
    await jonas.refused('agent_unavailable', 'take_over_conversation', { conversation_id: ids[1]! });
    assert.deepEqual(await loads('full'), { maya: 1, jonas: 1, kofi: 0 });
  });

  test('a transfer to a colleague: one owner, both told, and the freed slot takes the next in line', async () => {
    const jonas = await agent(server, 'transfer', 'jonas');
    const anna = await shopper(server, 'transfer');
    const berta = await shopper(server, 'transfer');
    const { id } = (await anna.start('Hello')).conversation;
    await jonas.given();
    const kofi = await agent(server, 'transfer', 'kofi');
    const waiting = (await berta.start('Me too')).conversation;
    assert.equal(waiting.state, 'queued');

    await jonas.must('transfer_conversation', { conversation_id: id, agent: 'kofi' });
    const given = await kofi.given();
    assert.deepEqual([given.id, given.agent?.id], [id, 'kofi']);
    for (const client of [anna, jonas]) {
      const assigned = await client.push('incoming_event', (push) => push.conversation_id === id && push.event.reason === 'transferred');
      assert.deepEqual([assigned.event.type, assigned.event.agent?.id], ['assigned', 'kofi']);
    }
    assert.equal((await jonas.given()).id, waiting.id);
    await jonas.refused('wrong_state', 'send_event', { conversation_id: id, custom_id: 'too-late', text: 'Still me' });
    await kofi.send(id, 'Kofi here');
    await anna.event('message');
    assert.deepEqual(await loads('transfer'), { maya: 0, jonas: 1, kofi: 1 });
  });

  test('a transfer is refused when the other one is not there, away, or full, and changes nothing', async () => {
    const maya = await agent(server, 'refuse', 'maya');
    const anna = await shopper(server, 'refuse');
    const { id: conversation_id } = (await anna.start('Hello')).conversation;
    await maya.given();
    await maya.refused('agent_unavailable', 'transfer_conversation', { conversation_id, agent: 'kofi' });
    const kofi = await away('refuse', 'kofi');
    await maya.refused('agent_unavailable', 'transfer_conversation', { conversation_id, agent: 'kofi' });
    await kofi.must('set_routing_status', { status: 'accepting' });
    await (await shopper(server, 'refuse')).start('For orders', { team: 'orders' });
    await kofi.given();
    await maya.refused('agent_unavailable', 'transfer_conversation', { conversation_id, agent: 'kofi' });
    await maya.refused('not_found', 'transfer_conversation', { conversation_id, agent: 'nobody' });
    await maya.refused('not_found', 'transfer_conversation', { conversation_id, team: 'nothing' });
    await maya.refused('invalid_payload', 'transfer_conversation', { conversation_id });
    await maya.refused('invalid_payload', 'transfer_conversation', { conversation_id, agent: 'kofi', team: 'orders' });
    await maya.refused('invalid_payload', 'transfer_conversation', { conversation_id, agent: 'maya' });
    await kofi.refused('wrong_state', 'transfer_conversation', { conversation_id, team: 'support' });
    await maya.send(conversation_id, 'Still with me');
    assert.deepEqual(await loads('refuse'), { maya: 1, jonas: 0, kofi: 1 });
  });

  test('a transfer to another team waits there at its old place', async () => {
    const maya = await agent(server, 'team', 'maya');
    const anna = await shopper(server, 'team');
    const berta = await shopper(server, 'team');
    const { id } = (await anna.start('Where is my parcel?')).conversation;
    await maya.given();
    const later = (await berta.start('Mine too', { team: 'orders' })).conversation;
    await maya.must('transfer_conversation', { conversation_id: id, team: 'orders' });
    const queued = await anna.event('queued');
    assert.deepEqual([queued.reason, queued.team, queued.agent?.id], ['transferred', 'orders', 'maya']);
    assert.equal((await anna.push('queue_position_updated')).position, 1);
    assert.equal((await berta.push('queue_position_updated', ({ position }) => position === 2)).conversation_id, later.id);
    assert.equal((await maya.event('queued')).reason, 'transferred');

    const again = await shopper(server, 'team', { token: anna.token, cursors: [] });
    assert.deepEqual([again.login.conversations[0]?.team, again.login.conversations[0]?.queue_position], ['orders', 1]);
    const kofi = await agent(server, 'team', 'kofi');
    const given = await kofi.given();
    assert.deepEqual([given.id, given.team], [id, 'orders']);
    assert.equal((await anna.event('assigned')).agent?.id, 'kofi');
  });

  test("in one's own team it goes to somebody else who is free, or stays", async () => {
    const maya = await agent(server, 'own-team', 'maya');
    const anna = await shopper(server, 'own-team');
    const { id } = (await anna.start('Hello')).conversation;
    await maya.given();
    await maya.refused('agent_unavailable', 'transfer_conversation', { conversation_id: id, team: 'support' });
    const jonas = await agent(server, 'own-team', 'jonas');
    await maya.must('transfer_conversation', { conversation_id: id, team: 'support' });
    assert.equal((await jonas.given()).id, id);
    assert.deepEqual(await loads('own-team'), { maya: 0, jonas: 1, kofi: 0 });
  });

  test('a colleague of the team takes over; the former one is told and writes no more', async () => {
    const maya = await agent(server, 'take', 'maya');
    const anna = await shopper(server, 'take');
    const { id } = (await anna.start('Hello')).conversation;
    await maya.given();
    const kofi = await agent(server, 'take', 'kofi');
    await kofi.refused('not_found', 'take_over_conversation', { conversation_id: id });
    const jonas = await away('take', 'jonas');
    await jonas.must('take_over_conversation', { conversation_id: id });
    const taken = await maya.push('incoming_event', ({ event }) => event.reason === 'taken_over');
    assert.deepEqual([taken.event.type, taken.event.agent?.id], ['assigned', 'jonas']);
    const given = await jonas.given();
    assert.deepEqual([given.id, given.agent?.id], [id, 'jonas']);
    assert.equal((await anna.push('incoming_event', ({ event }) => event.reason === 'taken_over')).event.agent?.id, 'jonas');
    await maya.refused('wrong_state', 'send_event', { conversation_id: id, custom_id: 'too-late', text: 'Mine?' });
    assert.deepEqual(await loads('take'), { maya: 0, jonas: 1, kofi: 0 });
  });

  test('an open question to the shopper ends with a hand-over, and its deadline with it', async () => {
    const maya = await agent(server, 'closing', 'maya');
    const anna = await shopper(server, 'closing');
    const { id } = (await anna.start('Hello')).conversation;
    await maya.given();
    await maya.must('propose_close', { conversation_id: id });
    await anna.event('close_proposed');
    const jonas = await agent(server, 'closing', 'jonas');
    await maya.must('transfer_conversation', { conversation_id: id, agent: 'jonas' });
    await jonas.given();
    await anna.push('incoming_event', ({ event }) => event.reason === 'transferred');
    await anna.refused('wrong_state', 'confirm_close', { conversation_id: id });
    const redis = await server.redis();
    assert.deepEqual(await redis.list('ZRANGE', '{closing}:deadlines', 0, -1), []);
    await jonas.must('propose_close', { conversation_id: id });
    await anna.event('close_proposed');
    await anna.must('confirm_close', { conversation_id: id });
    await jonas.refused('wrong_state', 'transfer_conversation', { conversation_id: id, team: 'orders' });
    await maya.refused('wrong_state', 'take_over_conversation', { conversation_id: id });
    assert.deepEqual(await loads('closing'), { maya: 0, jonas: 0, kofi: 0 });
  });

  test('agents see who of their colleagues has room', async () => {
    const maya = await agent(server, 'list', 'maya');
    const anna = await shopper(server, 'list');
    await anna.start('Hello');
    await maya.given();
    await away('list', 'kofi');
    const { agents } = await maya.must('list_agents', {});
    assert.deepEqual(
      agents.map(({ profile, teams, present, routing_status, load, capacity }) => [profile.id, teams, present, routing_status, load, capacity]),
      [
        ['maya', ['support'], true, 'accepting', 1, 2],
        ['jonas', ['support'], false, 'accepting', 0, 1],
        ['kofi', ['orders'], true, 'away', 0, 1],
      ],
    );
    await anna.refused('not_allowed', 'list_agents', {});
  });

  test("what colleagues have in one's teams is listed, the oldest first, and moves with a take-over", async () => {
    const list = async (window: Client, limit?: number) => (await window.must('list_assigned', { limit })).conversations;
    const held = async (window: Client) => (await list(window)).map(({ id, agent: who, state }) => [id, who?.id, state]);
    const maya = await agent(server, 'colleagues', 'maya');
    const page = { url: 'https://store.example/shoes/7', title: 'Shoes' };
    const anna = await shopper(server, 'colleagues');
    const started = await anna.must('start_conversation', { custom_id: 'opening-anna', text: 'Is it here?', page });
    const first = started.conversation;
    await anna.must('update_shopper', { name: 'Anna', email: 'anna@home.example' });
    const berta = await shopper(server, 'colleagues');
    const second = (await berta.start('Hello')).conversation;
    assert.ok(first.opened_at < second.opened_at);
    const kofi = await agent(server, 'colleagues', 'kofi');
    const orders = (await (await shopper(server, 'colleagues')).start('My parcel?', { team: 'orders' })).conversation;
    assert.equal(orders.state, 'assigned');
    const jonas = await away('colleagues', 'jonas');

    const profile = { id: anna.id, name: 'Anna', email: 'anna@home.example', present: true, page };
    const [top, ...rest] = await list(jonas, 1);
    assert.deepEqual(rest, []);
    const { id, team, opened_at } = first;
    const last_seq = anna.lines(id).length;
    assert.deepEqual({ ...top, agent: top?.agent?.id }, {
      id, state: 'assigned', team, opened_at, last_seq, preview: 'Is it here?', shopper: profile, agent: 'maya',
    });
    assert.deepEqual(await held(jonas), [[first.id, 'maya', 'assigned'], [second.id, 'maya', 'assigned']]);
    assert.deepEqual(await held(maya), []);
    assert.deepEqual(await held(kofi), []);
    await anna.refused('not_allowed', 'list_assigned', {});

    // It stays one of this team, also with somebody of another one.
    await maya.must('transfer_conversation', { conversation_id: second.id, agent: 'kofi' });
    await maya.must('propose_close', { conversation_id: first.id });
    assert.deepEqual(await held(jonas), [[first.id, 'maya', 'closing'], [second.id, 'kofi', 'assigned']]);
    assert.deepEqual(await held(maya), [[second.id, 'kofi', 'assigned']]);
    await jonas.must('take_over_conversation', { conversation_id: second.id });
    assert.deepEqual(await held(jonas), [[first.id, 'maya', 'closing']]);
    assert.deepEqual(await held(maya), [[second.id, 'jonas', 'assigned']]);
    await anna.must('confirm_close', { conversation_id: first.id });
    assert.deepEqual(await held(jonas), []);
  });

  test('of two who pick at the same moment one gets it', async () => {
    const windows = [await away('once', 'maya'), await away('once', 'jonas')];
    const anna = await shopper(server, 'once');
    const { id } = (await anna.start('Hello')).conversation;
    const outcomes = await Promise.all(windows.map((window) => window.ask('pick_conversation', { conversation_id: id })));
    assert.deepEqual(outcomes.map(({ success }) => success).sort(), [false, true]);
    const { maya, jonas } = await loads('once');
    assert.equal(maya! + jonas!, 1);
  });
});
