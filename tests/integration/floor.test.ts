// bench/floor, the bare relay that the server is measured against: it is fast at nothing if it loses or mixes anything.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { Floor, FLOOR } from './harness/floor.ts';
import { oneRedis, type RedisServer } from './harness/redis_servers.ts';
import { until, within } from './harness/until.ts';

const ROOM = 4711;
const MESSAGES = 1000;

class Member {
  readonly frames: string[] = [];
  isClosed = false;

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data) => this.frames.push(String(data)));
    socket.on('close', () => (this.isClosed = true));
    socket.on('error', () => undefined);
  }

  static async join(floor: Floor, ...rooms: number[]): Promise<Member> {
    const member = new Member(new WebSocket(`${floor.url.replace('http', 'ws')}/ws`, 'relay.v1', { perMessageDeflate: false }));
    await within('the socket is open', once(member.socket, 'open'));
    for (const room of rooms) member.socket.send(`J${room} me`);
    assert.deepEqual(await member.all(), rooms.map((room) => `J${room}`.padEnd(200)));
    return member;
  }

  /** Everything up to the answer to a ping that is sent now. */
  async all(): Promise<string[]> {
    this.socket.send('P');
    await until('the answer to the ping', () => this.frames.at(-1) === 'P', 30_000);
    return this.frames.splice(0).slice(0, -1);
  }
}

/** Of many lengths: less than a read takes, more than that, and at both sides of where a frame's header grows. */
function message(room: number, n: number): string {
  const bytes = n % 50 === 0 ? 3000 : n % 10 === 0 ? 120 + (n % 12) : 40 + ((n * 37) % 400);
  return `M${room} ${n} `.padEnd(bytes, `${n}.`);
}

const numbers = Array.from({ length: MESSAGES }, (_, n) => n);
const elsewhere = Array.from({ length: 1500 }, (_, n) => n * n + 1); // enough to share what a room is looked up in
const acks = (room: number) => numbers.map((n) => `A${room} ${n}`.padEnd(120));

async function assertRelayed(floor: Floor): Promise<void> {
  const sender = await Member.join(floor, 1, ROOM);
  const reader = await Member.join(floor, ROOM, 2);
  const stranger = await Member.join(floor, ...elsewhere);
  const sent = numbers.map((n) => message(ROOM, n));
  for (const frame of sent) sender.socket.send(frame);
  await until('every ack', () => sender.frames.length >= MESSAGES, 30_000);
  assert.deepEqual(await sender.all(), acks(ROOM));
  assert.deepEqual(await reader.all(), sent);
  assert.deepEqual(await stranger.all(), []);
}

async function assertStored(redis: RedisServer): Promise<void> {
  assert.equal(await redis.call('XLEN', `relay:${ROOM}`), MESSAGES);
  const entries = (await redis.call('XRANGE', `relay:${ROOM}`, '-', '+')) as [string, string[]][];
  assert.deepEqual(entries.map(([, fields]) => fields), numbers.map((n) => ['m', message(ROOM, n)]));
  assert.deepEqual(await redis.call('KEYS', '*'), [`relay:${ROOM}`]);
}

for (const flags of [[], ['--coalesce'], ['--read-buffer', '128'], ['--coalesce', '--read-buffer', '4096']]) {
  test(`relays a burst, ${flags.join(' ') || 'without options'}`, async (t) => {
    const floor = await Floor.start(t, ...flags);
    await assertRelayed(floor);
    assert.deepEqual([await floor.end(), floor.said], [0, '']);
  });

  test(`stores a burst first, ${flags.join(' ') || 'without options'}`, async (t) => {
    const path = `/tmp/shopbell-floor-${process.pid}.sock`;
    const redis = await oneRedis(t, '--unixsocket', path);
    const floor = await Floor.start(t, '--redis', flags.length === 1 ? `unix:${path}` : `127.0.0.1:${redis.port}`, ...flags);
    await assertRelayed(floor);
    await assertStored(redis);
    assert.deepEqual([await floor.end(), floor.said], [0, '']);
  });
}

for (const flags of [['--read-buffer', '128'], ['--coalesce']]) {
  test(`keeps the order for one who reads late, ${flags.join(' ')}`, async (t) => {
    const floor = await Floor.start(t, ...flags);
    const sender = await Member.join(floor, ROOM);
    const reader = await Member.join(floor, ROOM);
    const large = Array.from({ length: 400 }, (_, n) => `M${ROOM} ${n} `.padEnd(60_000, String(n)));
    const small = Array.from({ length: 3000 }, (_, n) => `M${ROOM} ${n} `.padEnd(300, String(n)));
    const sent = [...large, ...small];
    reader.socket.pause();
    for (const frame of large) sender.socket.send(frame); // 24 MB, more than the kernel takes
    await until('every ack', () => sender.frames.length === large.length, 60_000);
    reader.socket.resume();
    for (let n = 0; n < small.length; n += 5) {
      for (const frame of small.slice(n, n + 5)) sender.socket.send(frame); // while the large ones get through
      await new Promise(setImmediate);
    }
    await until('every delivery', () => reader.frames.length >= sent.length, 60_000);
    assert.ok(reader.frames.every((frame, n) => frame === sent[n]));
    assert.deepEqual([await floor.end(), floor.said], [0, '']);
  });
}

