// G12: Redis is full, slow or read-only, while people write. Whoever is refused is told to try again, nobody is told that
// something is stored which is not, all sockets stay; and afterwards, also when Redis has been started anew from its files,
// everything that was acknowledged is there.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { shopper, type Client } from '../integration/harness/client.ts';
import { Redis } from '../integration/harness/redis.ts';
import { oneRedis, type RedisServer } from '../integration/harness/redis_servers.ts';
import { isAlive, startServer, type Server } from '../integration/harness/server.ts';
import { pause, until } from '../integration/harness/until.ts';
import { account, addAccount } from './harness/account.ts';
import { promise, type Trial } from './harness/promise.ts';
import { SmallDisk } from './harness/small_disk.ts';
import { Talker } from './harness/talker.ts';

setMaxListeners(0);

const DISK_MB = 16;
const ALWAYS = ['--appendfsync', 'always'];
/** Above the server's patience with Redis (LINK_COMMAND_TIMEOUT_MS). */
const SLOWER_MS = 3600;

interface Scene {
  trial: Trial<'trials' | 'shoppers'>;
  server: Server;
  redis(): Promise<Redis>;
  /** Ends Redis, and has it started from its files. */
  restart(): Promise<void>;
}

interface Fault {
  name: string;
  begin(): Promise<unknown>;
  end(): Promise<unknown>;
  /** Redis is slow only: what is acknowledged meanwhile may be right. */
  slow?: boolean;
}

// --- while it lasts --------------------------------------------------------------------------------------------------

/** Not acknowledged, and told to try again. */
async function checkRefused(probe: Client, conversation_id: string, { count, took }: Scene['trial'], { slow }: Fault): Promise<void> {
  const begin = Date.now();
  const outcome = await probe.ask('send_event', { conversation_id, custom_id: randomUUID(), text: 'Is this stored?' });
  if (outcome.success) return assert.ok(slow, 'acknowledged by a Redis that takes no writes');
  took('refused_after', Date.now() - begin);
  count('refusals_looked_at');
  assert.equal(outcome.error.retryable, true, `${outcome.error.type} is not retryable`);
}

async function talk(one: Talker, who: string, isOver: () => boolean): Promise<void> {
  for (let i = 0; !isOver(); i++) {
    assert.ok(await one.send(`${who}-${i}`, `Message ${i} of ${who}`));
    await pause(20);
  }
}

async function tryFault(s: Scene, fault: Fault, shoppers: Talker[], probe: Client, probed: string): Promise<void> {
  const { trial } = s;
  const before = shoppers.reduce((sum, one) => sum + one.refusals, 0);
  await fault.begin();
  for (let i = 0; i < 3; i++) {
    await checkRefused(probe, probed, trial, fault);
    await pause(100 + trial.random.below(200));
  }
  await fault.end();
  const ended = Date.now();
  const acked = shoppers.map((one) => one.acked.length);
  await until('everybody goes on', () => shoppers.every((one, i) => one.acked.length >= acked[i]! + 2), 20_000);
  await until('it is ready', async () => (await fetch(`${s.server.url}/readyz`)).ok);
  trial.took('acknowledged_again', Date.now() - ended);
  await probe.must('ping', {}); // whoever is only refused is closed
  const refused = shoppers.reduce((sum, one) => sum + one.refusals, -before);
  assert.ok(refused > 0 || fault.slow, `${fault.name}: nobody noticed`);
  trial.count('refused', refused);
  trial.count(fault.name);
  trial.count('trials');
}

async function checkAll(s: Scene, shoppers: Talker[]): Promise<void> {
  const redis = await s.redis();
  for (const one of shoppers) {
    addAccount(s.trial, await account(redis, 'shop', one.conversation_id, [one]));
    const stored = await redis.events('shop', one.conversation_id);
    await until('the shopper holds all of it', () => one.seen().length === stored.length);
    assert.deepEqual(one.seen().map(({ text }) => text), stored.map(({ text }) => text));
    s.trial.count('sockets_lost', one.resumes);
    assert.equal(one.resumes, 0, 'a socket was lost');
  }
}

/** All of these faults, one after the other, with the same people. */
async function tryAll(s: Scene, faults: Fault[]): Promise<void> {
  const { counts, t } = s.trial;
  const shoppers = Array.from({ length: counts.shoppers }, () => new Talker({ site: 'shop' }, () => s.server));
  t.after(() => shoppers.forEach((one) => one.leave()));
  const name = randomUUID().slice(0, 8);
  for (const [i, one] of shoppers.entries()) await one.start(`first-${name}-${i}`, 'Hello');
  const probe = await shopper(s.server, 'shop');
  const { conversation } = await probe.start('Hello');
  let over = false;
  const talking = Promise.all(shoppers.map((one, i) => talk(one, `${name}-${i}`, () => over)));
  for (const fault of faults) await Promise.race([talking, tryFault(s, fault, shoppers, probe, conversation.id)]);
  over = true;
  await talking;
  await s.restart();
  await checkAll(s, shoppers);
  shoppers.forEach((one) => one.leave());
  probe.socket.terminate();
}

// --- the faults of a Redis of its own --------------------------------------------------------------------------------

