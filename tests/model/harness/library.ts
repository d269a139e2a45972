// A private redis-server with the functions in it, made to repeat exactly: a layer between the library and Redis gives
// it a clock of ours and sorted sets, and notes each key written and each hint published. The library's text is
// untouched but for its batch sizes, which a run may make small so that the limits are met.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from '../../integration/harness/redis.ts';

const STORE = 'server/store';

/** How much of a key the checks of a step see. */
export const ENDS = 64;
export const ENDS_OF_STREAM = 12;

export type Limits = { BATCH: number; BURY_BATCH: number; RESEND_WINDOW: number; LOOK_MAX: number };

/** The files of the library, joined in the order of store/meson.build. */
export function libraryText(): string {
  const names = readFileSync(join(STORE, 'meson.build'), 'utf8').matchAll(/'(functions\/\w+\.lua)'/g);
  return [...names].map(([, name]) => readFileSync(join(STORE, name!), 'utf8')).join('\n');
}

function constant(text: string, name: string): RegExpExecArray {
  const found = new RegExp(`^local ${name} = (\\d+)$`, 'm').exec(text);
  if (!found) throw new Error(`the library has no ${name}`);
  return found;
}

export function libraryLimits(text: string): Limits {
  const number = (name: string) => Number(constant(text, name)[1]);
  return {
    BATCH: number('BATCH'), BURY_BATCH: number('BURY_BATCH'), RESEND_WINDOW: number('RESEND_WINDOW'), LOOK_MAX: number('LOOK_MAX'),
  };
}

export function withLimits(text: string, limits: Limits): string {
  return Object.entries(limits).reduce(
    (all, [name, number]) => all.replace(constant(all, name)[0], `local ${name} = ${number}`),
    text,
  );
}

const READS =
  'EXISTS GET HEXISTS HGET HGETALL HKEYS HLEN HMGET LINDEX LLEN LRANGE SCARD SISMEMBER SMISMEMBER ZCARD ZCOUNT ZMSCORE ' +
  'ZRANGE ZRANGEBYSCORE ZRANK ZREVRANGE ZREVRANK ZSCORE XLEN XRANGE XREVRANGE';

// What is not known to read is taken to write. The global redis is another while the library is loaded.
const LAYER = `
local function real()
    return redis
end
local READS = { ${READS.split(' ').map((name) => `${name} = true`).join(', ')} }
local function sorted(list)
    table.sort(list)
    return list
end
local redis = { register_function = redis.register_function }
function redis.call(name, key, ...)
    if name == 'TIME' then
        local ms = tonumber(real().call('GET', 'model:clock'))
        return { tostring(math.floor(ms / 1000)), tostring(ms % 1000 * 1000) }
    elseif name == 'INFO' then
        return 'master_replid:' .. real().call('GET', 'model:history')
    elseif name == 'SMEMBERS' or name == 'HKEYS' then
        return sorted(real().call(name, key))
    elseif name == 'SRANDMEMBER' then
        local all, first = sorted(real().call('SMEMBERS', key)), {}
        for i = 1, math.min(#all, tonumber((...))) do
            first[i] = all[i]
        end
        return first
    elseif name == 'PUBLISH' then
        real().call('RPUSH', 'model:published', key, (...))
    elseif not READS[name] then
        real().call('SADD', 'model:written', key)
    end
    return real().call(name, key, ...)
end
`;

// model_changes: every key written since the last call with what is in it, of long ones the size and the ends, and the
// hints published. model_look: the same of the keys named, whole.
const LOOKER = `#!lua name=model
local SIZE = { hash = 'HLEN', set = 'SCARD', list = 'LLEN', zset = 'ZCARD', stream = 'XLEN', string = 'STRLEN' }
local function content(kind, key, size, ends, ends_of_stream)
    if kind == 'hash' then return redis.call('HGETALL', key) end
    if kind == 'set' then return size <= ends and redis.call('SMEMBERS', key) or {} end
    if kind == 'list' then return redis.call('LRANGE', key, -ends, -1) end
    if kind == 'zset' then return redis.call('ZRANGE', key, 0, ends - 1, 'WITHSCORES') end
    if kind == 'stream' then return redis.call('XREVRANGE', key, '+', '-', 'COUNT', ends_of_stream) end
    return redis.call('GET', key)
end
local function look(keys, ends, ends_of_stream)
    local rows = {}
    for _, key in ipairs(keys) do
        local kind = redis.call('TYPE', key).ok
        local size = SIZE[kind] and redis.call(SIZE[kind], key) or 0
        rows[#rows + 1] = { key, kind, size, size > 0 and content(kind, key, size, ends, ends_of_stream) or {} }
    end
    return rows
end
redis.register_function('model_changes', function()
    local rows = look(redis.call('SMEMBERS', 'model:written'), ${ENDS}, ${ENDS_OF_STREAM})
    local published = redis.call('LRANGE', 'model:published', 0, -1)
    redis.call('DEL', 'model:written', 'model:published')
    return { rows, published }
end)
redis.register_function({ function_name = 'model_look', flags = { 'no-writes' }, callback = function(keys)
    return look(keys, 1000000, 1000000)
end })
`;

export type Bench = { redis: Redis; load(text: string): Promise<void>; close(): void };

export async function startRedis(): Promise<Bench> {
  const dir = mkdtempSync(join(tmpdir(), 'shopbell-model-'));
  const socket = join(dir, 'redis.sock');
  const options = ['--port', '0', '--unixsocket', socket, '--dir', dir, '--save', '', '--appendonly', 'no'];
  const server = spawn('redis-server', options, { stdio: 'ignore' });
  const close = () => {
    redis?.close();
    server.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true });
  };
  let redis: Redis | undefined;
  for (let tries = 0; !redis; tries++) {
    redis = await Redis.open({ path: socket }).catch(() => undefined);
    if (!redis && tries === 200) close();
    if (!redis && tries === 200) throw new Error('redis-server does not start');
    if (!redis) await new Promise((resolve) => setTimeout(resolve, 25));
  }
  const opened = redis;
  await opened.call('FUNCTION', 'LOAD', LOOKER);
  return {
    redis: opened,
    load: async (text) => {
      const [shebang, ...lines] = text.split('\n');
      await opened.call('FLUSHALL');
      await opened.call('FUNCTION', 'LOAD', 'REPLACE', [shebang, LAYER, ...lines].join('\n'));
    },
    close,
  };
}
