// Each peer as it will be measured: two clients in a room, 200 messages each without waiting; every acknowledgement and every
// delivery is looked at, and that nothing is left when it has ended. Real servers, real Redis, raw frames.
//   node bench/peers/smoke.mjs [WORD...]     only the variants whose name has one of these words
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createClient } from 'redis';
import { clients } from './smoke_clients.mjs';

const MESSAGES = 200;
const ROOM = 7;
const WAIT_MS = 20_000;
const here = fileURLToPath(new URL('.', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'shopbell-peers-'));
const children = new Set();
process.on('exit', () => {
  children.forEach((child) => child.kill('SIGKILL'));
  rmSync(folder, { recursive: true, force: true });
});

function start(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], ...options });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

async function until(what, condition) {
  for (const deadline = Date.now() + WAIT_MS; Date.now() < deadline; await sleep(5)) {
    if (await condition()) return;
  }
  assert.fail(`waited in vain until ${what}`);
}

const isAlive = (pid) => existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));

// --- what is started ------------------------------------------------------------------------------------------------

async function startRedis(port) {
  const dir = mkdtempSync(join(folder, 'redis-'));
  const socket = join(dir, 'redis.sock');
  const flags = { bind: '127.0.0.1', port, dir, unixsocket: socket, save: '', appendonly: 'yes', appendfsync: 'always' };
  const child = start('redis-server', Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]));
  child.stdout.resume();
  await until('Redis has its socket', () => existsSync(socket));
  const client = await createClient({ socket: { path: socket } }).on('error', () => {}).connect();
  const close = async () => {
    client.destroy();
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return { client, child, close, unix: `unix:${socket}`, tcp: `127.0.0.1:${port}` };
}

async function startPeer(args) {
  const dir = mkdtempSync(join(folder, 'peer-'));
  const child = start(process.execPath, [join(here, 'start.mjs'), ...args], { env: { ...process.env, TMPDIR: dir } });
  const peer = { child, dir, pids: [], url: '' };
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    const [, kind, value] = /^peer (pids|ready) (\S+)$/.exec(line) ?? assert.fail(`start.mjs says: ${line}`);
    if (kind === 'pids') peer.pids = value.split(',').map(Number);
    else peer.url = value;
  });
  await until('it is ready', () => peer.url || child.exitCode !== null);
  assert.equal(child.exitCode, null, 'it ended instead of being ready');
  return peer;
}

// --- what is looked at ----------------------------------------------------------------------------------------------

const texts = (name) => Array.from({ length: MESSAGES }, (_, n) => `${name} says ${n} ${'x'.repeat(n)}`);

async function talk(a, b, joined) {
  await Promise.all([a.join(ROOM), b.join(ROOM)]);
  if (joined) await until('both hear the room', joined);
  texts('a').forEach((text, n) => a.send(ROOM, n, text));
  texts('b').forEach((text, n) => b.send(ROOM, n, text));
  const all = (client) => client.acked.length >= MESSAGES && client.delivered.length >= MESSAGES;
  await until('everything is acknowledged and delivered', () => all(a) && all(b)).catch((error) => {
    const have = [a, b].map(({ acked, delivered }) => `${acked.length} acknowledged, ${delivered.length} delivered`);
    throw new Error(`${error.message}: ${have.join('; ')}`);
  });
  await sleep(50); // what comes twice comes now
  const numbers = Array.from({ length: MESSAGES }, (_, n) => n);
  for (const [mine, other] of [[a, 'b'], [b, 'a']]) {
    assert.deepEqual(mine.acked, numbers, 'acknowledged, in order');
    assert.deepEqual(mine.delivered, texts(other).map((text, n) => ({ room: ROOM, n, text })), 'delivered, in order');
    assert.deepEqual(mine.unexpected, []);
  }
}

