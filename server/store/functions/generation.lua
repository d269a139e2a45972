-- Generations. A stream's ids are <generation>-<seq>: seq is dense, the generation says in which history of Redis an event
-- was written. A failover may lose the end of what was acknowledged, and so may a restart without appendfsync always; what
-- is written then would stand under the ids of what was lost, if the generation stayed. So with every new history a new one
-- begins: an id names one event, in whatever history it is looked for.
-- Its number is the time. The one before is not always known, for that may be lost too, and no two are to be alike.

-- Redis's own name for its history: another one after a restart, and where a replica became master.
local function history()
    return string.match(redis.call('INFO', 'replication'), 'master_replid:(%w+)') or ''
end

-- begin_generation: known (-1: none) lost (1: a stream that grew in the known one is shorter now). ok: the generation from
-- now on. Nodes ask before anything else whenever they have connected.
local function begin_generation(keys, args)
    local site = site_open(keys)
    local key, now = site:key('generation'), history()
    local f = redis.call('HMGET', key, 'number', 'history')
    local number, known = tonumber(f[1] or -1), tonumber(args[1])
    if f[2] ~= now or (args[2] == '1' and number <= known) then
        local last = math.max(number, known)
        number = last < 0 and 0 or math.max(last + 1, site.wall)
        redis.call('HSET', key, 'number', string.format('%d', number), 'history', now)
    end
    return site:answer('ok', string.format('%d', number))
end

-- append: conversation top id message [id message ...] Several messages as one, which a row of XADDs would not be, or a
-- node's first in a new generation: there the id alone is no compare-and-set, for it is above anything of the generations
-- before. conflict: the stream does not end with top. On the path of messages: it opens no site, whose clocks it has no use for.
local function append(keys, args)
    local log = keys[1] .. ':conv:' .. args[1] .. ':log'
    if Site:last_id(log) ~= args[2] then
        return { 'conflict' }
    end
    for i = 3, #args, 2 do
        redis.call('XADD', log, args[i], 'message', args[i + 1])
    end
    return { 'ok' }
end
