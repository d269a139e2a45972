// The same chat on socket.io, as its documentation says to build it. README.md has the events and the raw frames.
//
// A message is durable before it is acknowledged, and Redis is charged for that once: with the streams adapter the XADD by which the
// adapter tells other nodes is the record, and the acknowledgement waits for its answer. That is the least work socket.io can do
// for the promise, and the same single XADD that Shopbell does. --record room is what the promise in full would take: a stream for
// each room that can be read again, and the adapter's own work after it.
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { createAdapter as createPubSubAdapter } from '@socket.io/redis-adapter';
import { createAdapter as createStreamsAdapter } from '@socket.io/redis-streams-adapter';
import { Server } from 'socket.io';
import { connectRedis, listening, options } from './served.mjs';

const { port, redis: where, adapter = where ? 'streams' : 'none', record = adapter === 'streams' ? 'adapter' : 'room' } = options({
  adapter: { type: 'string' },
  record: { type: 'string' },
});
// With node-redis' queue for commands without a connection: the streams adapter asks again at once when its XREAD fails, and where
// that failed at once too it would never let the loop go on.
const redis = where && (await connectRedis(where));

/** emit() does not say when the adapter's XADD was answered, nor whether it failed. This keeps what Redis promised last. */
function keepingTheAnswer(create) {
  return function (namespace) {
    const made = create(namespace);
    const publish = made.doPublish;
    made.doPublish = (message) => (made.lastPublished = publish.call(made, message));
    return made;
  };
}

const adapters = {
  none: () => undefined,
  streams: () => keepingTheAnswer(createStreamsAdapter(redis, { onlyPlaintext: true })),
  pubsub: async () => createPubSubAdapter(redis, await connectRedis(where)),
};

const emit = (socket, room, n, text) => socket.to(String(room)).emit('msg', room, n, text);

const records = {
  memory: emit,
  adapter(socket, room, n, text) {
    emit(socket, room, n, text);
    return socket.nsp.adapter.lastPublished; // begun by the emit above
  },
  async room(socket, room, n, text) {
    await redis.sendCommand(['XADD', `room:${room}`, '*', 'n', String(n), 'text', text]);
    emit(socket, room, n, text);
  },
};

const http = createServer();
const io = new Server(http, {
  serveClient: false,
  perMessageDeflate: false,
  httpCompression: false,
  adapter: await adapters[adapter](),
});
// https://socket.io/docs/v4/memory-usage/: without this each session keeps its first HTTP request.
io.engine.on('connection', (raw) => {
  raw.request = null;
});

/** Who it is, and a room of their own, in which all their tabs are reached: https://socket.io/docs/v4/rooms/ */
function logIn(socket) {
  const shopper = `s_${randomBytes(10).toString('hex')}`;
  socket.data.site = 'bench';
  socket.data.shopper = shopper;
  socket.join(shopper);
  socket.emit('welcome', shopper);
}

const deliver = records[redis ? record : 'memory'];
io.on('connection', (socket) => {
  logIn(socket);
  socket.on('join', async (room, done) => {
    await socket.join(String(room));
    done?.();
  });
  socket.on('msg', async (room, n, text, done) => {
    try {
      await deliver(socket, room, n, text);
      done?.();
    } catch {
      socket.disconnect(true); // not acknowledged: the client sends it again
    }
  });
});
http.listen(listening(port));
