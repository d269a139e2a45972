// Someone at two screens: a shopper's two pages, an agent's two windows. They are on different nodes at first, and each
// moves on to the next node when its connection is lost.
import type { Server } from '../../integration/harness/server.ts';
import { Talker, type Person } from './talker.ts';

export type Pair = [Talker, Talker];

let begun = 0;

function inTurn(servers: Server[]): () => Server {
  let at = begun++;
  return () => servers[at++ % servers.length]!;
}

export async function pairOf(person: Person, servers: Server[]): Promise<Pair> {
  const first = new Talker(person, inTurn(servers));
  await first.online();
  const second = new Talker({ ...person, token: first.token }, inTurn(servers));
  await second.online();
  return [first, second];
}

/** A shopper's conversation is open, and both pages look at it. */
export async function shopperPair(site: string, servers: Server[], who: string): Promise<Pair> {
  const both = await pairOf({ site }, servers);
  const [first, second] = both;
  await first.start(`first-of-${who}`, `Hello from ${who}`);
  second.conversation_id = first.conversation_id;
  return both;
}
