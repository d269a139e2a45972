// Redis fails over to a replica that has not got the last words of either side, though both were told that they are stored.
import assert from 'node:assert/strict';
import { after } from 'node:test';
import { cutReplication, redisGroup, type Group, type RedisServer } from '../integration/harness/redis_servers';
import type { Agent } from './harness/agent';
import type { Shopper } from './harness/shopper';
import { shoot } from './harness/shots';
import { setStage } from './harness/stage';
import { until } from './harness/until';

const FAILOVER_MS = 30_000;
const ends: (() => unknown)[] = [];
let group: Group;
const stage = setStage(async () => {
  group = await redisGroup({ after: (end) => void ends.unshift(end as () => unknown) });
  return { agents: { maya: 4 }, redis: group.url };
});
after(async () => {
  for (const end of ends) await end();
});

async function texts(master: RedisServer, id: string): Promise<string[]> {
  return (await (await master.client()).events('demo', id)).flatMap(({ text }) => text ?? []);
}

/** What is written until it ends exists on the master alone. */
async function masterAndNext(): Promise<[RedisServer, RedisServer]> {
  const master = await group.master();
  return [master, group.servers.find((one) => one !== master)!];
}

async function brings(master: RedisServer, id: string, shopper: Shopper, agent: Agent, all: string[]): Promise<void> {
  await until(async () => assert.deepEqual((await texts(master, id)).sort(), [...all].sort()), FAILOVER_MS);
  const stored = await texts(master, id);
  await Promise.all([shopper.readsAll(stored), agent.readsAll(stored)]);
  const order = (of: string) => stored.filter((text) => text.includes(of));
  for (const of of ['shopper', 'agent']) assert.deepEqual(order(of), all.filter((text) => text.includes(of)), `the order of the ${of}`);
}

stage.story('nothing is lost or doubled on either screen, and both show the same', async () => {
  const agent = await stage.agent('maya');
  const shopper = await stage.shopper('shopper', { screen: 'phone' });
  await shopper.open();
  await shopper.write('shopper 1');
  await agent.openConversation(/^Shopper/);
  const id = agent.conversationId();
  await agent.write('agent 1');
  await shopper.sees('agent 1');
  const [master, next] = await masterAndNext();
  await until(async () => assert.equal((await texts(next, id)).length, 2));

  await cutReplication(next);
  for (const text of ['shopper 2', 'shopper 3']) await shopper.write(text);
  for (const text of ['agent 2', 'agent 3']) await agent.write(text);
  await until(async () => assert.equal((await texts(master, id)).length, 6));
  await Promise.all([shopper.sees('agent 3'), agent.sees('shopper 3')]);
  await master.kill();
  await shopper.write('shopper 4');
  await agent.write('agent 4');
  const all = ['shopper 1', 'shopper 2', 'shopper 3', 'shopper 4', 'agent 1', 'agent 2', 'agent 3', 'agent 4'];
  await brings(next, id, shopper, agent, all);
  await shoot(shopper.page, 'widget-after-failover');
  await shoot(agent.page, 'console-after-failover');
  await shopper.page.reload();
  await agent.page.reload();
  await brings(next, id, shopper, agent, all);
});
