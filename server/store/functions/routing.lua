-- Routing: who gets the conversation at the head of a queue. Least loaded first, then longest idle; a conversation keeps
-- its ticket for life, so coming back to the queue means coming back to the same place.

function Site:agent_teams(agent)
    local teams = {}
    for team in string.gmatch(redis.call('HGET', self:key('agent', agent), 'teams') or '', '[^,]+') do
        teams[#teams + 1] = team
    end
    return teams
end

-- Before the list of teams is written anew: whoever left a team must not stay its candidate.
function Site:leave_teams(agent)
    for _, team in ipairs(self:agent_teams(agent)) do
        redis.call('ZREM', self:key('candidates', team), agent)
    end
end

-- A candidate is present, accepting and below capacity; the sets are kept true here and nowhere else.
function Site:refresh_candidate(agent)
    local f = redis.call('HMGET', self:key('agent', agent), 'status', 'capacity', 'idle_since')
    local status, present, load = self:agent_summary(agent)
    local free = present == 1 and status == 'accepting' and load < tonumber(f[2] or 0)
    for _, team in ipairs(self:agent_teams(agent)) do
        local candidates = self:key('candidates', team)
        if free then
            redis.call('ZADD', candidates, load * LOAD_SPACE + tonumber(f[3] or 0), agent)
        else
            redis.call('ZREM', candidates, agent)
        end
    end
    self:agent_changed(agent)
end

function Site:enqueue(conversation)
    redis.call('SADD', self:key('teams'), conversation.team)
    redis.call('ZADD', self:key('queue', conversation.team), conversation.ticket, conversation.id)
    self:queue_changed(conversation.team)
end

function Site:dequeue(conversation)
    redis.call('ZREM', self:key('queue', conversation.team), conversation.id)
    conversation.waited = self.now - tonumber(conversation.queued_at)
    self:note_pace(conversation)
    self:queue_changed(conversation.team)
end

-- What comes after the agent goes into the event.
function Site:give_to(conversation, agent, ...)
    redis.call('SADD', self:key('agent', agent, 'convs'), conversation.id)
    redis.call('HSET', self:key('agent', agent), 'idle_since', self.now)
    conversation.agent = agent
    self:enter(conversation, 'assigned', 'agent', agent)
    self:append(conversation, 'assigned', 'agent', agent, ...)
    self:refresh_candidate(agent)
end

-- Match heads of the queue with free agents until either runs out. A conversation that is not there any more must not
-- stop those behind it.
function Site:assign(team)
    local queue, candidates = self:key('queue', team), self:key('candidates', team)
    while true do
        local id = redis.call('ZRANGE', queue, 0, 0)[1]
        local agent = redis.call('ZRANGE', candidates, 0, 0)[1]
        if not id or not agent then
            return
        end
        local conversation = self:conversation(id)
        if conversation then
            self:dequeue(conversation)
            self:give_to(conversation, agent)
        else
            redis.call('ZREM', queue, id)
            self:queue_changed(team)
        end
    end
end

function Site:assign_for(agent)
    for _, team in ipairs(self:agent_teams(agent)) do
        self:assign(team)
    end
end

-- Take a conversation from its agent, who may be gone for good.
function Site:take_back(conversation)
    redis.call('SREM', self:key('agent', conversation.agent, 'convs'), conversation.id)
    redis.call('ZREM', self:key('deadlines'), conversation.id)
end

function Site:requeue(conversation, reason)
    local agent = conversation.agent
    self:take_back(conversation)
    conversation.agent = ''
    self:enter(conversation, 'queued', 'agent', '', 'queued_at', self.now)
    self:append(conversation, 'queued', 'system', agent, 'reason', reason)
    self:enqueue(conversation)
    self:refresh_candidate(agent)
end

function Site:requeue_all_of(agent, reason)
    local teams = {}
    for _, id in ipairs(redis.call('SMEMBERS', self:key('agent', agent, 'convs'))) do
        local conversation = self:conversation(id)
        if conversation then
            self:requeue(conversation, reason)
            teams[conversation.team] = true
        else
            redis.call('SREM', self:key('agent', agent, 'convs'), id)
        end
    end
    for team in pairs(teams) do
        self:assign(team)
    end
end
