-- Nodes: a heartbeat a second by Redis's clock. Whoever beats looks after what others left behind.

function Site:bury_node(node)
    local agents = self:key('node', node, 'agents')
    for _, agent in ipairs(redis.call('SMEMBERS', agents)) do
        self:agent_left_node(agent, node)
    end
    redis.call('DEL', agents)
    redis.call('ZREM', self:key('nodes'), node)
end

-- tick: node agent_grace_ms. ok: counts of queued, assigned, closing.
local function tick(keys, args)
    local site = site_open(keys)
    local nodes = site:key('nodes')
    redis.call('ZADD', nodes, site.now, args[1])
    for _, node in ipairs(redis.call('ZRANGEBYSCORE', nodes, '-inf', site.now - NODE_DEAD_MS, 'LIMIT', 0, BATCH)) do
        site:bury_node(node)
    end
    site:requeue_gone(tonumber(args[2]))
    site:close_overdue()
    return site:answer('ok', site:counts())
end

function Site:counts()
    local queued, held = 0, 0
    for _, team in ipairs(redis.call('SMEMBERS', self:key('teams'))) do
        queued = queued + redis.call('ZCARD', self:key('queue', team))
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
    site:bury_node(args[1])
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
    return site:answer('ok')
end
