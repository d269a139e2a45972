// The rules that a team's section of the configuration sets: who goes first, who is sent elsewhere, who is waited for.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { agent, shopper, type Client } from './harness/client.ts';
import { startServer } from './harness/server.ts';

const two = { maya: { teams: ['support'], capacity: 1 }, kofi: { teams: ['orders', 'support'], capacity: 1 } };
const pair = { maya: { capacity: 1 }, jonas: { capacity: 1 } };
const sites = {
  priority: { teams: { support: {}, orders: { priority: 3 } }, agents: two },
  full: { teams: { support: { queue_limit: 1 } }, agents: { maya: { capacity: 1 } } },
  spill: { teams: { support: { queue_limit: 1, overflow_team: 'orders' }, orders: { queue_limit: 1 } }, agents: two },
  overflow: { teams: { support: { overflow_team: 'orders', overflow_after_ms: 1200 }, orders: { overflow_team: 'support', overflow_after_ms: 300 } }, agents: two },
  adviser: { teams: { support: { adviser_wait_ms: 60_000 } }, agents: pair },
  patience: { teams: { support: { adviser_wait_ms: 700 } }, agents: pair },
  leaver: { teams: { support: { adviser_wait_ms: 60_000 } }, agents: pair },
  manual: { teams: { support: { routing: 'manual', adviser_wait_ms: 60_000, overflow_team: 'orders', overflow_after_ms: 5000 }, orders: {} }, agents: two },
  lift: { teams: { support: {}, orders: {} }, agents: two },
};
const server = await startServer({ sites, settings: { agent_grace_ms: 800 } });
after(() => server.close());

async function queued(site: string, text: string, team?: string): Promise<{ client: Client; id: string }> {
  const client = await shopper(server, site);
  const { conversation } = await client.start(text, team ? { team } : {});
  assert.equal(conversation.state, 'queued');
  return { client, id: conversation.id };
}

async function solve(by: Client, { client, id }: { client: Client; id: string }): Promise<void> {
  await by.must('propose_close', { conversation_id: id });
  await client.event('close_proposed');
  await client.must('confirm_close', { conversation_id: id });
}

/** Somebody whom maya has helped and who comes back while she has somebody else and jonas has nobody. */
async function comesBack(site: string) {
  const maya = await agent(server, site, 'maya');
  const anna = await shopper(server, site);
  const first = (await anna.start('Hello')).conversation;
  const other = await shopper(server, site);
  await maya.given();
  await solve(maya, { client: anna, id: first.id });
  await anna.event('closed');
  const busy = { client: other, id: (await other.start('Hello')).conversation.id };
  await maya.given();
  const jonas = await agent(server, site, 'jonas');
  const back = (await anna.start('It is me again')).conversation;
  return { maya, jonas, anna, busy, back };
}

