// One client for each protocol, as raw frames: what README.md says of them is checked here.
// acked: the numbers acknowledged, as they came. delivered: what others said. unexpected: any frame that README.md does not know.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import WebSocket from 'ws';

const OPTIONS = { perMessageDeflate: false };
const over = (url) => url.replace(/^http/, 'ws');

class Client {
  acked = [];
  delivered = [];
  unexpected = [];

  constructor(name) {
    this.name = name;
  }

  async connect(url, protocols = []) {
    this.socket = new WebSocket(url, protocols, OPTIONS);
    this.socket.on('message', (data, isBinary) => {
      if (isBinary || !this.onFrame(data.toString())) this.unexpected.push(data.toString());
    });
    await once(this.socket, 'open');
    return this;
  }

  /** The next frame, which onFrame() then does not see. */
  next() {
    return new Promise((resolve, reject) => {
      this.take = resolve;
      this.socket.once('close', (code) => reject(new Error(`closed with ${code}`)));
    });
  }

  taken(frame) {
    const { take } = this;
    this.take = undefined;
    take?.(frame);
    return take !== undefined;
  }

  close() {
    this.socket.close();
  }
}

class Relay extends Client {
  static open(url, name) {
    return new Relay(name).connect(`${over(url)}/ws`, ['relay.v1']);
  }

  async join(room) {
    this.socket.send(`J${room} ${this.name}`);
    assert.equal(await this.next(), `J${room}`.padEnd(200));
    this.socket.send('P');
    assert.equal(await this.next(), 'P');
  }

  send(room, n, text) {
    this.socket.send(`M${room} ${n} ${text}`);
  }

  onFrame(frame) {
    if (this.taken(frame)) return true;
    const [, ack] = /^A7 (\d+) *$/.exec(frame.length === 120 ? frame : '') ?? [];
    if (ack) return this.acked.push(Number(ack));
    const [, room, n, text] = /^M(\d+) (\d+) (.*)$/.exec(frame) ?? [];
    return text !== undefined && this.delivered.push({ room: Number(room), n: Number(n), text });
  }
}

class SocketIo extends Client {
  asked = 0;
  messages = new Map();

  static async open(url, name) {
    const client = new SocketIo(name);
    const opened = new Promise((resolve) => (client.take = resolve));
    const welcome = new Promise((resolve) => (client.welcomed = resolve));
    await client.connect(`${over(url)}/socket.io/?EIO=4&transport=websocket`);
    assert.match(await opened, /^0\{"sid":"[\w-]{20}","upgrades":\[\],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000\}$/);
    client.socket.send('40');
    assert.match(await client.next(), /^40\{"sid":"[\w-]{20}"\}$/);
    assert.match(await welcome, /^42\["welcome","s_[0-9a-f]{20}"\]$/);
    return client;
  }

  emit(...event) {
    const id = this.asked++;
    this.socket.send(`42${id}${JSON.stringify(event)}`);
    return id;
  }

  async join(room) {
    const id = this.emit('join', room);
    assert.equal(await this.next(), `43${id}[]`);
  }

  send(room, n, text) {
    this.messages.set(this.emit('msg', room, n, text), n);
  }

  onFrame(frame) {
    if (frame.startsWith('42["welcome",')) return this.welcomed(frame) ?? true;
    if (this.taken(frame)) return true;
    if (frame === '2') return this.socket.send('3') ?? true;
    const [, id] = /^43(\d+)\[\]$/.exec(frame) ?? [];
    if (id) return this.acked.push(this.messages.get(Number(id)));
    if (!frame.startsWith('42["msg",')) return false;
    const [, room, n, text] = JSON.parse(frame.slice(2));
    return this.delivered.push({ room, n, text });
  }
}

/** A socket for each room. Everyone hears everything, so a frame says whose it is. */
class Nchan extends Client {
  static async open(url, name) {
    const client = new Nchan(name);
    client.url = url;
    return client;
  }

  async join(room) {
    this.room = room;
    await this.connect(`${over(this.url)}/room/${room}`);
    this.socket.send('P');
    assert.equal(await this.next(), 'P');
  }

  send(room, n, text) {
    this.socket.send(`${this.name} ${n} ${text}`);
  }

  onFrame(frame) {
    if (this.taken(frame)) return true;
    const [, name, n, text] = /^(\w+) (\d+) (.*)$/.exec(frame) ?? [];
    if (name === undefined) return false;
    return name === this.name ? this.acked.push(Number(n)) : this.delivered.push({ room: this.room, n: Number(n), text });
  }
}

export const clients = { ws: Relay, socketio: SocketIo, nchan: Nchan };
