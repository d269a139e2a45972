// Where it was measured, and whether that was a good place for it.
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

const GIB = 2 ** 30;
/** What bounds how many sockets a machine can have, under /proc/sys. */
const LIMITS = ['fs/nr_open', 'fs/file-max', 'fs/epoll/max_user_watches', 'kernel/pid_max', 'net/core/somaxconn', 'net/ipv4/ip_local_port_range', 'net/ipv4/tcp_mem'];

export interface Machine {
  cores: number;
  processor: string;
  memory_gib: number;
  kernel: string;
  load_before: number;
  limits: Record<string, string>;
  words: string;
}

function limits(): Record<string, string> {
  const files = /^Max open files\s+(\S+)\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
  const sysctls = LIMITS.map((name) => [name.replaceAll('/', '.'), readFileSync(`/proc/sys/${name}`, 'utf8').trim().replaceAll('\t', ' ')]);
  return { 'open files a process': files?.[2] ?? 'unknown', ...Object.fromEntries(sysctls) };
}

/** Of the processors' time, in ticks: what a host gave to others, and all (proc(5), /proc/stat). */
function processorTime(): { stolen: number; all: number } {
  const ticks = /^cpu +(.+)$/m.exec(readFileSync('/proc/stat', 'utf8'))![1]!.split(' ').map(Number);
  return { stolen: ticks[7] ?? 0, all: ticks.slice(0, 8).reduce((sum, tick) => sum + tick, 0) };
}

/** Begins now; what it returns says which share of the processors' time the host has given to others since. */
export function watchHost(): () => number {
  const before = processorTime();
  return () => {
    const now = processorTime();
    return (now.stolen - before.stolen) / Math.max(1, now.all - before.all);
  };
}

export function machine(): Machine {
  const cores = availableParallelism();
  const processor = cpus()[0]?.model ?? 'unknown';
  const memory_gib = Math.round(totalmem() / GIB);
  const load_before = loadavg()[0]!;
  const busy = load_before > 0.5 ? `; it was busy before (load ${load_before.toFixed(1)}), so take the figures with care` : '';
  const words = `${cores} cores (${processor}), ${memory_gib} GiB, Linux ${release()}; server, Redis and load on the same machine, loopback only${busy}`;
  return { cores, processor, memory_gib, kernel: release(), load_before, limits: limits(), words };
}