async function withRedis(trial: Scene['trial'], redis: RedisServer, faults: (redis: RedisServer, s: Scene) => Fault[]): Promise<void> {
  const server = await startServer({ flags: ['--redis', `redis://127.0.0.1:${redis.port}`] });
  trial.t.after(() => server.close());
  const restart = async () => {
    await redis.kill();
    await redis.start();
    await until('it is ready', async () => (await fetch(`${server.url}/readyz`)).ok);
  };
  const s: Scene = { trial, server, redis: () => redis.client(), restart };
  await tryAll(s, faults(redis, s));
}

const faultsOfCommands = (redis: RedisServer, { trial: { random, counts } }: Scene): Fault[] => {
  const all: Fault[] = [
    {
      name: 'out_of_memory',
      begin: () => redis.call('CONFIG', 'SET', 'maxmemory-policy', 'noeviction', 'maxmemory', '1'),
      end: () => redis.call('CONFIG', 'SET', 'maxmemory', '0'),
    },
    {
      name: 'read_only',
      begin: () => redis.call('REPLICAOF', '127.0.0.1', '1'),
      end: () => redis.call('REPLICAOF', 'NO', 'ONE'),
    },
    {
      name: 'paused',
      slow: true,
      begin: () => redis.call('CLIENT', 'PAUSE', random.pick([300, 1500, SLOWER_MS]), random.pick(['ALL', 'WRITE'])),
      end: () => redis.call('CLIENT', 'UNPAUSE'),
    },
    {
      name: 'stopped',
      slow: true,
      begin: async () => {
        process.kill(redis.pid, 'SIGSTOP');
        setTimeout(() => process.kill(redis.pid, 'SIGCONT'), random.pick([300, 1500, SLOWER_MS]));
      },
      end: () => redis.call('PING'),
    },
  ];
  return Array.from({ length: counts.trials / 2 }, (_, i) => all[i % all.length]!);
};

// --- a full disk -----------------------------------------------------------------------------------------------------

/** With `always` Redis ends when its disk is full, and would end again; somebody starts it when there is room. */
const fullDisk = (disk: SmallDisk) => (redis: RedisServer, { trial: { counts } }: Scene): Fault[] => {
  const fault: Fault = {
    name: 'disk_full',
    begin: async () => {
      disk.fill();
      await until('Redis has ended', () => !isAlive(redis.pid));
      await until('it said why', () => redis.log().includes('writing to the AOF file'));
    },
    end: async () => {
      disk.empty();
      await redis.start();
    },
  };
  return Array.from({ length: Math.max(1, counts.trials / 8) }, () => fault);
};

/** With `everysec` it refuses (MISCONF) until there is room. */
const fullDiskRefused = (disk: SmallDisk) => (redis: RedisServer, { trial: { counts } }: Scene): Fault[] => {
  const refuses = async () => String(await redis.call('INFO', 'persistence')).includes('aof_last_write_status:err');
  const fault: Fault = {
    name: 'disk_full_refused',
    begin: async () => {
      disk.fill();
      await until('Redis refuses', refuses);
    },
    end: async () => disk.empty(),
  };
  return Array.from({ length: Math.max(1, counts.trials / 8) }, () => fault);
};

/** The server's own Redis ends too, and the server starts it again and again until there is room. */
async function withPrivateRedis(trial: Scene['trial'], disk: SmallDisk): Promise<void> {
  const data = join(disk.dir, 'data');
  mkdirSync(data);
  const server = await startServer({ data });
  trial.t.after(() => server.close());
  const ended = (pid: number) => () => !isAlive(pid);
  const s: Scene = {
    trial,
    server,
    redis: () => Redis.open({ path: join(data, 'redis.sock') }),
    restart: async () => {
      const pid = server.redisPid();
      process.kill(pid, 'SIGKILL');
      await until('it was started anew', () => ended(pid)() && server.redisPid() !== pid);
      await until('it is ready', async () => (await fetch(`${server.url}/readyz`)).ok, 15_000);
    },
  };
  const fault: Fault = {
    name: 'own_disk_full',
    begin: async () => {
      const pid = server.redisPid();
      disk.fill();
      await until('Redis has ended', ended(pid));
    },
    end: async () => disk.empty(),
  };
  await tryAll(s, Array.from({ length: Math.max(1, trial.counts.trials / 4) }, () => fault));
}

async function withFullDisks(trial: Scene['trial']): Promise<void> {
  const kinds = [
    async (disk: SmallDisk) => withRedis(trial, await oneRedis(trial.t, ...ALWAYS, '--dir', disk.dir), fullDisk(disk)),
    async (disk: SmallDisk) => withRedis(trial, await oneRedis(trial.t, '--appendfsync', 'everysec', '--dir', disk.dir), fullDiskRefused(disk)),
    (disk: SmallDisk) => withPrivateRedis(trial, disk),
  ];
  for (const kind of kinds) {
    const disk = SmallDisk.make(DISK_MB);
    if (typeof disk === 'string') {
      trial.count('trials', trial.counts.trials / 2);
      return trial.say('disk_full', `not tried: ${disk}`);
    }
    trial.t.after(() => disk.remove());
    await kind(disk);
  }
}

promise(
  'G12',
  'disk full, maxmemory, slow Redis: a retryable error, never a false ack',
  { trials: { quick: 8, full: 160 }, shoppers: { quick: 6, full: 24 } },
  async (trial) => {
    await withRedis(trial, await oneRedis(trial.t, ...ALWAYS), faultsOfCommands);
    await withFullDisks(trial);
  },
);
