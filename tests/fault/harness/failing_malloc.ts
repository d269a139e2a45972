// The server of tests/fault/failing_malloc.c and the file that it shares with whoever makes its allocations fail.
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { BIN } from '../../integration/harness/server.ts';

export const FAILING_BIN = join(dirname(BIN), '../tests/shopbell_failing_malloc');

/** Which allocations fail, counted from now: those from `first` to `last`, or one in `oneIn` of these. */
export interface Plan {
  first: number;
  last?: number;
  oneIn?: number;
  seed?: number;
}

const NONE: Plan = { first: 0 };

const FIELDS = ['asked', 'first', 'last', 'oneIn', 'seed', 'failed', 'blocks'] as const;
type Field = (typeof FIELDS)[number];

export class FailingMalloc {
  private readonly dir = mkdtempSync(join(tmpdir(), 'shopbell-malloc-'));
  private readonly path = join(this.dir, 'control');
  private readonly file: number;

  constructor() {
    writeFileSync(this.path, Buffer.alloc(8 * FIELDS.length));
    writeFileSync(`${this.path}.trace`, '');
    this.file = openSync(this.path, 'r+');
  }

  get env(): Record<string, string> {
    return { FAILING_MALLOC: this.path };
  }

  private read(field: Field): number {
    const bytes = Buffer.alloc(8);
    readSync(this.file, bytes, 0, 8, FIELDS.indexOf(field) * 8);
    return Number(bytes.readBigInt64LE());
  }

  /** In the order of the file: all but the blocks. */
  plan({ first, last = first, oneIn = 0, seed = 0 }: Plan = NONE): void {
    const bytes = Buffer.alloc(8 * 6);
    [0, first, last, oneIn, seed, 0].forEach((value, i) => bytes.writeBigInt64LE(BigInt(value), i * 8));
    truncateSync(`${this.path}.trace`);
    writeSync(this.file, bytes, 0, bytes.length, 0);
  }

  /** From now on none fails; what was counted stays. */
  relent(): void {
    writeSync(this.file, Buffer.alloc(8 * 2), 0, 8 * 2, FIELDS.indexOf('first') * 8);
  }

  /** Since plan(). */
  get asked(): number {
    return this.read('asked');
  }

  get failed(): number {
    return this.read('failed');
  }

  /** Allocated and not freed. */
  get blocks(): number {
    return this.read('blocks');
  }

  /** Who asked for what failed, innermost first, by name where there is one. */
  trace(): string {
    const lines = readFileSync(`${this.path}.trace`, 'utf8').split('\n').slice(0, 80);
    const own = lines.flatMap((line) => /shopbell_failing_malloc\(.*?\+?(0x[0-9a-f]+)\)/.exec(line)?.[1] ?? []);
    if (own.length === 0) return lines.join('\n');
    const names = execFileSync('addr2line', ['-s', '-f', '-e', FAILING_BIN, ...own]).toString().split('\n');
    const found = new Map(own.map((address, i) => [address, `${names[2 * i]} ${names[2 * i + 1]}`]));
    return lines.map((line) => line.replace(/^.*shopbell_failing_malloc\(.*?\+?(0x[0-9a-f]+)\).*$/, (_, at) => found.get(at) ?? at)).join('\n');
  }

  close(): void {
    closeSync(this.file);
    rmSync(this.dir, { recursive: true, force: true });
  }
}