test('nobody hears of a message before Redis has it', async (t) => {
  const redis = await oneRedis(t);
  const floor = await Floor.start(t, '--redis', `127.0.0.1:${redis.port}`);
  const [sender, reader] = [await Member.join(floor, ROOM), await Member.join(floor, ROOM)];
  process.kill(redis.pid, 'SIGSTOP');
  sender.socket.send(message(ROOM, 0));
  assert.deepEqual([await sender.all(), await reader.all()], [[], []]);
  process.kill(redis.pid, 'SIGCONT');
  await until('the ack and the delivery', () => sender.frames.length + reader.frames.length === 2);
});

test('a message that Redis refuses closes its socket, and only that', async (t) => {
  const redis = await oneRedis(t);
  await redis.call('SET', 'relay:9', 'no stream');
  const floor = await Floor.start(t, '--redis', `127.0.0.1:${redis.port}`);
  const [sender, reader] = [await Member.join(floor, 9), await Member.join(floor, 9, ROOM)];
  sender.socket.send('M9 1 x');
  await until('the socket is closed', () => sender.isClosed);
  assert.deepEqual([sender.frames, await reader.all()], [[], []]);
  assert.match(floor.said, /^shopbell-floor: a message is refused: WRONGTYPE .*\n$/);
  reader.socket.send(`M${ROOM} 1`);
  await until('the ack', () => reader.frames.length === 1);
});

test('a sender that leaves with messages on their way is no trouble', async (t) => {
  const redis = await oneRedis(t);
  const floor = await Floor.start(t, '--redis', `127.0.0.1:${redis.port}`);
  const [sender, reader] = [await Member.join(floor, ROOM), await Member.join(floor, ROOM)];
  process.kill(redis.pid, 'SIGSTOP');
  for (const n of numbers) sender.socket.send(message(ROOM, n));
  await sender.all();
  sender.socket.terminate();
  await until('it is gone', () => sender.isClosed);
  assert.deepEqual(await reader.all(), []);
  process.kill(redis.pid, 'SIGCONT');
  await until('every delivery', () => reader.frames.length === MESSAGES, 30_000);
  await assertStored(redis);
  assert.deepEqual([await floor.end(), floor.said], [0, '']);
});

test('when Redis is lost the floor says so and ends', async (t) => {
  const redis = await oneRedis(t);
  const floor = await Floor.start(t, '--redis', `127.0.0.1:${redis.port}`);
  const member = await Member.join(floor, ROOM);
  process.kill(redis.pid, 'SIGSTOP');
  member.socket.send(message(ROOM, 0));
  await member.all();
  await redis.kill();
  assert.equal(await floor.exit(), 1);
  assert.match(floor.said, /^shopbell-floor: Redis is lost: .*\n$/);
  await until('the socket is closed', () => member.isClosed);
  assert.deepEqual(member.frames, []);
});

test('frames that are none close their socket', async (t) => {
  const floor = await Floor.start(t);
  const bad = ['', 'X', 'J', 'Jx', 'J2147483648', 'J-1', 'M', 'M1', 'M1 ', 'Mx 1', 'M1x 1', 'M1  x', `M1 ${'9'.repeat(200)}`, `J${'0'.repeat(300)}`, 'M1 1 '.padEnd(70_000)];
  for (const frame of bad) {
    const member = await Member.join(floor);
    member.socket.send(frame);
    await until(`"${frame.slice(0, 20)}" is refused`, () => member.isClosed);
  }
  assert.equal(await floor.end(), 0);
});

test('what is wrong with the command line, or with Redis, is said', () => {
  const run = (...args: string[]) => spawnSync(FLOOR, args, { encoding: 'utf8', timeout: 20_000 });
  const listen = ['--listen', '127.0.0.1:0'];
  const wrong: [string[], number, RegExp][] = [
    [[], 2, /--listen: is needed/],
    [['--listen', 'localhost:80'], 2, /--listen: give an IPv4 address/],
    [[...listen, '--read-buffer', '1'], 2, /--read-buffer: give a number from 128 to 65536/],
    [[...listen, '--redis', 'nowhere'], 2, /--redis: give unix:PATH or HOST:PORT/],
    [[...listen, '--colour'], 2, /unrecognized option/],
    [[...listen, 'more'], 2, /more: is not an option/],
    [[...listen, '--redis', '127.0.0.1:1'], 1, /Redis at 127\.0\.0\.1:1: Connection refused/],
    [[...listen, '--redis', 'unix:/nowhere'], 1, /Redis at unix:\/nowhere: No such file/],
    [['--listen', '192.0.2.1:80'], 1, /cannot listen there: Cannot assign requested address/],
  ];
  for (const [args, status, text] of wrong) {
    const ended = run(...args);
    assert.deepEqual([ended.status, ended.stdout], [status, ''], args.join(' '));
    assert.match(ended.stderr, text);
  }
  assert.match(run('--help').stdout, /^shopbell-floor --listen ADDRESS:PORT/);
});
