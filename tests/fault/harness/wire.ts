// A server behind a bad network (wire.c). Needs root and /dev/net/tun.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { BIN } from '../../integration/harness/server.ts';
import { until } from '../../integration/harness/until.ts';

const PROGRAM = join(dirname(BIN), '..', 'tests', 'wire');

/** Shares are percentages; reorder: held back for a while. */
export interface Weather {
  loss?: number;
  dup?: number;
  reorder?: number;
  delay_ms?: number;
  jitter_ms?: number;
}

export type Carried = Record<'passed' | 'lost' | 'doubled' | 'held' | 'cut', number>;

export class Wire {
  private said = '';
  private whyNot = '';

  private constructor(
    private readonly child: ChildProcess,
    readonly there: string,
  ) {
    child.stdout!.on('data', (chunk) => (this.said += chunk));
    child.stderr!.on('data', (chunk) => (this.whyNot += chunk));
    child.stdin!.on('error', () => undefined);
  }

  /** Or why there is none. Addresses are of 198.18.0.0/15, which is nobody's (RFC 2544), and this process's own. */
  static async make(seed: number): Promise<Wire | string> {
    const net = `198.${18 + ((process.pid >> 14) & 1)}.${(process.pid >> 6) & 255}`;
    const [here, there] = [1, 2].map((i) => `${net}.${(process.pid & 63) * 4 + i}`);
    const child = spawn(PROGRAM, [here!, there!, String(seed)], { stdio: ['pipe', 'pipe', 'pipe'] });
    await once(child, 'spawn');
    const wire = new Wire(child, there!);
    await until('the wire is there', () => wire.said.includes('ready') || wire.whyNot || child.exitCode !== null);
    return wire.said.includes('ready') ? wire : `no network can be made here: ${wire.whyNot.trim()}`;
  }

  /** For ServerOptions. */
  get within(): string[] {
    return ['nsenter', `--net=/proc/${this.child.pid}/ns/net`];
  }

  /** After its server, so that nobody waits for packets that cannot come. It ends with this process in any case. */
  end(): void {
    this.child.kill('SIGKILL');
  }

  private tell(...lines: string[]): void {
    this.child.stdin!.write(lines.map((line) => `${line}\n`).join(''));
  }

  set({ loss = 0, dup = 0, reorder = 0, delay_ms = 0, jitter_ms = 0 }: Weather): void {
    this.tell(`loss ${loss}`, `dup ${dup}`, `reorder ${reorder}`, `delay ${delay_ms} ${jitter_ms}`);
  }

  cut(): void {
    this.tell('cut');
  }

  heal(): void {
    this.tell('heal');
  }

  /** The connections of now are cut for good, and neither side is told. */
  bury(): void {
    this.tell('bury');
  }

  async stats(): Promise<Carried> {
    this.said = '';
    this.tell('stats');
    const [passed, lost, doubled, held, cut] = (await until('stats', () => /stats ([\d ]+)\n/.exec(this.said)?.[1])).split(' ').map(Number);
    return { passed: passed!, lost: lost!, doubled: doubled!, held: held!, cut: cut! };
  }
}
