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

function Site:stand_in_line(conversation)
    local queue = self:key('queue', conversation.team)
    redis.call('ZADD', queue, place(conversation), conversation.id)
    if redis.call('ZRANK', queue, conversation.id) + 1 < redis.call('ZCARD', queue) then
        self:queue_moved(conversation.team)
    end
    self:queue_changed(conversation.team)
end

function Site:enqueue(conversation)
    redis.call('SADD', self:key('teams'), conversation.team)
    redis.call('ZADD', self:key('since', conversation.team), self.now, conversation.id)
    self:stand_in_line(conversation)
    self:plan_overflow(conversation)
end

function Site:reprioritize(conversation, priority, by)
    conversation.priority = priority
    redis.call('HSET', conversation.key, 'priority', priority)
    if conversation.adviser then
        self:reserve_place(conversation)
    else
        redis.call('ZADD', self:key('queue', conversation.team), place(conversation), conversation.id)
        self:queue_moved(conversation.team)
    end
    self:append(conversation, 'queued', 'agent', by, 'reason', 'prioritized')
    self:queue_changed(conversation.team)
end

-- The one place that takes out of a queue.
function Site:unlist(team, id)
    if redis.call('ZREM', self:key('queue', team), id) == 1 then
        self:queue_moved(team)
    end
    redis.call('ZREM', self:key('since', team), id)
    redis.call('ZREM', self:key('overflow'), id)
    self:queue_changed(team)
end

-- Who waited for their adviser was in no line, and says nothing of its pace.
function Site:dequeue(conversation)
    local in_line = not conversation.adviser
    local since = tonumber(redis.call('ZSCORE', self:key('since', conversation.team), conversation.id))
    self:unreserve(conversation)
    self:unlist(conversation.team, conversation.id)
    conversation.waited = self.now - since
    if in_line then
        self:note_pace(conversation.team, math.max(since, tonumber(conversation.lined_up_at or 0)))
    end
end

-- What comes after the agent goes into the event.
function Site:give_to(conversation, agent, ...)
    redis.call('SADD', self:key('agent', agent, 'convs'), conversation.id)
    redis.call('HSET', self:key('agent', agent), 'idle_since', self.now)
    conversation.agent = agent
    redis.call('HSET', self:key('shopper', conversation.shopper), 'adviser', agent)
    self:enter(conversation, 'assigned', 'agent', agent)
    self:append(conversation, 'assigned', 'agent', agent, ...)
    self:refresh_candidate(agent)
end

-- Of those first in line who may be given to somebody of their team who is free, the first one; its team and place. Who is in two teams
-- takes from both lines as if they were one.
function Site:first_in_line(teams)
    local first, of_team, first_place
    for _, team in ipairs(teams) do
        local head = redis.call('ZRANGE', self:key('queue', team), 0, 0, 'WITHSCORES')
        local its_place = tonumber(head[2])
        if its_place and (not first or its_place < first_place) and self:gives(team) then
            first, of_team, first_place = head[1], team, its_place
        end
    end
    return first, of_team, first_place
end

-- The one first in line to its shopper's adviser if that one is free, else to who is next. A conversation that is not
-- there any more must not stop those behind it.
function Site:give_first(id, team)
    local conversation = self:conversation(id)
    if not conversation then
        self:unlist(team, id)
        return
    end
    local agent = self:free_adviser(conversation) or redis.call('ZRANGE', self:key('candidates', team), 0, 0)[1]
    self:dequeue(conversation)
    self:give_to(conversation, agent)
end

-- Match heads of these teams' queues with free agents until either runs out.
function Site:assign(teams)
    local id, team = self:first_in_line(teams)
    while id do
        self:give_first(id, team)
        id, team = self:first_in_line(teams)
    end
end

-- The agent may be free now: to those who wait for nobody else first, but for higher priorities in line. And whoever was
-- put into these other teams' lines.
function Site:assign_for(agent, other_teams)
    local teams = self:agent_teams(agent)
    for _, team in ipairs(other_teams or {}) do
        teams[#teams + 1] = team
    end
    local own = self:first_reserved(agent)
    while own do
        local id, team, its_place = self:first_in_line(teams)
        if id and math.floor(its_place / TICKET_SPACE) < -own.priority then
            self:give_first(id, team)
        else
            self:dequeue(own)
            self:give_to(own, agent)
        end
        own = self:first_reserved(agent)
    end
    self:assign(teams)
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
    local teams = self:release_of(agent, false, BATCH)
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
