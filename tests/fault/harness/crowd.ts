// A crowd of sessions against one server: bench/shopbell-bench in its own processes, which says what became of them.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BIN, type Server } from '../../integration/harness/server.ts';
import { until, within } from '../../integration/harness/until.ts';

const BENCH = join(BIN, '../../bench/shopbell-bench');

const children = new Set<ChildProcess>();
process.on('exit', () => children.forEach((child) => child.kill('SIGKILL'))); // its processes go with it

export interface Quantiles {
  count: number;
  p50: number;
  p90: number;
  p99: number;
  max: number;
}

/** What shopbell-bench prints; bench/result.c. */
export interface CrowdResult {
  good: boolean;
  in_at_the_end: number;
  counts: Record<string, number>;
  closes: Record<string, number>;
  ack_us: Record<'before' | 'storm' | 'after', Quantiles>;
  storm: {
    dropped: number;
    back: number;
    not_back: number;
    server_ready_ms: number;
    back_since_ready_ms: Quantiles;
    back_since_storm_ms: Quantiles;
  };
  load: { processes: number; rss_bytes: number; rss_bytes_per_session: number };
}

export class Crowd {
  private readonly child: ChildProcess;
  private readonly ended: Promise<unknown>;
  private printed = '';
  private said = '';

  constructor(server: Server, options: Record<string, string | number>) {
    const args = Object.entries({ url: server.url, ...options }).flatMap(([name, value]) => [`--${name}`, String(value)]);
    this.child = spawn(BENCH, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    children.add(this.child);
    this.child.stdout!.on('data', (chunk) => (this.printed += chunk));
    this.child.stderr!.on('data', (chunk) => (this.said += chunk));
    this.ended = new Promise((resolve) => this.child.on('close', resolve)).then(() => children.delete(this.child));
  }

  /** Everybody is logged in, and has been for a while. */
  async isIn(withinMs: number): Promise<void> {
    const gone = () => this.child.exitCode !== null;
    await until('everybody is in', () => gone() || this.said.includes('restart the server now'), withinMs);
    assert.ok(!gone(), `the crowd ended early:\n${this.said}${this.printed}`);
  }

  /** From now on it can be expected back. */
  serverIsReady(): void {
    this.child.kill('SIGUSR1');
  }

  async result(withinMs: number): Promise<CrowdResult> {
    try {
      await within('the crowd has ended', this.ended, withinMs);
      return JSON.parse(this.printed) as CrowdResult;
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${this.said.slice(-3000)}`);
    }
  }

  leave(): void {
    this.child.kill('SIGKILL');
  }
}

/** Of a server with workers: theirs and the private Redis'. */
export function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text ? text.split(' ').map(Number) : [];
}

export function rssBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
}

export function isWorker(pid: number): boolean {
  return !readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('redis-server');
}
