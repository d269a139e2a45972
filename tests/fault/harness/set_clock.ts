// The wall clock of one process, set while it runs (libfaketime). Its monotonic clock goes on, as on a machine whose clock
// is set.
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

const NAME = 'faketime/libfaketimeMT.so.1';

function library(): string | undefined {
  const folders = readdirSync('/usr/lib').filter((name) => name.endsWith('-linux-gnu'));
  return folders.map((name) => join('/usr/lib', name, NAME)).find((path) => existsSync(path));
}

export function whyNoSetClock(): string | undefined {
  return library() ? undefined : 'libfaketime is not installed';
}

export class SetClock {
  private readonly dir = mkdtempSync(join(tmpdir(), 'shopbell-clock-'));
  private readonly file = join(this.dir, 'offset');
  offset_s = 0;

  constructor(t: TestContext) {
    this.set(0);
    t.after(() => rmSync(this.dir, { recursive: true, force: true }));
  }

  /** For the process. libc is named too: where malloc is another library's, as in Redis, that one asks for the time before
   * libfaketime is ready, and libfaketime for memory. */
  env(): Record<string, string> {
    return {
      LD_PRELOAD: `${library()} libc.so.6`,
      FAKETIME_TIMESTAMP_FILE: this.file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DISABLE_SHM: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      DONT_FAKE_MONOTONIC: '1',
    };
  }

  set(offset_s: number): void {
    this.offset_s = offset_s;
    writeFileSync(this.file, `${offset_s < 0 ? '' : '+'}${offset_s}\n`);
  }
}
