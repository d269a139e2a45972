// The relay protocol on the `ws` package: what an engineer writes who wants nothing between the socket and Redis.
// ../README.md has the frames. With --redis each message is one XADD, and is acknowledged and shown once Redis has answered.
import { WebSocketServer } from 'ws';
import { connectRedis, listening, options } from './served.mjs';

const ROOM_MAX = 2 ** 31;
const UNREAD_MAX_BYTES = 1024 * 1024; // a reader further behind than this is let go

const { port, redis: where } = options();
const redis = where && (await connectRedis(where, { disableOfflineQueue: true })); // what cannot be stored fails at once
const rooms = new Map();

function send(socket, frame) {
  if (socket.bufferedAmount > UNREAD_MAX_BYTES) socket.terminate();
  else socket.send(frame, { binary: false });
}

/** Room 0 is none: who sits nowhere is answered once too. */
function join(socket, room) {
  if (Number(room) > 0) sitDown(socket, room);
  send(socket, `J${room}`.padEnd(200));
}

function sitDown(socket, room) {
  const members = rooms.get(room);
  if (members) members.add(socket);
  else rooms.set(room, new Set([socket]));
  (socket.rooms ??= []).push(room);
}

function leaveAll(socket) {
  for (const room of socket.rooms ?? []) {
    const members = rooms.get(room);
    members?.delete(socket);
    if (members?.size === 0) rooms.delete(room);
  }
}

/** The bytes that came in are what Redis stores and what every receiver gets. */
async function relay(socket, room, n, frame) {
  if (redis) {
    // As an array: xAdd() builds the same one, and takes half as long again.
    await redis.sendCommand(['XADD', `relay:${room}`, '*', 'm', frame]);
  }
  for (const member of rooms.get(room) ?? []) {
    if (member !== socket) send(member, frame);
  }
  send(socket, `A${room} ${n}`.padEnd(120));
}

function onMessage(frame) {
  const [verb, room, n] = frame.toString('latin1', 0, 32).match(/^([JMP])(\d*) ?(\d*)/)?.slice(1) ?? [];
  const named = room && Number(room) < ROOM_MAX;
  if (verb === 'P') send(this, 'P');
  else if (verb === 'J' && named) join(this, room);
  else if (verb === 'M' && named && n) relay(this, room, n, frame).catch(() => this.close(1011));
  else this.close(1008);
}

function onClose() {
  leaveAll(this);
}

// One listener for all sockets, and no set of them: neither costs anything for an idle one.
const server = new WebSocketServer({
  ...listening(port),
  path: '/ws',
  perMessageDeflate: false,
  clientTracking: false,
  maxPayload: 64 * 1024,
  handleProtocols: (offered) => offered.has('relay.v1') && 'relay.v1',
});
server.on('connection', (socket) => {
  socket.on('message', onMessage);
  socket.on('close', onClose);
  socket.on('error', () => {}); // a close follows
});
