// G2: shoppers and agents write all the time; again and again Redis, which answers only once it is on disk, is killed with
// SIGKILL at any moment. Half of the trials with a Redis of one's own, started again by whoever runs it, and half with the
// server's private one, which the server starts again by itself; both at the same time.
import { setMaxListeners } from 'node:events';
import { oneRedis } from '../integration/harness/redis_servers.ts';
import { startServer, type Server } from '../integration/harness/server.ts';
import { pause, until } from '../integration/harness/until.ts';
import { write, writersSites as sites } from './harness/writers.ts';
import { promise, type Trial } from './harness/promise.ts';

setMaxListeners(0);

type Counts = 'shoppers' | 'messages' | 'trials';

/** From when Redis is gone, or is back where the test brings it back, to acknowledgements of what was sent after that. */
async function writesAgain(which: string, people: number, kill: () => Promise<void>, acknowledged: () => number, trial: Trial<Counts>): Promise<void> {
  await pause(trial.random.below(200));
  await kill();
  const [begin, before] = [Date.now(), acknowledged()];
  // What was on its way when Redis died is not news: at most one message of each person.
  await until('messages are acknowledged again', () => acknowledged() > before + people, 30_000);
  trial.took(which, Date.now() - begin);
}

async function own(trial: Trial<Counts>, share: Record<Counts, number>): Promise<void> {
  const redis = await oneRedis(trial.t, '--appendfsync', 'always');
  const flags = ['--redis', `redis://127.0.0.1:${redis.port}`];
  const servers = await Promise.all([1, 2].map(() => startServer({ sites, flags })));
  trial.t.after(() => Promise.all(servers.map((server) => server.close())));
  const kill = async () => {
    await redis.kill();
    await pause(trial.random.below(300));
    await redis.start();
  };
  await write(
    {
      ...share,
      faults: share.trials,
      server: () => trial.random.pick(servers),
      redis: () => redis.client(),
      fault: (acknowledged) => writesAgain('own_writing_again', share.shoppers, kill, acknowledged, trial),
    },
    trial,
  );
}

async function killPrivate(server: Server): Promise<void> {
  const pid = await until('the private Redis has a pid', () => server.redisPid());
  server.forgetRedis();
  process.kill(pid, 'SIGKILL');
}

async function privateOne(trial: Trial<Counts>, share: Record<Counts, number>): Promise<void> {
  const server = await startServer({ sites });
  trial.t.after(() => server.close());
  await write(
    {
      ...share,
      faults: share.trials,
      server: () => server,
      redis: () => server.redis(),
      fault: (acknowledged) => writesAgain('private_writing_again', share.shoppers, () => killPrivate(server), acknowledged, trial),
    },
    trial,
  );
}

promise(
  'G2',
  'an acknowledged message survives kill -9 of Redis',
  { trials: { quick: 8, full: 200 }, shoppers: { quick: 8, full: 24 }, messages: { quick: 400, full: 80_000 } },
  async (trial) => {
    const { counts } = trial;
    const half = { trials: counts.trials / 2, messages: counts.messages / 2, shoppers: counts.shoppers };
    await Promise.all([own(trial, half), privateOne(trial, half)]);
  },
);
