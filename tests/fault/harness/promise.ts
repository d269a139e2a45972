// One promise (G1 to G14 in README's table), tried under faults. Each file here holds one: it makes the fault happen
// again and again to real processes, counts what came of it, and fails when the promise is broken.
//
//   ./dev test fault-quick             a few trials of each, part of every run of ./dev test
//   ./dev test fault                   the full counts; writes tests/fault/TABLE.md, which README shows
//   FAULT=G1,G5 ./dev test fault       only these, in either form; the other lines of the table stay
//   SEED=n                             the same choices again (what is up to the machine, such as timing, is not)
//
// A trial's figures are counts by name. `lost`, `duplicated` and `out_of_order` must be 0 for every promise that counts
// them; what else must hold the test itself asserts.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { Random } from '../../model/harness/random.ts';
import { percentile } from './percentile.ts';

export type Figures = Record<string, number | string>;

/** How often a thing is done in each form. */
export type Counts<K extends string> = Record<K, { quick: number; full: number }>;

export interface Trial<K extends string> {
  t: TestContext;
  /** The counts of the form that runs. */
  counts: Record<K, number>;
  full: boolean;
  random: Random;
  /** Adds to a figure, also one that was not named before. */
  count(figure: string, more?: number): void;
  /** One of many measured times; shown as p50, p99 and max. */
  took(figure: string, ms: number): void;
  /** A figure that is not a sum: the size of something, or words. */
  say(figure: string, value: number | string): void;
}

const MUST_BE_ZERO = ['lost', 'duplicated', 'out_of_order'];
const full = process.env['FAULT_FULL'] === '1';
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e9));

class Tally {
  readonly figures: Figures = { trials: 0 };
  private readonly times = new Map<string, number[]>();

  count(figure: string, more = 1): void {
    this.figures[figure] = Number(this.figures[figure] ?? 0) + more;
  }

  took(figure: string, ms: number): void {
    const times = this.times.get(figure) ?? [];
    this.times.set(figure, times);
    times.push(ms);
  }

  all(): Figures {
    const times = [...this.times].flatMap(([figure, all]) => [
      [`${figure}_p50_ms`, percentile(all, 0.5)],
      [`${figure}_p99_ms`, percentile(all, 0.99)],
      [`${figure}_max_ms`, percentile(all, 1)],
    ]);
    return { ...this.figures, ...Object.fromEntries(times) };
  }
}

function write(id: string, promise: string, result: object): void {
  const dir = 'build/fault';
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, `${id}${full ? '' : '-quick'}.json`), JSON.stringify({ id, promise, full, seed, ...result }, null, 2) + '\n');
}

/**
 * Declares the test of promise `id`. `counts.trials` is how often the fault is made to happen; the test counts `trials`
 * as it goes, and the frame fails when fewer were made than were to be.
 */
export function promise<K extends string>(
  id: string,
  words: string,
  counts: Counts<K | 'trials'>,
  /** A text: why this machine cannot make the fault happen, as it turned out. */
  tryIt: (trial: Trial<K | 'trials'>) => Promise<void | string>,
  /** The same, when it is known before. */
  whyNot?: string,
): void {
  test(`${id}: ${words}`, { skip: whyNot }, async (t) => {
    const tally = new Tally();
    const chosen = Object.fromEntries(
      Object.entries<{ quick: number; full: number }>(counts).map(([name, form]) => [name, full ? form.full : form.quick]),
    ) as Record<K | 'trials', number>;
    const started = Date.now();
    let kept = false;
    let skipped: string | void = undefined;
    try {
      skipped = await tryIt({
        t,
        full,
        counts: chosen,
        random: new Random(seed),
        count: (figure, more) => tally.count(figure, more),
        took: (figure, ms) => tally.took(figure, ms),
        say: (figure, value) => (tally.figures[figure] = value),
      });
      if (skipped) return t.skip(skipped);
      for (const figure of MUST_BE_ZERO) assert.equal(tally.figures[figure] ?? 0, 0, `${id}: ${figure}`);
      assert.equal(tally.figures['trials'], chosen.trials, `${id}: not every trial was made`);
      kept = true;
    } finally {
      if (!skipped) tell();
    }

    function tell(): void {
      const seconds = Math.round((Date.now() - started) / 1000);
      const figures = tally.all();
      t.diagnostic(`note: ${id} SEED=${seed} ${Object.entries(figures).map(([name, value]) => `${name}=${value}`).join(' ')} seconds=${seconds}`);
      write(id, words, { kept, seconds, figures });
    }
  });
}
