// G10: many windows that ask and do not read, all at the same time. What the server keeps for each is bounded; whoever asks
// past that is closed with 4002, which says resume, comes back and misses nothing; others are not slowed meanwhile.
import assert from 'node:assert/strict';
import { setMaxListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { agent, shopper, type Client } from '../integration/harness/client.ts';
import { History } from '../integration/harness/history.ts';
import { get } from '../integration/harness/http.ts';
import { startServer, type Server } from '../integration/harness/server.ts';
import { pause, until, within } from '../integration/harness/until.ts';
import { percentile } from './harness/percentile.ts';
import { promise, type Trial } from './harness/promise.ts';
import { Talker } from './harness/talker.ts';

setMaxListeners(0);

/** OUTBOUND_HARD_BYTES */
const CAP_BYTES = 1 << 20;
/** An answer to list_events is as long as all of these. */
const MESSAGES = 48;
const TEXT = 'A long story. '.repeat(285);
const ANSWER_BYTES = MESSAGES * (TEXT.length + 300);
/** The cap, the frame that went past it, what is left of one that was begun, and all else about a session. */
const BOUND_BYTES = CAP_BYTES + 2 * ANSWER_BYTES + (128 << 10);
/** For a socket's both ends; without SO_SNDBUF it was four times that. */
const KERNEL_BYTES = 1 << 20;
const WINDOWS_A_SHOPPER = 25;
const WAVE = 10;
/** Past any cap; the rate limit lets that many through after a while without. */
const BURST = 4;
const REFILL_MS = 2500;

interface Person {
  token: string;
  conversation_id: string;
}

interface Window extends Person {
  client: Client;
  history: History;
}

interface Scene {
  server: Server;
  trial: Trial<'trials'>;
  readers: number;
  /** Of the server, when everybody was there and read. */
  before: number;
  peak: number;
}

function rssBytes({ pid }: Server): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1024;
}

async function metric(server: Server, name: string): Promise<number> {
  const { body } = await get(server, '/metrics');
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(body)?.[1] ?? 0);
}

const closedAsSlow = (server: Server) => metric(server, 'shopbell_connections_closed_total\\{code="4002"\\}');

async function person({ server }: Scene, i: number): Promise<Person> {
  const client = await shopper(server, 'shop');
  const { conversation } = await client.start(`Hello from ${i}`);
  for (let n = 0; n < MESSAGES; n++) await client.send(conversation.id, TEXT);
  await client.close();
  return { token: client.token, conversation_id: conversation.id };
}

async function open({ server }: Scene, who: Person): Promise<Window> {
  const history = new History();
  return { ...who, history, client: await shopper(server, 'shop', { token: who.token, cursors: [], history }) };
}

/** Also who does not read may say that they are there. */
function ping({ client }: Window): void {
  client.raw('{"request_id":"ping","action":"ping"}');
}

function askForAll({ client, conversation_id }: Window): void {
  client.raw(JSON.stringify({ request_id: 'again', action: 'list_events', payload: { conversation_id, limit: 200 } }));
}

// --- somebody else ---------------------------------------------------------------------------------------------------

/** Two who talk all the time; how long each message took from hand to screen. */
async function conversation(server: Server, isOver: () => boolean, took: (ms: number) => void): Promise<void> {
  const kofi = await agent(server, 'shop', 'kofi');
  const anna = await shopper(server, 'shop');
  const { id } = (await anna.start('Do not mind them', { team: 'orders' })).conversation;
  await kofi.given();
  for (let i = 0; !isOver(); i++) {
    const begin = performance.now();
    await kofi.send(id, `Message ${i}`);
    await anna.push('incoming_event', ({ event }) => event.text === `Message ${i}`);
    took(performance.now() - begin);
    if (i % 50 === 0) await anna.must('ping', {}); // who only reads says so now and then
    await pause(100);
  }
}

// --- those who do not read -------------------------------------------------------------------------------------------

/** No faster than Redis and the server can answer. */
async function askInTurn(server: Server, windows: Window[]): Promise<void> {
  const begin = Date.now();
  for (let i = 0; i < windows.length; i += WAVE) {
    windows.slice(i, i + WAVE).forEach(askForAll);
    await until('they are answered', async () => (await metric(server, 'shopbell_redis_commands_in_flight')) < 2 * WAVE, 20_000);
  }
  await pause(begin + 300 - Date.now()); // nor than is allowed
}

/** All at the same time, until most of the bound is used. Some may go past theirs already. */
async function stallAll(s: Scene, windows: Window[]): Promise<void> {
  const { server, trial } = s;
  const kernelBefore = kernelBytes();
  let kept = 0;
  windows.forEach(({ client }) => client.socket.pause());
  for (let i = 0; i < 60 && kept < 0.7 * CAP_BYTES * windows.length && (await closedAsSlow(server)) === 0; i++) {
    await askInTurn(server, windows);
    kept = Math.max(kept, await metric(server, 'shopbell_outbound_bytes_queued'));
    checkMemory(s);
  }
  trial.say('kept_a_reader_kB', Math.round(kept / windows.length / 1024));
  const kernel = (kernelBytes() - kernelBefore) / windows.length;
  trial.say('kernel_a_reader_kB', Math.round(kernel / 1024));
  if (trial.full) assert.ok(kernel < KERNEL_BYTES, 'the kernel keeps what the server does not'); // few drown in what others do
  assert.ok(kept > 0.25 * CAP_BYTES * windows.length, `the readers were not slow at all:\n${server.log().slice(-1000)}`);
}

