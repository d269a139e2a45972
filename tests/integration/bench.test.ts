// bench/shopbell-bench against the real server, and against the floor: small runs of each scenario, in which all must be well, and
// one in which it is not.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { PASSWORD } from './harness/config.ts';
import { Floor } from './harness/floor.ts';
import { oneRedis } from './harness/redis_servers.ts';
import { BIN, startServer } from './harness/server.ts';

const BENCH = join(BIN, '../../bench/shopbell-bench');
const AGENTS = ['agent1', 'agent2'];
const scenarios = ['clock', 'flight', 'churn', 'queue', 'lies'];

interface Result {
  good: boolean;
  counts: Record<string, number>;
  delivery_us: Record<string, { count: number }>;
  wait_us?: { count: number };
  when_it_began: Record<string, Record<string, { cpu_us: number; rss_bytes: number }>>;
}

const agents = Object.fromEntries(AGENTS.map((name) => [name, { capacity: 20 }]));
const server = await startServer({
  sites: Object.fromEntries(scenarios.map((site) => [site, { agents }])),
  settings: { session_rate: 100_000 },
});

after(() => server.close());

function bench(options: Record<string, string | number>): Promise<Result & { code: number }> {
  const args = Object.entries({ seconds: 1, warm: 1, ...options }).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return new Promise((resolve, reject) => {
    const child = execFile(BENCH, args, { timeout: 60_000 }, (_, stdout, stderr) => {
      const code = child.exitCode ?? -1;
      try {
        resolve({ ...(JSON.parse(stdout) as Result), code });
      } catch {
        reject(new Error(`shopbell-bench ended with ${code}:\n${stderr}`));
      }
    });
  });
}

const ours = (site: string) => ({
  url: server.url,
  site,
  watch: `server=${server.pid}`,
  agents: AGENTS.length,
  'agent-email': 'agent%d@shop.example',
  'agent-password': PASSWORD,
});

function assertGood({ good, code, counts }: Result & { code: number }): void {
  assert.ok(good && code === 0, JSON.stringify(counts));
  for (const wrong of ['lost', 'duplicated', 'out_of_order', 'undelivered', 'different', 'refused']) assert.equal(counts[wrong], 0, wrong);
}

/** proc(5): utime and stime, in ticks of 10 ms. */
function cpuUs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

describe('the load generator', { concurrency: true }, () => {
  test('by the clock both sides write, and what it costs is told', async () => {
    const result = await bench({ ...ours('clock'), scenario: 'chat', sessions: 40, conversations: 20, messages: 100 });
    assertGood(result);
    assert.ok(result.delivery_us['before']!.count >= 50, JSON.stringify(result.delivery_us));
    const { steady, settle } = result.when_it_began['server']!;
    assert.ok(steady!.rss_bytes > 1e6 && settle!.cpu_us > steady!.cpu_us);
  });

  test('the processor time that it tells is what the kernel counted', async (t) => {
    const worked = spawn('sh', ['-c', 'i=0; while [ $i -lt 500000 ]; do i=$((i+1)); done; echo worked; read line'], { stdio: ['pipe', 'pipe', 'inherit'] });
    t.after(() => worked.kill());
    await once(worked.stdout, 'data');
    const kernelUs = cpuUs(worked.pid!);
    const floor = await Floor.start(t);
    const result = await bench({ url: `${floor.url}/ws`, protocol: 'relay', scenario: 'idle', sessions: 2, watch: `worked=${worked.pid}` });
    const { ramp, settle } = result.when_it_began['worked']!;
    for (const told of [ramp!.cpu_us, settle!.cpu_us]) assert.ok(Math.abs(told - kernelUs) <= 50_000, `${told} us, and ${kernelUs} us in /proc`);
    assert.ok(kernelUs > 200_000, `${kernelUs} us is too little to tell`);
  });

  test('so many in flight keep their order', async () => {
    const result = await bench({ ...ours('flight'), scenario: 'chat', sessions: 10, conversations: 10, 'in-flight': 8 });
    assertGood(result);
    assert.equal(result.counts['delivered'], result.counts['acked']);
    assert.ok(result.counts['acked']! > 10 * 8);
  });

  test('shoppers go from page to page', async () => {
    const result = await bench({ ...ours('churn'), scenario: 'churn', sessions: 40, conversations: 4, views: 40 });
    assertGood(result);
    assert.ok(result.counts['page_views']! >= 40);
    assert.equal(result.counts['logins'], 40 + AGENTS.length + result.counts['page_views']!);
  });

  test('a queue is worked off', async () => {
    const result = await bench({ ...ours('queue'), scenario: 'queue', sessions: 100, conversations: 100 });
    assertGood(result);
    assert.equal(result.counts['closed'], 100);
    assert.equal(result.wait_us!.count, 100);
  });

  test('the floor is spoken with as well', async (t) => {
    const redis = await oneRedis(t);
    const floor = await Floor.start(t, '--redis', `127.0.0.1:${redis.port}`, '--coalesce');
    const result = await bench({ url: `${floor.url}/ws`, protocol: 'relay', scenario: 'chat', sessions: 30, conversations: 20, agents: 2, messages: 200 });
    assertGood(result);
    assert.equal(result.counts['delivered'], result.counts['acked']);
  });

  test('a message that is not there any more is lost', async () => {
    const run = bench({ ...ours('lies'), scenario: 'chat', sessions: 5, conversations: 5, messages: 20, seconds: 2 });
    const redis = await server.redis();
    const logs = async () => ((await redis.call('KEYS', '{lies}:conv:*:log')) as string[])[0];
    let log: string | undefined;
    while (!(log = await logs()));
    let entries: [string, string[]][] = [];
    while (entries.length < 6) entries = (await redis.call('XRANGE', log, '-', '+')) as [string, string[]][];
    await redis.call('XDEL', log, entries[4]![0]);
    const result = await run;
    assert.equal(result.good, false);
    assert.equal(result.code, 1);
    assert.ok(result.counts['lost']! + result.counts['different']! > 0, JSON.stringify(result.counts));
  });
});
