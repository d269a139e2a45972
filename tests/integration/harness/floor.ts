// bench/floor, started on a free port.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { BIN } from './server.ts';
import { within } from './until.ts';

export const FLOOR = join(BIN, '../../bench/floor/shopbell-floor');

const children = new Set<ChildProcess>();
process.on('exit', () => children.forEach((child) => child.kill('SIGKILL')));

export class Floor {
  url = '';
  said = '';
  private readonly ended: Promise<number | null>;

  private constructor(private readonly child: ChildProcess) {
    children.add(child);
    child.stderr!.on('data', (chunk) => (this.said += chunk));
    this.ended = once(child, 'exit').then(([code]) => (children.delete(child), code as number | null));
  }

  static async start(t: TestContext, ...flags: string[]): Promise<Floor> {
    const child = spawn(FLOOR, ['--listen', '127.0.0.1:0', ...flags], { stdio: ['ignore', 'pipe', 'pipe'] });
    const floor = new Floor(child);
    t.after(() => child.kill('SIGKILL'));
    const [line] = await within('the floor is ready', once(child.stdout!, 'data'));
    floor.url = /^floor ready (http:\/\/127\.0\.0\.1:\d+)\n$/.exec(String(line))![1]!;
    return floor;
  }

  end(): Promise<number | null> {
    this.child.kill('SIGTERM');
    return this.exit();
  }

  exit(): Promise<number | null> {
    return within('the floor has ended', this.ended);
  }
}
