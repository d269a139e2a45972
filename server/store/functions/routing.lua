-- Routing: who gets the conversation at the head of a queue. Least loaded first, then longest idle; a conversation keeps
-- its priority and its ticket for life, so coming back to the queue means coming back to the same place.

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

-- Higher priorities first, then lower tickets; comparable across teams.
local function place(conversation)
    return conversation.ticket - conversation.priority * TICKET_SPACE
end

function Site:enqueue(conversation)
    redis.call('SADD', self:key('teams'), conversation.team)
    local queue = self:key('queue', conversation.team)
    redis.call('ZADD', queue, place(conversation), conversation.id)
    redis.call('ZADD', self:key('since', conversation.team), self.now, conversation.id)
    self:plan_overflow(conversation)
    if redis.call('ZRANK', queue, conversation.id) + 1 < redis.call('ZCARD', queue) then
        self:queue_moved(conversation.team, 1)
    end
    self:queue_changed(conversation.team)
end

-- Those it passes move by one, and it moves by as many as it passes.
function Site:reprioritize(conversation, priority)
    local queue = self:key('queue', conversation.team)
    local before = redis.call('ZRANK', queue, conversation.id)
    conversation.priority = priority
    redis.call('HSET', conversation.key, 'priority', priority)
    redis.call('ZADD', queue, place(conversation), conversation.id)
    self:queue_moved(conversation.team, math.abs(redis.call('ZRANK', queue, conversation.id) - before))
    self:queue_changed(conversation.team)
end

-- The one place that takes out of a queue.
function Site:unlist(team, id)
    redis.call('ZREM', self:key('queue', team), id)
    redis.call('ZREM', self:key('since', team), id)
    redis.call('ZREM', self:key('overflow'), id)
    self:queue_moved(team, 1)
    self:queue_changed(team)
end

function Site:dequeue(conversation)
    local since = redis.call('ZSCORE', self:key('since', conversation.team), conversation.id)
    self:unlist(conversation.team, conversation.id)
    conversation.waited = self.now - tonumber(since)
    self:note_pace(conversation.team, tonumber(since))
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

-- Of those first in line for whom somebody of their team is free, the first one; and the team. Who is in two teams takes
-- from both lines as if they were one.
function Site:first_in_line(teams)
    local first, of_team, first_place
    for _, team in ipairs(teams) do
        local head = redis.call('ZRANGE', self:key('queue', team), 0, 0, 'WITHSCORES')
        local its_place = tonumber(head[2])
        if its_place and (not first or its_place < first_place)
            and redis.call('EXISTS', self:key('candidates', team)) == 1 then
            first, of_team, first_place = head[1], team, its_place
        end
    end
    return first, of_team
end

-- Match heads of these teams' queues with free agents until either runs out. A conversation that is not there any more
-- must not stop those behind it.
function Site:assign(teams)
    local id, team = self:first_in_line(teams)
    while id do
        local conversation = self:conversation(id)
        if conversation then
            local agent = redis.call('ZRANGE', self:key('candidates', team), 0, 0)[1]
            self:dequeue(conversation)
            self:give_to(conversation, agent)
        else
            self:unlist(team, id)
        end
        id, team = self:first_in_line(teams)
    end
end

function Site:assign_for(agent)
    self:assign(self:agent_teams(agent))
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
    self:enter(conversation, 'queued', 'agent', '', 'queued_at', self.wall)
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
            add_once(teams, conversation.team)
        else
            redis.call('SREM', self:key('agent', agent, 'convs'), id)
        end
    end
    self:assign(teams)
end
