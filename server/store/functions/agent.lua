-- Agents: where they are connected, whether they accept, and what happens when they are gone.

-- agent_connected: agent node connections capacity teams
-- Says how many connections a node has for an agent: absolute, so that saying it again changes nothing.
local function agent_connected(keys, args)
    local site = site_open(keys)
    local agent, node, connections, capacity, teams = unpack(args)
    local nodes, of_node = site:key('agent', agent, 'nodes'), site:key('node', node, 'agents')
    redis.call('SADD', site:key('agents'), agent)
    local before = redis.call('HGET', site:key('agent', agent), 'teams')
    site:leave_teams(agent)
    redis.call('HSET', site:key('agent', agent), 'capacity', capacity, 'teams', teams)
    if tonumber(connections) > 0 then
        redis.call('HSET', nodes, node, connections)
        redis.call('SADD', of_node, agent)
        site:heard_of(node)
        redis.call('ZREM', site:key('gone'), agent)
        redis.call('HSETNX', site:key('agent', agent), 'idle_since', site.now)
    else
        redis.call('SREM', of_node, agent)
        site:agent_left_node(agent, node, site.now)
    end
    site:refresh_candidate(agent)
    local others = before and before ~= teams and site:release_of(agent, true, 0) or {}
    site:assign_for(agent, others)
    return site:answer('ok')
end

-- Conversations stay for a while: most agents who vanish are back within seconds.
function Site:agent_left_node(agent, node, since)
    local nodes = self:key('agent', agent, 'nodes')
    redis.call('HDEL', nodes, node)
    if redis.call('EXISTS', nodes) == 0 then
        redis.call('ZADD', self:key('gone'), 'NX', since, agent)
    end
    self:refresh_candidate(agent)
end

-- set_routing_status: agent status
local function set_routing_status(keys, args)
    local site = site_open(keys)
    redis.call('HSET', site:key('agent', args[1]), 'status', args[2])
    site:refresh_candidate(args[1])
    site:assign_for(args[1])
    return site:answer('ok', args[2])
end

-- agent_signed_out: agent. Whoever signs out on purpose and is connected nowhere else is not waited for.
local function agent_signed_out(keys, args)
    local site = site_open(keys)
    if redis.call('EXISTS', site:key('agent', args[1], 'nodes')) == 0 then
        redis.call('ZREM', site:key('gone'), args[1])
        site:requeue_all_of(args[1], 'agent_left')
    end
    return site:answer('ok')
end

function Site:requeue_gone(grace_ms)
    local gone = self:key('gone')
    for _, agent in ipairs(redis.call('ZRANGEBYSCORE', gone, '-inf', self.now - grace_ms, 'LIMIT', 0, BATCH)) do
        redis.call('ZREM', gone, agent)
        self:requeue_all_of(agent, 'agent_left')
    end
end
