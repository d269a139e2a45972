// One run of shopbell-bench, and what can be read from its result (bench/result.c).
import { watchHost } from './machine.ts';
import { Running } from './running.ts';
import type { RedisServer } from './redis.ts';
import { BUILD, type Server } from './servers.ts';

export interface Quantiles {
  count: number;
  p50: number;
  p90: number;
  p99: number;
  p999: number;
  max: number;
}

export type Phase = 'ramp' | 'warm' | 'steady' | 'storm' | 'after' | 'settle' | 'check' | 'end';
type Span = 'ramp' | 'before' | 'storm' | 'after' | 'settle';
type ByPhase<T> = Partial<Record<Phase, T>>;

export interface Cost {
  cpu_us: number;
  instructions: number;
  rss_bytes: number;
}

export interface KernelCost {
  tcp_bytes: number;
  slab_bytes: number;
  sockets: number;
  available_bytes: number;
}

export interface Load {
  scenario: string;
  good: boolean;
  sessions: number;
  in_at_the_end: number;
  counts: Record<string, number>;
  login_us: Record<Span, Quantiles>;
  ack_us: Record<Span, Quantiles>;
  delivery_us: Record<Span, Quantiles>;
  delivery_each_s_us: { second: number; count: number; p50: number; p99: number; max: number }[];
  phases_ms: ByPhase<number>;
  when_it_began: { server: ByPhase<Cost>; redis?: ByPhase<Cost>; kernel: ByPhase<KernelCost> };
  storm?: { back: number; not_back: number; server_ready_ms: number; back_since_ready_ms: Quantiles };
  /** By the host, of the processors' time while it ran: a share. */
  stolen?: number;
  load: { processes: number; cpu_ms: number; lived_ms: number; timers: number; timers_late: number; rss_bytes_per_session: number };
}

export type LoadOptions = Record<string, string | number>;

export interface UnderLoad {
  server: Server;
  redis?: RedisServer | undefined;
  /** Told what the load says as it goes on. */
  hear?: (text: string) => void;
  /** The load gets the processors when nobody else wants them. */
  isBackground?: boolean;
}

export function startLoad({ server, redis, hear, isBackground }: UnderLoad, options: LoadOptions): Running {
  const flags = Object.entries({ ...server.speak, ...options }).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const watched = ['--watch', `server=${server.pids.join()}`, ...(redis ? ['--watch', `redis=${redis.pid}`] : [])];
  const how = isBackground ? ['nice', '-n', '19'] : [];
  return new Running('shopbell-bench', [...how, `${BUILD}/bench/shopbell-bench`, ...flags, ...watched], hear);
}

/** What the load says when everybody is in, or back. */
export function saying(pattern: RegExp): { hear: (text: string) => void; said: Promise<void> } {
  let hear!: (text: string) => void;
  const said = new Promise<void>((resolve) => (hear = (text) => void (pattern.test(text) && resolve())));
  return { hear, said };
}

/** Its result; fails when there is none, and not when it is a bad one: that is what counts are for. */
export async function resultOf(load: Running, server: Server): Promise<Load> {
  const { code, out, said } = await load.result();
  try {
    return JSON.parse(out) as Load;
  } catch {
    throw new Error(`shopbell-bench on ${server.name} ended with ${code}:\n${said}`);
  }
}

export async function load(under: UnderLoad, options: LoadOptions): Promise<Load> {
  const stolen = watchHost();
  const result = await resultOf(startLoad(under, options), under.server);
  return { ...result, stolen: stolen() };
}

// --- what is read from it -------------------------------------------------------------------------------------------

const WRONG = ['lost', 'duplicated', 'out_of_order', 'undelivered', 'different', 'unchecked', 'bad_frames', 'refused', 'sockets_lost'];

/** What must never be, by name; empty when all went well. */
export function wrongs({ counts, delivery_us, good, scenario }: Load): string[] {
  const isMeant = (name: string) => scenario === 'storm' && name === 'sockets_lost';
  const found = WRONG.filter((name) => counts[name] && !isMeant(name)).map((name) => `${name} ${counts[name]}`);
  if (scenario === 'chat' && delivery_us.before.count === 0) found.push('nothing was delivered while it was measured');
  return found.length || good ? found : ['not everybody was in at the end'];
}

const steadyMs = ({ phases_ms: { steady, settle } }: Load): number => settle! - steady!;
export const messages = ({ delivery_us }: Load): number => delivery_us.before.count;
/** All that were due while it was steady had come after the longest that one took. */
export const messagesPerS = (result: Load): number => (messages(result) * 1000) / (steadyMs(result) + result.delivery_us.before.max / 1000);

export function cpuUsPerMessage(result: Load, of: 'server' | 'redis'): number {
  const cost = result.when_it_began[of]!;
  return (cost.settle!.cpu_us - cost.steady!.cpu_us) / messages(result);
}

/** Of a ramp: what one log-in took of the server's processor. */
export function cpuUsPerLogin({ when_it_began: { server }, counts }: Load, until: Phase = 'steady'): number {
  return (server[until]!.cpu_us - server.ramp!.cpu_us) / counts.logins!;
}

export function rssPerSession({ when_it_began: { server }, sessions }: Load): number {
  return (server.settle!.rss_bytes - server.ramp!.rss_bytes) / sessions;
}

/** Both ends of every socket are on this machine: half of it is the server's. */
export function kernelPerSocket({ when_it_began: { kernel }, sessions }: Load): number {
  const grown = (name: 'tcp_bytes' | 'slab_bytes') => kernel.settle![name] - kernel.ramp![name];
  return (grown('tcp_bytes') + grown('slab_bytes')) / (2 * sessions);
}
