-- Teams' settings. Each node writes them from its configuration when it meets Redis, the last one wins: every function must
-- know them, whichever node called it. A team that nobody wrote has the defaults.

-- set_team: id, then fields and values: all there are, those before are forgotten
local function set_team(keys, args)
    local site = site_open(keys)
    local key = site:key('team', args[1])
    redis.call('DEL', key)
    redis.call('HSET', key, unpack(args, 2))
    if site:team(args[1]).manual then
        site:release_in(args[1])
    end
    site:assign({ args[1] })
    return site:answer('ok')
end

function Site:team(id)
    local f = redis.call('HMGET', self:key('team', id), 'priority', 'queue_limit', 'overflow_team', 'overflow_after_ms',
        'adviser_wait_ms', 'routing')
    return { priority = tonumber(f[1] or 0), queue_limit = tonumber(f[2]), overflow_team = f[3],
        overflow_after_ms = tonumber(f[4]), adviser_wait_ms = tonumber(f[5] or 0),
        manual = f[6] == 'manual' }
end

-- Whether one more may wait.
function Site:queue_has_room(team)
    local limit = self:team(team).queue_limit
    return not limit or redis.call('ZCARD', self:key('since', team)) < limit
end

-- Whether somebody of the team is free to be given one.
function Site:gives(team)
    return redis.call('EXISTS', self:key('candidates', team)) == 1 and not self:team(team).manual
end

-- Whether a new conversation may come: it may wait, or somebody is free to be given it at once.
function Site:has_room(team)
    return self:queue_has_room(team) or self:gives(team)
end

-- Where a new conversation goes that asks for this team; nil: nowhere.
function Site:team_with_room(team)
    if self:has_room(team) then
        return team
    end
    local other = self:team(team).overflow_team
    return other and self:has_room(other) and other or nil
end

-- A conversation overflows once in its life: it never goes back and forth.
function Site:plan_overflow(conversation)
    local settings = self:team(conversation.team)
    local after_ms = settings.overflow_team and settings.overflow_after_ms
    if after_ms and not conversation.overflowed then
        redis.call('ZADD', self:key('overflow'), self.now + after_ms, conversation.id)
    else
        redis.call('ZREM', self:key('overflow'), conversation.id)
    end
end

-- In the other team's queue it has the place that it would have had there. Nobody was served: the pace is as it was.
function Site:overflow(conversation, team)
    self:unreserve(conversation)
    self:unlist(conversation.team, conversation.id)
    conversation.team, conversation.overflowed = team, '1'
    self:enter(conversation, 'queued', 'team', team, 'queued_at', self.wall, 'overflowed', '1')
    self:append(conversation, 'queued', 'system', '', 'reason', 'overflowed', 'team', team)
    self:enqueue(conversation)
    self:assign({ team })
end

-- One whose other team is full stays, and is looked at again after as long.
function Site:overflow_due()
    for _, id in ipairs(redis.call('ZRANGEBYSCORE', self:key('overflow'), '-inf', self.now, 'LIMIT', 0, BATCH)) do
        local c = self:conversation(id)
        local team = c and c.state == 'queued' and self:team(c.team).overflow_team
        if not team then
            redis.call('ZREM', self:key('overflow'), id)
        elseif self:has_room(team) then
            self:overflow(c, team)
        else
            self:plan_overflow(c)
        end
    end
end
