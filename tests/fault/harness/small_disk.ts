// A disk of a few megabytes (tmpfs) that can be filled and emptied. Needs root.
import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PREFIX = 'shopbell-disk-';
const mounted = new Set<string>();
let count = 0;

function unmount(dir: string): void {
  mounted.delete(dir);
  execFileSync('umount', ['-l', dir], { stdio: 'ignore' });
  rmSync(dir, { recursive: true, force: true });
}

process.on('exit', () => mounted.forEach(unmount));

/** Those of runs that were killed. */
function unmountLeft(): void {
  for (const [, dir, pid] of readFileSync('/proc/mounts', 'utf8').matchAll(new RegExp(`^\\S+ (\\S*/${PREFIX}(\\d+)-\\d+) `, 'gm'))) {
    if (!existsSync(`/proc/${pid}`)) unmount(dir!);
  }
}

export class SmallDisk {
  readonly dir = join(tmpdir(), `${PREFIX}${process.pid}-${++count}`);
  private readonly filler = join(this.dir, 'filler');

  private constructor(megabytes: number) {
    mkdirSync(this.dir);
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', this.dir], { stdio: 'pipe' });
    mounted.add(this.dir);
  }

  /** Or why there is none. */
  static make(megabytes: number): SmallDisk | string {
    try {
      unmountLeft();
      return new SmallDisk(megabytes);
    } catch (error) {
      return `no disk can be mounted here: ${(error as Error).message.trim().split('\n').at(-1)}`;
    }
  }

  fill(): void {
    const file = openSync(this.filler, 'a');
    try {
      for (let size = 1 << 16; size >= 1 << 9; size >>= 1) {
        try {
          for (;;) if (writeSync(file, Buffer.alloc(size)) < size) break;
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        }
      }
    } finally {
      closeSync(file);
    }
  }

  empty(): void {
    rmSync(this.filler, { force: true });
  }

  remove(): void {
    if (mounted.has(this.dir)) unmount(this.dir);
  }
}