/** Of all sockets of this machine, both ends. */
function kernelBytes(): number {
  return Number(/^TCP: .* mem (\d+)$/m.exec(readFileSync('/proc/net/sockstat', 'utf8'))![1]) * 4096;
}

function checkMemory(s: Scene): void {
  const bound = s.before + s.readers * BOUND_BYTES;
  s.peak = Math.max(s.peak, rssBytes(s.server));
  s.trial.say('rss_before_kB', Math.round(s.before / 1024));
  s.trial.say('rss_peak_kB', Math.round(s.peak / 1024));
  s.trial.say('rss_bound_kB', Math.round(bound / 1024));
  assert.ok(s.peak <= bound, `${s.peak} bytes of memory, ${s.before} before, for ${s.readers} readers of at most ${BOUND_BYTES}`);
}

/** They ask for too much at once, are closed, and read then; the server waits a while for that. */
async function closeWave(s: Scene, wave: Window[]): Promise<void> {
  const { server, trial } = s;
  const saidSlow = () => (server.log().match(/event=session_close .*code=4002/g) ?? []).length;
  const all = (await closedAsSlow(server)) + wave.length;
  for (let i = 0; i < BURST; i++) wave.forEach(askForAll);
  for (let i = 0; i < 20 && saidSlow() < all; i++) await pause(100); // one may have been closed before
  checkMemory(s);
  wave.forEach(({ client }) => client.socket.resume());
  for (const { client } of wave) {
    const { code } = await within('it is closed', client.closed, 20_000);
    trial.count(`closed_with_${code}`);
    assert.ok(code === 4002 || code === 1006, `closed with ${code}`);
  }
}

async function comeBack({ server, trial }: Scene, window: Window, stored: string[]): Promise<void> {
  const { token, history, conversation_id } = window;
  const begin = Date.now();
  const client = await shopper(server, 'shop', { token, history, cursors: history.cursors() });
  const held = () => history.events(conversation_id);
  while (held().at(-1)!.seq < stored.length) await client.must('list_events', { conversation_id, after: held().at(-1)!.seq });
  while (held()[0]!.seq > 1) await client.must('list_events', { conversation_id, before: held()[0]!.seq });
  trial.took('back', Date.now() - begin);
  trial.count('lost', stored.length - held().length);
  assert.deepEqual(held().map(({ text, type }) => text ?? type), stored);
  client.socket.terminate();
}

promise(
  'G10',
  'a slow reader never grows memory past its cap',
  { trials: { quick: 25, full: 1000 } },
  async (trial) => {
    const { t, counts } = trial;
    const agents = Object.fromEntries(['maya', 'jonas'].map((name) => [name, { teams: ['support'], capacity: 100 }]));
    const server = await startServer({ sites: { shop: { teams: ['support', 'orders'], agents: { ...agents, kofi: { teams: ['orders'] } } } } });
    t.after(() => server.close());
    const s: Scene = { server, trial, readers: counts.trials, before: 0, peak: 0 };
    const people = await Promise.all(Array.from({ length: counts.trials / WINDOWS_A_SHOPPER }, (_, i) => person(s, i)));
    const windows: Window[] = [];
    for (const [i, who] of people.entries()) {
      if (i % 4 === 0) windows.forEach(ping); // who came long ago is still there
      windows.push(...(await Promise.all(Array.from({ length: WINDOWS_A_SHOPPER }, () => open(s, who)))));
    }

    const times = { before: [] as number[], during: [] as number[], after: [] as number[] }; // after: this process is busy itself
    let phase: keyof typeof times = 'before';
    let over = false;
    const talking = conversation(server, () => over, (ms) => times[phase].push(ms));
    await Promise.race([talking, pause(2000)]);
    phase = 'during';
    s.before = rssBytes(server);
    await stallAll(s, windows);
    phase = 'after';
    const maya = new Talker({ site: 'shop', name: 'maya' }, () => server);
    t.after(() => maya.leave());
    for (const { conversation_id } of people) {
      const say = () => maya.send(`still-${conversation_id}`, 'Are you still there?', { conversation_id });
      await until('it is hers', say, 20_000);
    }
    await pause(REFILL_MS);
    for (let i = 0; i < windows.length; i += WAVE) {
      windows.slice(i + WAVE).forEach(ping);
      await Promise.race([talking, closeWave(s, windows.slice(i, i + WAVE))]);
      trial.count('trials', Math.min(WAVE, windows.length - i));
    }
    over = true;
    await talking;
    assert.equal(await metric(server, 'shopbell_outbound_bytes_queued'), 0);

    const redis = await server.redis();
    for (const { conversation_id } of people) {
      const stored = (await redis.events('shop', conversation_id)).map(({ text, type }) => text ?? type!);
      const mine = windows.filter((one) => one.conversation_id === conversation_id);
      for (let i = 0; i < mine.length; i += 10) await Promise.all(mine.slice(i, i + 10).map((one) => comeBack(s, one, stored)));
    }
    for (const ms of times.before) trial.took('others_before', ms);
    for (const ms of times.during) trial.took('others_meanwhile', ms);
    assert.ok(percentile(times.during, 0.5) < 500, 'others were slowed');
  },
);
