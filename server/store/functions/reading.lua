-- Reading many records at once. value: a flat list of rows, one a conversation, of COLUMNS values each:
-- id state shopper team agent preview opened_at queued_at closed_at priority adviser last_seq, of the shopper name email url
-- title, and the receipts shopper_delivered shopper_seen agent_delivered agent_seen. What is not there is empty.

local function add_fields(list, key, ...)
    local fields = { ... }
    local values = redis.call('HMGET', key, ...)
    for i = 1, #fields do
        flat_add(list, values[i] or '')
    end
end

function Site:row(list, id)
    local key = self:key('conv', id)
    local shopper = redis.call('HGET', key, 'shopper')
    if not shopper then
        return
    end
    local last = redis.call('XREVRANGE', key .. ':log', '+', '-', 'COUNT', 1)[1]
    flat_add(list, id)
    add_fields(list, key, 'state', 'shopper', 'team', 'agent', 'preview', 'opened_at', 'queued_at', 'closed_at',
        'priority', 'adviser')
    flat_add(list, last and string.match(last[1], '-(%d+)$') or 0)
    add_fields(list, self:key('shopper', shopper), 'name', 'email', 'url', 'title')
    add_fields(list, key .. ':receipts', 'shopper_delivered', 'shopper_seen', 'agent_delivered', 'agent_seen')
end

function Site:rows(ids)
    local list = {}
    for _, id in ipairs(ids) do
        self:row(list, id)
    end
    return { 'ok', list, {}, {}, {} }
end

-- load_conversation: id
local function load_conversation(keys, args)
    return site_open(keys):rows({ args[1] })
end

-- load_shopper: id. value: name email url title, the open conversation, the newest one
local function load_shopper(keys, args)
    local site, list = site_open(keys), {}
    local key = site:key('shopper', args[1])
    add_fields(list, key, 'name', 'email', 'url', 'title', 'open')
    flat_add(list, redis.call('LINDEX', key .. ':convs', -1) or '')
    return { 'ok', list, {}, {}, {} }
end

-- list_of_shopper: shopper limit, newest first
local function list_of_shopper(keys, args)
    local site = site_open(keys)
    local ids = redis.call('LRANGE', site:key('shopper', args[1], 'convs'), -args[2], -1)
    local newest_first = {}
    for i = #ids, 1, -1 do
        newest_first[#newest_first + 1] = ids[i]
    end
    return site:rows(newest_first)
end

-- list_closed_by: agent limit, newest first
local function list_closed_by(keys, args)
    local site = site_open(keys)
    return site:rows(redis.call('LRANGE', site:key('agent', args[1], 'recent'), 0, args[2] - 1))
end

-- The first so many of the line and of those that wait for their adviser, by place.
function Site:first_waiting(team, limit)
    local waiting = {}
    for _, kind in ipairs({ 'queue', 'reserved' }) do
        local list = redis.call('ZRANGE', self:key(kind, team), 0, limit - 1, 'WITHSCORES')
        for i = 1, #list, 2 do
            waiting[#waiting + 1] = { id = list[i], place = tonumber(list[i + 1]) }
        end
    end
    table.sort(waiting, function(a, b) return a.place < b.place end)
    return waiting
end

-- list_queue: teams (comma-separated) limit. Team by team, first in line first
local function list_queue(keys, args)
    local site, ids = site_open(keys), {}
    for team in string.gmatch(args[1], '[^,]+') do
        local waiting = site:first_waiting(team, tonumber(args[2]))
        for i = 1, math.min(#waiting, tonumber(args[2])) do
            ids[#ids + 1] = waiting[i].id
        end
    end
    return site:rows(ids)
end

-- What others than the agent have in the agent's teams. How much is looked at is bounded: of more than LOOK_MAX in all
-- hands some are left out.
function Site:with_others(agent)
    local teams, found, left = {}, {}, LOOK_MAX
    for _, team in ipairs(self:agent_teams(agent)) do
        teams[team] = true
    end
    for _, other in ipairs(redis.call('SMEMBERS', self:key('agents'))) do
        local ids = other ~= agent and left > 0 and redis.call('SMEMBERS', self:key('agent', other, 'convs')) or {}
        for i = 1, math.min(#ids, left) do
            local f = redis.call('HMGET', self:key('conv', ids[i]), 'team', 'opened_at')
            if teams[f[1]] then
                found[#found + 1] = { id = ids[i], opened_at = tonumber(f[2]) }
            end
        end
        left = left - #ids
    end
    return found
end

-- list_assigned: agent limit. What others have in the agent's teams, whose shopper came first, first
local function list_assigned(keys, args)
    local site, ids = site_open(keys), {}
    local found = site:with_others(args[1])
    table.sort(found, function(a, b)
        return a.opened_at < b.opened_at or a.opened_at == b.opened_at and a.id < b.id
    end)
    for i = 1, math.min(#found, tonumber(args[2])) do
        ids[i] = found[i].id
    end
    return site:rows(ids)
end
