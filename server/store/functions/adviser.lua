-- The shopper's own adviser: the agent who had them last. When free that one is preferred; when not, a new conversation may
-- wait for them, as long as its team's adviser_wait_ms says. Meanwhile it stands in the adviser's own queue and not in the
-- team's, so nobody behind it is kept; it is listed among those who wait, and keeps its place for afterwards. The
-- conversation's field adviser is who it waits for, lined_up_at when that was over.

function Site:adviser_of(conversation)
    return redis.call('HGET', self:key('shopper', conversation.shopper), 'adviser')
end

function Site:free_adviser(conversation)
    local adviser = self:adviser_of(conversation)
    return adviser and redis.call('ZSCORE', self:key('candidates', conversation.team), adviser) and adviser
end

-- The adviser whom a new conversation should wait for: somebody of the team who is there, or was a moment ago, and not free.
function Site:adviser_to_wait_for(conversation)
    local adviser = self:adviser_of(conversation)
    if not adviser or self:free_adviser(conversation) or not self:in_team(adviser, conversation.team) then
        return nil
    end
    local here = redis.call('EXISTS', self:key('agent', adviser, 'nodes')) == 1
    return (here or redis.call('ZSCORE', self:key('gone'), adviser)) and adviser or nil
end

function Site:reserve_place(conversation)
    redis.call('ZADD', self:key('agent', conversation.adviser, 'reserved'), place(conversation), conversation.id)
    redis.call('ZADD', self:key('reserved', conversation.team), place(conversation), conversation.id)
end

-- Of one that has just come into the queue.
function Site:reserve(conversation)
    local settings = self:team(conversation.team)
    local wait_ms = settings.adviser_wait_ms
    local adviser = wait_ms > 0 and not settings.manual and self:adviser_to_wait_for(conversation)
    if not adviser then
        return
    end
    conversation.adviser = adviser
    redis.call('ZREM', self:key('queue', conversation.team), conversation.id) -- nobody has moved
    self:reserve_place(conversation)
    redis.call('ZADD', self:key('reservations'), self.now + wait_ms, conversation.id)
    redis.call('HSET', conversation.key, 'adviser', adviser)
    self:append(conversation, 'queued', 'system', adviser, 'reason', 'reserved')
end

function Site:unreserve(conversation)
    if not conversation.adviser then
        return
    end
    redis.call('ZREM', self:key('agent', conversation.adviser, 'reserved'), conversation.id)
    redis.call('ZREM', self:key('reserved', conversation.team), conversation.id)
    redis.call('ZREM', self:key('reservations'), conversation.id)
    redis.call('HDEL', conversation.key, 'adviser')
    conversation.adviser = nil
end

-- From now on anybody may have it.
function Site:release(conversation)
    local adviser = conversation.adviser
    self:unreserve(conversation)
    conversation.lined_up_at = self.now
    redis.call('HSET', conversation.key, 'lined_up_at', self.now)
    self:stand_in_line(conversation)
    self:append(conversation, 'queued', 'system', adviser, 'reason', 'released')
end

-- The first who waits for this agent; nil when there is none, or the agent is not free.
function Site:first_reserved(agent)
    local id = redis.call('ZRANGE', self:key('agent', agent, 'reserved'), 0, 0)[1]
    local conversation = id and self:conversation(id)
    if id and not conversation then
        redis.call('ZREM', self:key('agent', agent, 'reserved'), id)
        return self:first_reserved(agent)
    end
    return conversation and self:free_adviser(conversation) == agent and conversation or nil
end

-- Of an agent who is gone for good, or has left teams; the teams concerned. What is not among the first so many is released
-- when its time is over; 0: all are.
function Site:release_of(agent, stays_in_teams, most)
    local teams = {}
    for _, id in ipairs(redis.call('ZRANGE', self:key('agent', agent, 'reserved'), 0, most - 1)) do
        local conversation = self:conversation(id)
        if conversation and not (stays_in_teams and self:in_team(agent, conversation.team)) then
            self:release(conversation)
            add_once(teams, conversation.team)
        end
    end
    return teams
end

-- Of a team where nobody is given anybody from now on.
function Site:release_in(team)
    for _, id in ipairs(redis.call('ZRANGE', self:key('reserved', team), 0, -1)) do
        self:release(self:conversation(id))
    end
end

function Site:release_due()
    for _, id in ipairs(redis.call('ZRANGEBYSCORE', self:key('reservations'), '-inf', self.now, 'LIMIT', 0, BATCH)) do
        local conversation = self:conversation(id)
        if conversation and conversation.adviser then
            self:release(conversation)
            self:assign({ conversation.team })
        else
            redis.call('ZREM', self:key('reservations'), id)
        end
    end
end