describe('routing rules', { concurrency: true }, () => {
  test('a full queue refuses who comes new, and nobody who was there', async () => {
    const site = 'full';
    const first = await queued(site, 'One');
    const late = await shopper(server, site);
    const hello = { custom_id: randomUUID(), text: 'Two' };
    const error = await late.refused('queue_full', 'start_conversation', hello);
    assert.ok(error.retryable && error.retry_after_ms! > 0);
    await first.client.send(first.id, 'A message is no conversation');
    const maya = await agent(server, site, 'maya');
    assert.equal((await maya.given()).id, first.id);
    const second = (await late.must('start_conversation', hello)).conversation;
    assert.equal(second.state, 'queued');
    await (await shopper(server, site)).refused('queue_full', 'start_conversation', hello);
    await maya.must('logout', {});
    assert.equal((await first.client.event('queued')).reason, 'agent_left'); // though the queue is full
    assert.equal((await late.push('queue_position_updated', ({ position }) => position === 2)).conversation_id, second.id);
  });

  test('a full queue sends who comes new to the other team while that has room', async () => {
    const site = 'spill';
    await queued(site, 'One', 'support');
    const spilt = await shopper(server, site);
    assert.equal((await spilt.start('Two', { team: 'support' })).conversation.team, 'orders');
    const third = await shopper(server, site);
    await third.refused('queue_full', 'start_conversation', { custom_id: randomUUID(), text: 'Three', team: 'support' });
  });

  test('who waited too long goes to the other team, at the old place, and never back', async () => {
    const site = 'overflow';
    const long = await queued(site, 'Long', 'support');
    const other = await queued(site, 'Came later', 'orders');
    const event = await long.client.event('queued');
    assert.deepEqual([event.reason, event.team, event.author.role], ['overflowed', 'orders', 'system']);
    await other.client.event('queued'); // it goes to support in its turn
    const next = await queued(site, 'Came last', 'orders');
    const maya = await agent(server, site, 'maya');
    assert.equal((await maya.given()).id, other.id);
    const kofi = await agent(server, site, 'kofi');
    assert.equal((await kofi.given()).id, long.id);
    await next.client.event('queued');
    await long.client.event('assigned');
    assert.deepEqual(long.client.lines(long.id), ['1 opened', '2 Long', '3 queued', '4 assigned']);
  });

  test('whoever is in two teams takes the higher priority first, then whoever came first', async () => {
    const site = 'priority';
    const first = await queued(site, 'First', 'support');
    const second = await queued(site, 'Second', 'support');
    const dear = await queued(site, 'From a team that goes first', 'orders');
    const kofi = await agent(server, site, 'kofi');
    for (const due of [dear, first, second]) {
      assert.equal((await kofi.given()).id, due.id);
      await solve(kofi, due);
    }
  });

  test('who comes back gets the same agent, or waits for them and keeps nobody', async () => {
    const { maya, jonas, anna, busy, back } = await comesBack('adviser');
    assert.deepEqual([back.state, back.adviser?.id, back.queue_position], ['queued', 'maya', undefined]);
    const berta = await shopper(server, 'adviser');
    assert.equal((await berta.start('I am new here')).conversation.agent?.id, 'jonas');
    const { entries } = await maya.must('list_queue', {});
    assert.deepEqual(entries.map(({ conversation_id, adviser }) => [conversation_id, adviser?.id]), [[back.id, 'maya']]);
    const again = await shopper(server, 'adviser', { token: anna.token, cursors: [] });
    assert.equal(again.login.conversations[0]?.adviser?.id, 'maya');
    await solve(maya, busy);
    assert.equal((await maya.given()).id, back.id);
    await anna.push('incoming_event', ({ event }) => event.type === 'assigned' && event.seq === 4);
    assert.deepEqual(anna.lines(back.id), ['1 opened', '2 It is me again', '3 queued', '4 assigned']);
    await solve(maya, { client: anna, id: back.id });
    await anna.event('closed');
    await jonas.must('set_routing_status', { status: 'away' });
    const third = (await anna.start('Once more')).conversation;
    assert.equal(third.agent?.id, 'maya');
  });

  test('after a while anybody may have them', async () => {
    const { jonas, anna, back } = await comesBack('patience');
    assert.equal(back.adviser?.id, 'maya');
    const { event } = await anna.push('incoming_event', (push) => push.event.reason === 'released');
    assert.deepEqual([event.type, event.agent?.id], ['queued', 'maya']);
    assert.equal((await jonas.given()).id, back.id);
  });

  test('an adviser who leaves for good is not waited for', async () => {
    const { maya, jonas, anna, back } = await comesBack('leaver');
    assert.equal(back.adviser?.id, 'maya');
    await maya.must('logout', {});
    await anna.push('incoming_event', ({ event }) => event.reason === 'released');
    await jonas.given(); // one of the two, the other waits
    const { entries } = await jonas.must('list_queue', {});
    assert.deepEqual(entries.map(({ adviser }) => adviser), [undefined]);
  });

  test('where agents pick nobody is given anybody, and who waits too long overflows', async () => {
    const site = 'manual';
    const maya = await agent(server, site, 'maya');
    const first = await queued(site, 'One', 'support');
    const second = await queued(site, 'Two', 'support');
    const looker = await shopper(server, site);
    const statusOf = ({ login }: Client) => login.teams.find(({ team }) => team === 'support')?.status;
    assert.equal(statusOf(looker), 'busy'); // she is free, and yet there is a queue
    await maya.must('pick_conversation', { conversation_id: second.id });
    assert.equal((await maya.given()).id, second.id);
    await solve(maya, second);
    await second.client.event('closed');
    const { conversation } = await second.client.start('Me again', { team: 'support' });
    assert.deepEqual([conversation.state, conversation.adviser], ['queued', undefined]);
    assert.deepEqual(await maya.untaken('incoming_conversation'), []);
    const kofi = await agent(server, site, 'kofi');
    assert.equal((await first.client.event('queued')).reason, 'overflowed');
    assert.equal((await kofi.given()).id, first.id);
  });

  test('an agent of the team moves one that waits; its place is kept when its agent is gone', async () => {
    const site = 'lift';
    const [first, second, third] = [await queued(site, 'One'), await queued(site, 'Two'), await queued(site, 'Three')] as const;
    const maya = await agent(server, site, 'maya');
    assert.equal((await maya.given()).id, first.id);
    await second.client.push('queue_position_updated', ({ position }) => position === 1);
    await third.client.refused('not_allowed', 'set_priority', { conversation_id: third.id, priority: 9 });
    await maya.refused('wrong_state', 'set_priority', { conversation_id: first.id, priority: 9 });
    await maya.must('set_priority', { conversation_id: third.id, priority: 2 });
    const { entries } = await maya.must('list_queue', {});
    assert.deepEqual(entries.map(({ conversation_id, position, priority }) => [conversation_id, position, priority]), [
      [third.id, 1, 2],
      [second.id, 2, undefined],
    ]);
    await second.client.push('queue_position_updated', ({ position }) => position === 2);
    const kofi = await agent(server, site, 'kofi');
    assert.equal((await kofi.given()).id, third.id);
    await kofi.must('logout', {});
    for (const reason of ['prioritized', 'agent_left']) assert.equal((await third.client.event('queued')).reason, reason);
    await solve(maya, first);
    assert.equal((await maya.given()).id, third.id);
  });
});
