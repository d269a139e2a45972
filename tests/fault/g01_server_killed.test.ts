// G1: servers on one Redis, shoppers and agents who write all the time; again and again one of the servers is killed with
// SIGKILL at any moment and started anew. Everyone comes back somewhere.
import { setMaxListeners } from 'node:events';
import { oneRedis } from '../integration/harness/redis_servers.ts';
import { startServer } from '../integration/harness/server.ts';
import { pause } from '../integration/harness/until.ts';
import { write, writersSites as sites } from './harness/writers.ts';
import { promise } from './harness/promise.ts';

setMaxListeners(0);

const SERVERS = 3;

promise(
  'G1',
  'an acknowledged message survives kill -9 of any server process',
  { trials: { quick: 8, full: 1000 }, shoppers: { quick: 24, full: 96 }, messages: { quick: 500, full: 1_000_000 } },
  async (trial) => {
    const { t, counts, random } = trial;
    const redis = await oneRedis(t, '--appendfsync', 'always');
    const flags = ['--redis', `redis://127.0.0.1:${redis.port}`];
    const servers = await Promise.all(Array.from({ length: SERVERS }, () => startServer({ sites, flags })));
    t.after(() => Promise.all(servers.map((server) => server.close())));
    const killOne = async () => {
      await pause(random.below(200));
      const server = random.pick(servers);
      await server.stop('SIGKILL');
      const begin = Date.now();
      await server.start();
      trial.took('started_again', Date.now() - begin);
    };
    const plan = { ...counts, faults: counts.trials, server: () => random.pick(servers), redis: () => redis.client(), fault: killOne };
    await write(plan, trial);
  },
);
