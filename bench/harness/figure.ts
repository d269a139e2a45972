// One thing that is measured: by whom, how, and what it is to be.
import type { Fsync } from './redis.ts';
import type { Load } from './load.ts';

/** A line of the table. */
export interface Row {
  what: string;
  ours: number;
  unit: string;
  beside: Beside[];
  runs: number;
  fsync?: Fsync;
  note?: string;
}

/** What `ours` over `value` is to be at most, or at least; neither: for information. */
export interface Beside {
  name: string;
  value: number;
  atMost?: number;
  atLeast?: number;
}

/** A line with one other server. */
export interface Judged {
  beside: string;
  value: number;
  ratio: number;
  words: string;
  /** Undefined: no target. */
  met: boolean | undefined;
}

export interface Curve {
  name: string;
  x: number[];
  y: number[];
}

export interface Plot {
  title: string;
  x: string;
  y: string;
  log?: boolean;
  curves: Curve[];
}

export interface Outcome {
  rows: Row[];
  plots: Plot[];
  /** Every run, as the load generator told it. */
  raw: { name: string; load: Load }[];
  /** Lost, repeated, out of order: anything here fails the run. */
  wrongs: string[];
}

export interface Context {
  quick: boolean;
  say(text: string): void;
}

export interface Figure {
  name: string;
  about: string;
  /** Only when it is named. */
  isLong?: boolean;
  run(context: Context): Promise<Outcome>;
}

export function newOutcome(): Outcome {
  return { rows: [], plots: [], raw: [], wrongs: [] };
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Under which conditions it was measured. */
export function howOf({ fsync, runs, note }: Row): string {
  return [fsync && `fsync ${fsync}`, runs > 1 ? `median of ${runs} runs` : 'one run', note].filter(Boolean).join(', ');
}

export function judge({ ours, beside }: Row): Judged[] {
  return beside.map(({ name, value, atMost, atLeast }) => {
    const ratio = ours / value;
    if (atMost !== undefined) return { beside: name, value, ratio, words: `at most ${atMost}`, met: ratio <= atMost };
    if (atLeast !== undefined) return { beside: name, value, ratio, words: `at least ${atLeast}`, met: ratio >= atLeast };
    return { beside: name, value, ratio, words: '', met: undefined };
  });
}
