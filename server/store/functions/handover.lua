-- Handing over: what agents do by hand, beside the routing. Verdicts: ok, or not_found, not_yours, wrong_state, agent_away,
-- agent_full. Nobody is ever given more than their capacity, also not by themselves.

-- Why an agent cannot be given one more; nil when they can. Who takes one by hand need not be accepting.
function Site:no_room(agent, by_hand)
    local capacity = redis.call('HGET', self:key('agent', agent), 'capacity')
    local status, present, load = self:agent_summary(agent)
    if present == 0 or (status ~= 'accepting' and not by_hand) then
        return 'agent_away'
    end
    return load >= tonumber(capacity or 0) and 'agent_full' or nil
end

function Site:in_team(agent, team)
    for _, one in ipairs(self:agent_teams(agent)) do
        if one == team then
            return true
        end
    end
    return false
end

-- The conversation, for an agent who wants to take it; else nil and the verdict. One that is theirs is theirs again: the
-- answer may have been lost.
function Site:takeable(id, agent, states)
    local c = self:conversation(id)
    if c and c.agent == agent and c.state ~= 'closed' then
        return nil, 'ok'
    end
    if not c or not self:in_team(agent, c.team) then
        return nil, 'not_found'
    end
    if not states[c.state] then
        return nil, 'wrong_state'
    end
    local why = self:no_room(agent, true)
    if why then
        return nil, why
    end
    return c
end

-- pick: id agent
local function pick(keys, args)
    local site = site_open(keys)
    local c, why = site:takeable(args[1], args[2], { queued = true })
    if not c then
        return site:answer(why)
    end
    site:dequeue(c)
    site:give_to(c, args[2], 'reason', 'picked')
    return site:answer('ok')
end

-- From one agent to another, whose slot is there; the former's is free now.
function Site:hand_over(conversation, to, ...)
    local from = conversation.agent
    self:take_back(conversation)
    self:give_to(conversation, to, ...)
    self:refresh_candidate(from)
    self:assign_for(from)
end

-- take_over: id agent
local function take_over(keys, args)
    local site = site_open(keys)
    local c, why = site:takeable(args[1], args[2], { assigned = true, closing = true })
    if not c then
        return site:answer(why)
    end
    site:hand_over(c, args[2], 'reason', 'taken_over')
    return site:answer('ok')
end

function Site:held_by(id, agent)
    local c = self:conversation(id)
    if not c then
        return nil, 'not_found'
    end
    if c.agent ~= agent then
        return nil, 'not_yours'
    end
    if c.state ~= 'assigned' and c.state ~= 'closing' then
        return nil, 'wrong_state'
    end
    return c
end

-- transfer_to_agent: id agent to
local function transfer_to_agent(keys, args)
    local site, to = site_open(keys), args[3]
    local c, why = site:held_by(args[1], args[2])
    if c and to == args[2] then
        why = 'wrong_state'
    end
    why = why or site:no_room(to, false)
    if why then
        return site:answer(why)
    end
    site:hand_over(c, to, 'reason', 'transferred')
    return site:answer('ok')
end

-- Somebody of the team who is free and is not this agent.
function Site:other_candidate(team, agent)
    for _, one in ipairs(redis.call('ZRANGE', self:key('candidates', team), 0, 1)) do
        if one ~= agent then
            return one
        end
    end
end

function Site:requeue_in(conversation, team)
    local from = conversation.agent
    self:take_back(conversation)
    conversation.agent, conversation.team = '', team
    self:enter(conversation, 'queued', 'agent', '', 'team', team, 'queued_at', self.wall)
    self:append(conversation, 'queued', 'agent', from, 'reason', 'transferred', 'team', team)
    self:enqueue(conversation)
    self:refresh_candidate(from)
    self:assign_for(from, { team })
end

-- transfer_to_team: id agent team. In a team of the agent's own the freed slot would draw it straight back: there it goes
-- to somebody else who is free, or not at all; unless agents pick there.
local function transfer_to_team(keys, args)
    local site = site_open(keys)
    local agent, team = args[2], args[3]
    local c, why = site:held_by(args[1], agent)
    if not c then
        return site:answer(why)
    end
    if not site:in_team(agent, team) or site:team(team).manual then
        site:requeue_in(c, team)
        return site:answer('ok')
    end
    local to = site:other_candidate(team, agent)
    if not to then
        return site:answer('agent_away')
    end
    c.team = team
    redis.call('HSET', c.key, 'team', team)
    site:hand_over(c, to, 'reason', 'transferred', 'team', team)
    return site:answer('ok')
end

-- set_priority: id agent priority. Of one that waits, by whoever could take it.
local function set_priority(keys, args)
    local site = site_open(keys)
    local c = site:conversation(args[1])
    if not c or not site:in_team(args[2], c.team) then
        return site:answer('not_found')
    end
    if c.state ~= 'queued' then
        return site:answer('wrong_state')
    end
    site:reprioritize(c, tonumber(args[3]), args[2])
    return site:answer('ok')
end
