-- A conversation's own transitions. Verdicts: ok, or not_found, wrong_state, not_yours, exists, duplicate,
-- queue_full.

-- A resend of a message that opened, or went into, the shopper's last conversation must not open another one.
local RESEND_WINDOW = 200

function Site:find_resend(conversation_id, custom_id)
    local log = self:key('conv', conversation_id, 'log')
    for _, entry in ipairs(redis.call('XREVRANGE', log, '+', '-', 'COUNT', RESEND_WINDOW)) do
        local name, value = unpack(entry[2])
        local at, its_id = string.match(name == 'message' and value or '', '^(%d+) shopper %S+ (%S+) ')
        if its_id == custom_id then
            local generation, seq = string.match(entry[1], '^(%d+)-(%d+)$')
            return seq, at, generation
        end
    end
end

-- open: id shopper team custom_id text preview url title again. again: the id of a conversation of theirs that a failover
-- lost, which is opened anew under it; or empty.
-- ok: id, seq, time and generation of the message. exists: id of the open one. duplicate: as ok, of the first. queue_full:
-- neither the team nor its overflow team has room.
local function open(keys, args)
    local site = site_open(keys)
    local id, shopper, wanted_team, custom_id, text, preview, url, title, again = unpack(args)
    local shopper_key = site:key('shopper', shopper)
    local open_id = redis.call('HGET', shopper_key, 'open')
    if open_id then
        return site:answer('exists', open_id)
    end
    local last_id = redis.call('LINDEX', shopper_key .. ':convs', -1)
    if last_id then
        local seq, at, generation = site:find_resend(last_id, custom_id)
        if seq then
            return site:answer('duplicate', last_id, seq, at, generation)
        end
    end
    local team = site:team_with_room(wanted_team)
    if not team then
        return site:answer('queue_full')
    end
    if again and again ~= '' and redis.call('EXISTS', site:key('conv', again)) == 0 then
        id = again
    end
    local ticket = redis.call('INCR', site:key('ticket'))
    local priority = site:team(wanted_team).priority
    local c = { id = id, key = site:key('conv', id), shopper = shopper, team = team, agent = '', ticket = ticket,
        priority = priority, is_new = true }
    site:enter(c, 'queued', 'shopper', shopper, 'team', team, 'agent', '', 'ticket', ticket, 'priority', priority,
        'opened_at', site.wall, 'queued_at', site.wall, 'preview', preview)
    if team ~= wanted_team then
        c.overflowed = '1'
        redis.call('HSET', c.key, 'overflowed', c.overflowed)
    end
    redis.call('HSET', shopper_key, 'open', id, 'url', url, 'title', title)
    redis.call('RPUSH', shopper_key .. ':convs', id)
    site:append(c, 'opened', 'shopper', shopper)
    site:append_message(c, shopper, custom_id, text)
    local generation, seq = string.match(c.last_id, '^(%d+)-(%d+)$')
    local may_wait = site:queue_has_room(team)
    site:enqueue(c)
    if may_wait then
        site:reserve(c)
    end
    site:assign({ team })
    return site:answer('ok', id, seq, string.format('%d', site.wall), generation)
end

function Site:close(conversation, role, by, reason)
    local agent = conversation.agent
    self:take_back(conversation)
    redis.call('HDEL', self:key('shopper', conversation.shopper), 'open')
    self:enter(conversation, 'closed', 'closed_at', self.wall)
    self:append(conversation, 'closed', role, by, 'reason', reason)
    local recent = self:key('agent', agent, 'recent')
    redis.call('LPUSH', recent, conversation.id)
    redis.call('LTRIM', recent, 0, 49)
    redis.call('HSET', self:key('agent', agent), 'idle_since', self.now)
    self:refresh_candidate(agent)
    self:assign_for(agent)
end

-- The conversation if it is in the state wanted and the person is its shopper or its agent; else nil and why.
-- One that is somebody else's and one that does not exist answer alike.
function Site:conversation_for(id, field, person, state)
    local c = self:conversation(id)
    if not c or (field == 'shopper' and c.shopper ~= person) then
        return nil, 'not_found'
    end
    if field == 'agent' and c.agent ~= person then
        return nil, 'not_yours'
    end
    if c.state ~= state then
        return nil, 'wrong_state'
    end
    return c
end

-- propose_close: id agent timeout_ms
local function propose_close(keys, args)
    local site = site_open(keys)
    local c, why = site:conversation_for(args[1], 'agent', args[2], 'assigned')
    if not c then
        return site:answer(why)
    end
    site:enter(c, 'closing')
    redis.call('ZADD', site:key('deadlines'), site.now + tonumber(args[3]), c.id)
    site:append(c, 'close_proposed', 'agent', c.agent)
    return site:answer('ok')
end

-- confirm_close: id shopper
local function confirm_close(keys, args)
    local site = site_open(keys)
    local c, why = site:conversation_for(args[1], 'shopper', args[2], 'closing')
    if not c then
        return site:answer(why)
    end
    site:close(c, 'shopper', c.shopper, 'confirmed')
    return site:answer('ok')
end

-- dispute_close: id shopper
local function dispute_close(keys, args)
    local site = site_open(keys)
    local c, why = site:conversation_for(args[1], 'shopper', args[2], 'closing')
    if not c then
        return site:answer(why)
    end
    redis.call('ZREM', site:key('deadlines'), c.id)
    site:enter(c, 'assigned')
    site:append(c, 'close_disputed', 'shopper', c.shopper)
    return site:answer('ok')
end

function Site:close_overdue()
    for _, id in ipairs(redis.call('ZRANGEBYSCORE', self:key('deadlines'), '-inf', self.now, 'LIMIT', 0, BATCH)) do
        local conversation = self:conversation(id)
        if conversation then
            self:close(conversation, 'system', '', 'timed_out')
        else
            redis.call('ZREM', self:key('deadlines'), id)
        end
    end
end