/** While Redis does nothing, nothing may be acknowledged or shown. */
async function waitsForRedis(redis, a, b) {
  redis.child.kill('SIGSTOP');
  try {
    a.send(ROOM, MESSAGES, 'is it written?');
    await sleep(300);
    assert.deepEqual([a.acked.length, b.delivered.length], [MESSAGES, MESSAGES], 'before Redis answered');
  } finally {
    redis.child.kill('SIGCONT');
  }
  await until('it is acknowledged', () => a.acked.length > MESSAGES && b.delivered.length > MESSAGES);
}

async function endsCleanly(peer, signal) {
  peer.child.kill(signal);
  if (peer.child.exitCode === null && peer.child.signalCode === null) await once(peer.child, 'exit');
  await until('its processes have ended', () => !peer.pids.some(isAlive));
  if (signal === 'SIGKILL') return;
  assert.equal(peer.child.exitCode, 0);
  assert.deepEqual(readdirSync(peer.dir), [], 'no files are left');
}

function fileLimits(pid) {
  return /^Max open files\s+(\S+)\s+(\S+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'utf8')).slice(1);
}

async function look({ name, args, joined, stored, signal = 'SIGTERM' }, redis) {
  if (redis) await redis.client.flushAll();
  const where = args.includes('unix') ? redis.unix : redis.tcp;
  const peer = await startPeer(args.map((word) => (word === 'unix' || word === 'tcp' ? where : word)));
  try {
    for (const pid of peer.pids) assert.equal(...fileLimits(pid), 'as many files as the hard limit allows');
    const Client = clients[args[0]];
    const [a, b] = await Promise.all([Client.open(peer.url, 'a'), Client.open(peer.url, 'b')]);
    await talk(a, b, joined && (() => joined(redis.client)));
    if (stored) {
      assert.equal(await stored(redis.client), 2 * MESSAGES, 'stored in Redis');
      await waitsForRedis(redis, a, b);
    }
    a.close();
    b.close();
  } finally {
    await endsCleanly(peer, signal);
  }
  return name;
}

const length = (key) => (redis) => redis.xLen(key);
const room = length(`room:${ROOM}`);
const relayed = length(`relay:${ROOM}`);

// nchan says that a client is connected before it hears what goes through Redis; what is sent before that, nobody gets.
const subscribed = async (redis) => {
  const channel = `{channel:/${ROOM}}:pubsub`;
  return (await redis.pubSubNumSub([channel]))[channel] > 0;
};
const throughRedis = {
  joined: subscribed,
  stored: (redis) => redis.lLen(`{channel:/${ROOM}}:messages`),
};
const buffered = ['--buffered', String(2 * MESSAGES)];

const variants = [
  { args: ['ws'] },
  { args: ['ws', '--redis', 'unix'], stored: relayed },
  { args: ['ws', '--redis', 'tcp'], stored: relayed, signal: 'SIGKILL' },
  { args: ['socketio'] },
  { args: ['socketio', '--redis', 'unix'], stored: length('socket.io') },
  { args: ['socketio', '--redis', 'tcp', '--record', 'room'], stored: room },
  { args: ['socketio', '--redis', 'unix', '--adapter', 'pubsub'], stored: room },
  { args: ['socketio', '--redis', 'unix', '--adapter', 'none'], stored: room },
  { args: ['nchan'] },
  { args: ['nchan', '--workers', '2'] },
  { args: ['nchan', '--redis', 'tcp', ...buffered], ...throughRedis },
  { args: ['nchan', '--redis', 'tcp', '--workers', '2', ...buffered], ...throughRedis, signal: 'SIGKILL' },
].map((variant) => ({ name: variant.args.join(' '), ...variant }));

const words = process.argv.slice(2);
const chosen = variants.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
const redis = await startRedis(Number(process.env.SMOKE_REDIS_PORT ?? 20_000 + (process.pid % 10_000)));
let failed = 0;
for (const variant of chosen) {
  try {
    console.log(`ok   ${await look(variant, redis)}`);
  } catch (error) {
    failed++;
    console.log(`FAIL ${variant.name}: ${error.message}`);
  }
}
await redis.close();
console.log(`${chosen.length - failed} passed, ${failed} failed`);
process.exit(failed || chosen.length === 0 ? 1 : 0);
