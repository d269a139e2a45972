-- Nodes: a heartbeat a second by Redis's clock. Whoever beats looks after what others left behind.

-- In batches: a node may have looked at very many conversations. It stays among the dead until all is cleared. Its agents
-- are gone since the moment given: a node that died was last there when it was last heard of, not when that was noticed.
function Site:bury_node(node, since)
    local agents, convs = self:key('node', node, 'agents'), self:key('node', node, 'convs')
    redis.call('SREM', self:key('beaten'), node)
    for _, agent in ipairs(redis.call('SMEMBERS', agents)) do
        self:agent_left_node(agent, node, since)
    end
    redis.call('DEL', agents)
    for _, id in ipairs(redis.call('SRANDMEMBER', convs, BURY_BATCH)) do
        self:leave(id, node)
    end
    if redis.call('EXISTS', convs) == 0 then
        redis.call('ZREM', self:key('nodes'), node)
        redis.call('HDEL', self:key('hints'), node)
    end
end

-- tick: node agent_grace_ms. ok: counts of queued, assigned, closing; how many hints were published to this node and to
-- all; 1 if the node was known, 0 if it is new or was taken for dead and has to say again what it has.
local function tick(keys, args)
    local site = site_open(keys)
    local nodes, node = site:key('nodes'), args[1]
    redis.call('HSET', site:key('clock'), 'wall', site.wall, 'now', site.now)
    redis.call('ZADD', nodes, site.now, node)
    local known = 1 - redis.call('SADD', site:key('beaten'), node) -- not by its place in nodes: heard_of() adds it too
    local dead = redis.call('ZRANGEBYSCORE', nodes, '-inf', site.now - NODE_DEAD_MS, 'WITHSCORES', 'LIMIT', 0, BATCH)
    for i = 1, #dead, 2 do
        site:bury_node(dead[i], dead[i + 1])
    end
    site:requeue_gone(tonumber(args[2]))
    site:close_overdue()
    site:release_due()
    site:overflow_due()
    local queued, assigned, closing = site:counts()
    local hints = redis.call('HMGET', site:key('hints'), node, 'all')
    return site:answer('ok', queued, assigned, closing, hints[1] or 0, hints[2] or 0, known)
end

function Site:counts()
    local queued, held = 0, 0
    for _, team in ipairs(redis.call('SMEMBERS', self:key('teams'))) do
        queued = queued + redis.call('ZCARD', self:key('since', team))
    end
    for _, agent in ipairs(redis.call('SMEMBERS', self:key('agents'))) do
        held = held + redis.call('SCARD', self:key('agent', agent, 'convs'))
    end
    local closing = redis.call('ZCARD', self:key('deadlines'))
    return queued, held - closing, closing
end

-- node_left: node. A clean stop: its agents' grace begins now.
local function node_left(keys, args)
    local site = site_open(keys)
    site:bury_node(args[1], site.now)
    return site:answer('ok')
end

-- snapshot: everything a node mirrors, as if all of it had just changed.
local function snapshot(keys)
    local site = site_open(keys)
    for _, team in ipairs(redis.call('SMEMBERS', site:key('teams'))) do
        site:queue_changed(team)
    end
    for _, agent in ipairs(redis.call('SMEMBERS', site:key('agents'))) do
        site:agent_changed(agent)
    end
    return site:answer_reading('ok')
end
