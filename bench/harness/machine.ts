// Where it was measured, and whether that was a good place for it.
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

const GIB = 2 ** 30;

export interface Machine {
  cores: number;
  processor: string;
  memory_gib: number;
  kernel: string;
  load_before: number;
  words: string;
}

export function machine(): Machine {
  const cores = availableParallelism();
  const processor = cpus()[0]?.model ?? 'unknown';
  const memory_gib = Math.round(totalmem() / GIB);
  const load_before = loadavg()[0]!;
  const busy = load_before > 0.5 ? `; it was busy before (load ${load_before.toFixed(1)}), so take the figures with care` : '';
  const words = `${cores} cores (${processor}), ${memory_gib} GiB, Linux ${release()}; server, Redis and load on the same machine, loopback only${busy}`;
  return { cores, processor, memory_gib, kernel: release(), load_before, words };
}
