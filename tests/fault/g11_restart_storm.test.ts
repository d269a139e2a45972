// G11: a crowd is logged in, some of it writing; the server with all its workers is restarted, once by SIGTERM and once
// by kill -9. Everybody comes back by the protocol's rules. How fast is counted from the moment the new server says that
// it is ready; at the end every conversation is read and compared with what was acknowledged and with what was shown.
import assert from 'node:assert/strict';
import { freePort } from '../integration/harness/redis_servers.ts';
import { PASSWORD } from '../integration/harness/config.ts';
import { startServer, type Server } from '../integration/harness/server.ts';
import { until } from '../integration/harness/until.ts';
import { childrenOf, Crowd, isWorker, rssBytes, type CrowdResult } from './harness/crowd.ts';
import { promise, type Trial } from './harness/promise.ts';

const BACK_MS = 60_000; // for 99 of 100
const AGENTS = Array.from({ length: 4 }, (_, i) => `agent${i + 1}`);
const sites = { shop: { agents: Object.fromEntries(AGENTS.map((name) => [name, { capacity: 50 }])) } };
const MUST_BE_ZERO = ['lost', 'duplicated', 'out_of_order', 'undelivered', 'different', 'unchecked', 'identities_lost'];

type Storm = Trial<'trials' | 'sessions' | 'workers' | 'conversations'>;

/** kill -9 of the supervisor and the workers; the private Redis goes by itself. */
async function killAll(server: Server): Promise<void> {
  const workers = childrenOf(server.pid).filter(isWorker);
  const killed = server.kill();
  workers.forEach((pid) => process.kill(pid, 'SIGKILL'));
  await killed;
  await until('the workers are gone', () => workers.every((pid) => !isRunning(pid)), 30_000);
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function sayMemory(server: Server, { say, counts }: Storm): void {
  const workers = childrenOf(server.pid).filter(isWorker);
  assert.equal(workers.length, counts.workers);
  const bytes = workers.reduce((sum, pid) => sum + rssBytes(pid), 0);
  say('server_rss_mb', Math.round(bytes / 2 ** 20));
}

function judge(name: string, result: CrowdResult, { count, say, counts }: Storm): void {
  const { storm, ack_us } = result;
  MUST_BE_ZERO.forEach((figure) => count(figure, result.counts[figure]!));
  count('acknowledged', result.counts['acked']!);
  for (const quantile of ['p50', 'p99', 'max'] as const) {
    say(`back_after_${name}_${quantile}_ms`, storm.back_since_ready_ms[quantile]);
    say(`ack_before_${name}_${quantile}_ms`, Math.round(ack_us.before[quantile] / 1000));
    say(`ack_after_${name}_${quantile}_ms`, Math.round(ack_us.after[quantile] / 1000));
  }
  const everybody = counts.sessions + AGENTS.length;
  assert.equal(storm.dropped, everybody, 'the restart took everybody’s socket');
  assert.ok(storm.back >= everybody * 0.99, `${storm.not_back} of ${everybody} did not come back`);
  assert.ok(storm.back_since_ready_ms.p99 <= BACK_MS, `99 of 100 were back after ${storm.back_since_ready_ms.p99} ms`);
  for (const figure of MUST_BE_ZERO) assert.equal(result.counts[figure], 0, `${figure} after ${name}`);
  assert.ok(result.good, JSON.stringify(result.counts));
}

async function storm(name: string, restart: (server: Server) => Promise<unknown>, trial: Storm): Promise<void> {
  const { t, full, counts } = trial;
  const flags = ['--listen', `127.0.0.1:${await freePort()}`, '--workers', String(counts.workers)];
  const server = await startServer({ sites, flags, settings: { log_level: 'warn' } });
  t.after(() => server.close());
  const crowd = new Crowd(server, {
    site: 'shop',
    scenario: 'storm',
    sessions: counts.sessions,
    conversations: counts.conversations,
    agents: AGENTS.length,
    'agent-email': 'agent%d@shop.example',
    'agent-password': PASSWORD,
    rate: 2500,
    seconds: full ? 10 : 2,
    seed: trial.random.below(1_000_000),
  });
  t.after(() => crowd.leave());
  await crowd.isIn(full ? 300_000 : 60_000);
  sayMemory(server, trial);
  await restart(server);
  await server.start();
  crowd.serverIsReady();
  const result = await crowd.result(full ? 500_000 : 120_000);
  trial.say('crowd_bytes_per_session', result.load.rss_bytes_per_session);
  judge(name, result, trial);
  trial.count('trials');
  await server.close();
}

promise(
  'G11',
  'after a restart 99 of 100 sessions are back within 60 s, and nothing is lost',
  {
    trials: { quick: 2, full: 2 },
    sessions: { quick: 2000, full: 100_000 },
    workers: { quick: 2, full: 8 },
    conversations: { quick: 60, full: 200 },
  },
  async (trial) => {
    trial.say('sessions', trial.counts.sessions);
    trial.say('workers', trial.counts.workers);
    await storm('sigterm', (server) => server.stop('SIGTERM', 60_000), trial);
    await storm('kill', killAll, trial);
  },
);
