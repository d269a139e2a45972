// Starts one of the servers that Shopbell is measured beside, and ends it:
//   node bench/peers/start.mjs ws|socketio|nchan [--port P] [--redis HOST:PORT|unix:PATH]
//     socketio: [--adapter streams|pubsub|none] [--record adapter|room]      nchan: [--workers N] [--buffered N]
// Prints `peer pids 1,2` (whose processor time and memory count) and `peer ready http://127.0.0.1:PORT`. Until SIGTERM or SIGINT.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const READY_MS = 15_000;
const END_MS = 5_000;
const here = fileURLToPath(new URL('.', import.meta.url));
const text = { type: 'string' };

function fail(words) {
  console.error(`start.mjs: ${words}`);
  process.exit(2);
}

function parse() {
  try {
    const all = { port: text, redis: text, adapter: text, record: text, workers: text, buffered: text };
    return parseArgs({ allowPositionals: true, options: all });
  } catch (error) {
    return fail(error.message);
  }
}

/** The port asked for, or a free one. Looked at first: nginx would share it with another nginx and not say so. */
async function portFor(asked) {
  const server = createServer().listen(Number(asked ?? 0), '127.0.0.1');
  await once(server, 'listening').catch((error) => fail(`port ${asked}: ${error.message}`));
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return String(port);
}

// --- the three ------------------------------------------------------------------------------------------------------

/** The options that a peer has, as its own flags. */
const flags = (names, values) => names.filter((name) => values[name] !== undefined).flatMap((name) => [`--${name}`, values[name]]);

const node = (file, names) => ({
  options: ['port', 'redis', ...names],
  command: ({ values }) => [process.execPath, join(here, file), ...flags(['port', 'redis', ...names], values)],
  isReady: ({ values }) => takesConnections(values.port),
  measured: (child) => [child.pid],
});

/** Lines of the configuration that are there only with Redis. */
function redisLines(where) {
  if (!where) return { UPSTREAM: '', STORE: '' };
  if (where.startsWith('unix:')) fail('nchan reaches Redis by TCP only: --redis HOST:PORT');
  return { UPSTREAM: `upstream store {\n    nchan_redis_server redis://${where};\n  }`, STORE: 'nchan_redis_pass store;' };
}

function hardFileLimit() {
  const [, hard] = /^Max open files\s+\S+\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
  return hard === 'unlimited' ? 1_000_000 : Number(hard);
}

function nginxCommand({ dir, values }) {
  const words = {
    DIR: dir,
    PORT: values.port,
    WORKERS: values.workers ?? '1',
    BUFFERED: values.buffered ?? '100',
    FILES: hardFileLimit(),
    USER: process.getuid() === 0 ? 'user root;' : '',
    ...redisLines(values.redis),
  };
  const file = join(dir, 'nginx.conf');
  const template = readFileSync(join(here, 'nchan.conf.in'), 'utf8');
  writeFileSync(file, template.replace(/@([A-Z]+)@/g, (_, word) => words[word]));
  return ['/usr/sbin/nginx', '-p', dir, '-e', 'stderr', '-c', file];
}

/** Each worker has a connection to Redis of its own; a message that comes before it is refused. */
async function nginxIsReady({ values }) {
  const page = await body(`http://127.0.0.1:${values.port}/status`);
  const connected = Number(/^redis connected servers: (\d+)/m.exec(page)?.[1]);
  return page !== '' && (!values.redis || connected >= Number(values.workers ?? 1));
}

const peers = {
  ws: node('ws.mjs', []),
  socketio: node('socketio.mjs', ['adapter', 'record']),
  nchan: {
    options: ['port', 'redis', 'workers', 'buffered'],
    command: nginxCommand,
    isReady: nginxIsReady,
    measured: (child) => childrenOf(child.pid), // the first process only watches
  },
};

// --- running it -----------------------------------------------------------------------------------------------------

function takesConnections(port) {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port: Number(port) });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

function body(url) {
  return new Promise((resolve) => {
    let page = '';
    const request = get(url, { agent: false }, (answer) => answer.on('data', (part) => (page += part)).on('end', () => resolve(page)));
    request.on('error', () => resolve(''));
  });
}

function parentOf(pid) {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ')[1]);
  } catch {
    return undefined; // it has ended meanwhile
  }
}

function childrenOf(pid) {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return all.map(Number).filter((other) => parentOf(other) === pid);
}

function check(name, values) {
  const peer = peers[name] ?? fail(`which of ${Object.keys(peers).join(', ')}?`);
  const unknown = Object.keys(values).filter((option) => !peer.options.includes(option));
  if (unknown.length) fail(`${name} has no --${unknown.join(', --')}`);
  const oneOf = { adapter: ['streams', 'pubsub', 'none'], record: ['adapter', 'room'] };
  for (const [option, allowed] of Object.entries(oneOf)) {
    if (values[option] && !allowed.includes(values[option])) fail(`--${option} is one of ${allowed.join(', ')}`);
  }
  if (!values.redis && (values.record || (values.adapter ?? 'none') !== 'none')) fail('--adapter and --record need --redis');
  if (values.record === 'adapter' && (values.adapter ?? 'streams') !== 'streams') fail('only --adapter streams leaves a record');
  return peer;
}

const { positionals, values } = parse();
const [name] = positionals;
const peer = check(name, values);
values.port = await portFor(values.port);
const dir = mkdtempSync(join(tmpdir(), 'shopbell-peer-'));
process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
const context = { dir, values };
const command = peer.command(context);

// Node has raised the limit of open files to the hard one for itself, and what it starts inherits that. setpriv: should this process
// be killed, the peer ends with it.
const child = spawn('setpriv', ['--pdeathsig', 'TERM', ...command], { cwd: dir, stdio: ['ignore', 'ignore', 'inherit'] });
let asked = false;

function kill() {
  for (const pid of [...childrenOf(child.pid), child.pid]) process.kill(pid, 'SIGKILL');
}

function end() {
  if (!asked) setTimeout(kill, END_MS).unref();
  asked = true;
  child.kill('SIGTERM');
}

async function ready() {
  for (const deadline = Date.now() + READY_MS; Date.now() < deadline; await sleep(50)) {
    if (await peer.isReady(context)) return true;
  }
  return false;
}

process.on('SIGTERM', end).on('SIGINT', end);
child.on('error', (error) => fail(error.message));
child.on('exit', (code, signal) => {
  if (!asked) console.error(`start.mjs: ${name} ended with ${signal ?? code}`);
  process.exit(asked ? 0 : 1);
});
if (await ready()) {
  console.log(`peer pids ${peer.measured(child).join(',')}`);
  console.log(`peer ready http://127.0.0.1:${values.port}`);
} else {
  console.error(`start.mjs: ${name} did not take connections in ${READY_MS / 1000} s`);
  kill();
}
