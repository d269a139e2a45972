// G3: a master, its replica and three Sentinels; two servers; a shopper or two who come just before and go at once, others
// and an agent who write all the time. Again and again the master is gone, in one of three ways, each with a group of its
// own at the same time: killed; stopped, so that it is a master still when it goes on; or cut off from the Sentinels and its
// replica, but not from the servers, who go on writing to it for a while. What it had acknowledged and the next one has not
// is the raw loss. In the end, after those who wrote it have offered it again, nothing may be missing.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { setMaxListeners } from 'node:events';
import { redisGroup, type Group, type RedisServer } from '../integration/harness/redis_servers.ts';
import { startServer } from '../integration/harness/server.ts';
import { pause, until } from '../integration/harness/until.ts';
import { account, addAccount } from './harness/account.ts';
import { promise, type Trial } from './harness/promise.ts';
import { Talker } from './harness/talker.ts';
import { write, writersSites as sites } from './harness/writers.ts';

setMaxListeners(0);

type Counts = 'shoppers' | 'messages' | 'trials';
const WAYS = ['kill', 'stop', 'partition'] as const;
type Way = (typeof WAYS)[number];

interface Scene {
  way: Way;
  group: Group;
  source: string;
  server: () => Awaited<ReturnType<typeof startServer>>;
  begun: number;
}

function nft(rules: string): void {
  const { status, stderr } = spawnSync('nft', ['-f', '-'], { input: rules, encoding: 'utf8' });
  assert.equal(status, 0, `nft (it needs root, and Debian's nftables): ${stderr}`);
}

const tableOf = (source: string) => `inet shopbell_${source.replaceAll('.', '_')}`;

/** Nothing that is sent from this address reaches the port, and nothing comes back. */
function cutOff({ port }: RedisServer, source: string): void {
  const rules = ['type filter hook input priority 0;', `ip saddr ${source} tcp dport ${port} drop`, `ip daddr ${source} tcp sport ${port} drop`];
  nft(`table ${tableOf(source)} {\n chain in {\n ${rules.join('\n')}\n }\n}`);
}

function joinAgain(source: string): void {
  spawnSync('nft', ['delete', 'table', ...tableOf(source).split(' ')]);
}

/** Makes it gone; what is returned brings it back. */
async function lose({ way, source }: Scene, old: RedisServer): Promise<() => Promise<unknown>> {
  if (way === 'kill') {
    await old.kill();
    return () => old.start();
  }
  if (way === 'stop') process.kill(old.pid, 'SIGSTOP');
  else cutOff(old, source);
  return async () => {
    if (way === 'stop') process.kill(old.pid, 'SIGCONT');
    else joinAgain(source);
    await pause(100); // a master still, as it thinks
  };
}

/** What the Sentinels see to by themselves in some ten seconds. */
async function follow(replica: RedisServer, master: RedisServer): Promise<void> {
  const [role, , port] = (await replica.call('ROLE')) as (string | number)[];
  if (role === 'slave' && Number(port) === master.port) return;
  await replica.call('REPLICAOF', '127.0.0.1', master.port);
  await replica.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
}

/** Whoever the Sentinels call the master has a replica again: on a busy machine that may be the one of before by now. */
async function isWhole(group: Group): Promise<boolean> {
  const master = await group.master();
  const replica = group.servers.find((one) => one !== master)!;
  if (!master) return false;
  await follow(replica, master);
  if (!String(await replica.call('INFO', 'replication')).includes('master_link_status:up')) return false;
  for (const sentinel of group.sentinels) {
    const [seen] = (await sentinel.call('SENTINEL', 'REPLICAS', 'shop-main')) as string[][];
    if (seen?.[seen.indexOf('flags') + 1] !== 'slave') return false;
  }
  return true;
}

/** Writes, goes at once, and is back only when all is over. */
async function guest({ server, begun }: Scene, { t }: Trial<Counts>): Promise<Talker> {
  const talker = new Talker({ site: 'shop', repairs: true }, server);
  t.after(() => talker.leave());
  await talker.start(`guest-of-${begun}-0`, 'Hello, and I am off');
  assert.ok(await talker.send(`guest-of-${begun}-1`, 'One more thing'));
  talker.goAway();
  return talker;
}

async function guestReturns(talker: Talker, master: RedisServer, trial: Trial<Counts>): Promise<void> {
  await talker.comeBack();
  addAccount(trial, await account(await master.client(), 'shop', talker.conversation_id, [talker]));
  trial.count('raw_lost', talker.lost);
  talker.leave();
}

async function failover(scene: Scene, everyone: Talker[], trial: Trial<Counts>): Promise<void> {
  const { group, way } = scene;
  const generation = () => Math.max(...everyone.map((one) => one.generation));
  scene.begun++;
  const old = await until('the Sentinels agree', () => group.master());
  await pause(trial.random.below(300));
  const away = await guest(scene, trial);
  const [before, begin] = [generation(), Date.now()];
  const bringBack = await lose(scene, old);
  await until(`writing again after ${way}`, () => generation() > before, 60_000);
  trial.took('writing_again', Date.now() - begin);
  trial.took(`writing_again_after_${way}`, Date.now() - begin);
  await bringBack();
  await until('there are a master and a replica again', () => isWhole(group).catch(() => false), 60_000);
  await guestReturns(away, await group.master(), trial);
}

/** Counts what is lost by the way that it was lost in, too. */
function byWay(way: Way, trial: Trial<Counts>): Trial<Counts> {
  const count = (figure: string, more?: number) => {
    trial.count(figure, more);
    if (figure === 'raw_lost') trial.count(`raw_lost_by_${way}`, more);
  };
  return { ...trial, count };
}

async function goThrough(way: Way, trial: Trial<Counts>): Promise<void> {
  const { t, counts } = trial;
  const source = `127.${100 + WAYS.indexOf(way)}.${1 + (process.pid % 250)}.1`;
  t.after(() => joinAgain(source));
  const group = await redisGroup(t, { source });
  const servers = await Promise.all([1, 2].map(() => startServer({ sites, flags: ['--redis', group.url] })));
  t.after(() => Promise.all(servers.map((server) => server.close())));
  const server = () => trial.random.pick(servers);
  const scene: Scene = { way, group, source, server, begun: 0 };
  await write(
    {
      shoppers: counts.shoppers,
      faults: counts.trials / WAYS.length,
      messages: counts.messages / WAYS.length,
      agents: ['maya'],
      pause_ms: 40,
      repairs: true,
      faultsARound: 10,
      server,
      redis: async () => (await until('the Sentinels agree', () => group.master())).client(),
      fault: (_, everyone) => failover(scene, everyone, trial),
    },
    trial,
  );
}

promise(
  'G3',
  'an acknowledged message survives a Redis failover, once its writer is back; raw_lost was missing until then',
  { trials: { quick: 3, full: 300 }, shoppers: { quick: 4, full: 4 }, messages: { quick: 300, full: 30_000 } },
  async (trial) => {
    await Promise.all(WAYS.map((way) => goThrough(way, byWay(way, trial))));
  },
);
