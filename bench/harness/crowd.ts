// Sessions that are only there, on servers beside the one that is measured: a process may not have as many files as there
// are to be sessions.
import { resultOf, saying, startLoad } from './load.ts';
import type { Server } from './servers.ts';

export interface Crowd {
  servers: number;
  /** On each of them. */
  sessions: number;
}

const LOGINS_A_SECOND = 1000;
const HELD_S = 3600;
const IN_WITHIN_MS = 120_000;

interface Held {
  leave(): Promise<void>;
}

/** Resolves when all of them are in. */
async function hold(server: Server, sessions: number): Promise<Held> {
  const isIn = saying(/ s steady /);
  const load = startLoad({ server, hear: isIn.hear, isBackground: true }, { scenario: 'idle', sessions, rate: LOGINS_A_SECOND, seconds: HELD_S });
  const tooLate = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), IN_WITHIN_MS).unref());
  if (!(await Promise.race([isIn.said.then(() => true), tooLate, load.result().then(() => false)]))) throw new Error(`${sessions} sessions did not get in`);
  return {
    leave: async () => {
      load.signal('SIGINT');
      await resultOf(load, server);
      await server.stop();
    },
  };
}

export async function gather(start: () => Promise<Server>, { servers, sessions }: Crowd): Promise<Held> {
  const held = await Promise.all(Array.from({ length: servers }, async () => hold(await start(), sessions)));
  return { leave: async () => void (await Promise.all(held.map((one) => one.leave()))) };
}
