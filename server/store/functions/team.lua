-- Teams' settings. Each node writes them from its configuration when it meets Redis, the last one wins: every function must
-- know them, whichever node called it. A team that nobody wrote has the defaults.

-- set_team: id, then fields and values: all there are, those before are forgotten
local function set_team(keys, args)
    local site = site_open(keys)
    local key = site:key('team', args[1])
    redis.call('DEL', key)
    redis.call('HSET', key, unpack(args, 2))
    return site:answer('ok')
end

function Site:team(id)
    local f = redis.call('HMGET', self:key('team', id), 'priority')
    return { priority = tonumber(f[1] or 0) }
end
