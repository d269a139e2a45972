// A master, its replica and three Sentinels: the server finds the master, and finds the next one. What the failover lost
// of what was acknowledged, those who wrote it offer again.
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { account } from '../fault/harness/account.ts';
import { Talker } from '../fault/harness/talker.ts';
import { shopper } from './harness/client.ts';
import { cutReplication, redisGroup, type Group, type RedisServer } from './harness/redis_servers.ts';
import { startServer, type Server } from './harness/server.ts';
import { until } from './harness/until.ts';

interface Scene {
  group: Group;
  server: Server;
  anna: Talker;
  maya: Talker;
  /** Goes home for a while, and writes nothing. */
  away: Talker;
  /** So many more acks of those who write. */
  more(count: number): Promise<void>;
  stop(): Promise<void>;
}

async function goOn(talker: Talker, conversation_id: string, name: string, isOver: () => boolean): Promise<void> {
  for (let i = 0; !isOver(); i++) assert.ok(await talker.send(`${name}-message-${i}`, `Message ${i} of ${name}`, { conversation_id }));
}

async function started(t: TestContext): Promise<Scene> {
  const group = await redisGroup(t);
  const server = await startServer({ flags: ['--redis', group.url] });
  t.after(() => server.close());
  const [maya, anna, away] = ['maya', undefined, undefined].map((name) => new Talker({ site: 'shop', name, repairs: true }, () => server));
  t.after(() => [maya!, anna!, away!].forEach((talker) => talker.leave()));
  await maya!.online();
  await anna!.start('anna-begins', 'Hello');
  await until('the agent has it', () => maya!.conversations().length === 1);
  let over = false;
  const id = anna!.conversation_id;
  const writing = Promise.all([goOn(anna!, id, 'anna', () => over), goOn(maya!, id, 'maya', () => over)]);
  const written = () => anna!.acked.length + maya!.acked.length;
  return {
    group, server, maya: maya!, anna: anna!, away: away!,
    more: (count) => {
      const goal = written() + count;
      return until(`${count} more acks`, () => written() >= goal, 10_000).then(() => undefined, (error: Error) => {
        throw new Error(`${error.message}\n${server.log().split('\n').slice(-40).join('\n')}`);
      });
    },
    stop: async () => {
      over = true;
      await writing;
    },
  };
}

/** All that was acknowledged is in the stream once, in the order of each who wrote it, and on every screen. */
async function checked(t: TestContext, master: RedisServer, scene: Scene): Promise<void> {
  const { anna, maya, away } = scene;
  await scene.stop();
  for (const talker of [anna, maya, away]) await talker.repaired();
  const redis = await master.client();
  const found = await account(redis, 'shop', anna.conversation_id, [anna, maya]);
  t.diagnostic(`of ${found.acknowledged} acknowledged ${anna.lost + maya.lost} were lost and offered again; ${anna.refusals + maya.refusals} refused for now`);
  assert.deepEqual({ ...found, acknowledged: 0 }, { acknowledged: 0, lost: 0, duplicated: 0, out_of_order: 0 });
  const stored = await redis.events('shop', anna.conversation_id);
  for (const talker of [anna, maya]) {
    const seen = () => talker.seen(anna.conversation_id);
    await until('everybody holds all of it', () => seen().length === stored.length);
    assert.deepEqual(seen().map(({ seq, generation }) => `${generation}-${seq}`), stored.map(({ id }) => id));
    assert.deepEqual(seen().map(({ text }) => text), stored.map(({ text }) => text));
  }
}

const failoverMs = (from: number) => `${Date.now() - from} ms`;

describe('Sentinel', { concurrency: true }, () => {
  test('a failover by hand: sends are refused for now and then go through on the new master', async (t) => {
    const scene = await started(t);
    const { group, server } = scene;
    const old = await group.master();
    await scene.more(5);
    const begin = Date.now();
    await group.sentinels[0]!.call('SENTINEL', 'FAILOVER', 'shop-main');
    await until('the Sentinels agree on the new master', async () => ((await group.master()) ?? old) !== old, 15_000);
    const master = await group.master();
    assert.equal(await master.role(), 'master');
    for (const link of ['feed', 'commands']) {
      const moved = new RegExp(`event=redis_up link=${link} .*port=${master.port}`);
      await until(`the link for ${link} is there`, () => moved.test(server.log()));
    }
    await scene.more(10);
    t.diagnostic(`writing to the new master ${failoverMs(begin)} after SENTINEL FAILOVER`);
    await checked(t, master, scene);
  });

  test('a master that is killed: the next one is found, and what was acknowledged is all there again', async (t) => {
    const scene = await started(t);
    const { group, server, anna, maya } = scene;
    const old = await group.master();
    await group.sentinels[1]!.kill(); // the other two are enough
    await scene.more(20);
    const begin = Date.now();
    await old.kill();
    await scene.more(10);
    t.diagnostic(`writing again ${failoverMs(begin)} after kill -9 of the master`);
    const master = group.servers.find((one) => one !== old)!;
    assert.equal(await master.role(), 'master');
    await checked(t, master, scene);
    assert.ok(anna.refusals + maya.refusals > 0);
    const late = await shopper(server, 'shop');
    assert.equal((await late.start('Hello')).conversation.state, 'assigned', 'routing goes on');
  });

  test('whoever lost something and was away at the failover repairs it on their return', async (t) => {
    const scene = await started(t);
    const { group, server, away } = scene;
    const old = await group.master();
    const next = group.servers.find((one) => one !== old)!;
    await away.start('away-begins', 'Hello');
    assert.ok(await away.send('before-that', 'Before'));
    const replicated = async () => (await (await next.client()).events('shop', away.conversation_id)).some(({ custom_id }) => custom_id === 'before-that');
    await until('the replica has it', replicated);
    await cutReplication(next);
    assert.ok(await away.send('away-lost-1', 'Lost 1'));
    assert.ok(await away.send('away-lost-2', 'Lost 2'));
    await away.start('away-lost-3', 'Lost 3'); // into the same one
    const other = new Talker({ site: 'shop', repairs: true }, () => server);
    t.after(() => other.leave());
    await other.start('gone-altogether', 'Gone');
    await other.send('gone-as-well', 'Gone, too');
    for (const talker of [away, other]) talker.goAway();
    await old.kill();
    await scene.more(10);
    const redis = await next.client();
    assert.equal(await redis.call('EXISTS', `{shop}:conv:${other.conversation_id}`), 0);
    for (const talker of [away, other]) await talker.comeBack();
    assert.deepEqual([away.lost, other.lost], [3, 2]);
    for (const talker of [away, other]) {
      const { acknowledged: _, ...wrong } = await account(redis, 'shop', talker.conversation_id, [talker]);
      assert.deepEqual(wrong, { lost: 0, duplicated: 0, out_of_order: 0 });
    }
    await checked(t, next, scene);
  });
});
