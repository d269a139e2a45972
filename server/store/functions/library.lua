#!lua name=shopbell
-- Every transition of a conversation, and nothing else, happens in these functions: only here is it atomic across nodes.
-- The files of this folder are joined into one library in the order that store/meson.build names.
--
--   state     on                                   next      event appended        besides
--   (none)    open            shopper's message    queued    opened, message       ticket drawn, in the queue
--   queued    assign          agent free           assigned  assigned              out of the queue, into the agent's set;
--                                                                                  never where a team's routing is manual
--   assigned  requeue         agent gone           queued    queued                back at the old ticket
--   assigned  propose_close   its agent            closing   close_proposed        deadline set
--   closing   dispute_close   its shopper          assigned  close_disputed        deadline dropped
--   closing   confirm_close   its shopper          closed    closed (confirmed)    agent freed
--   closing   (deadline)      tick                 closed    closed (timed_out)    agent freed
--   closing   requeue         agent gone           queued    queued                deadline dropped
--   queued    pick            agent of the team    assigned  assigned (picked)     out of the queue, into the agent's set
--   queued    (wait over)     tick                 queued    queued (overflowed)   in the overflow team's queue, same place; once
--   queued    set_priority    agent of the team    queued    queued (prioritized)  another place in the queue
--   queued    reserve         its adviser is busy  queued    queued (reserved)     out of the queue, into the adviser's own
--   queued    release         tick; adviser gone   queued    queued (released)     back in the queue
--   assigned, take_over       agent of the team    assigned  assigned (taken_over) from one set into the other; deadline
--   closing                                                                        dropped; the former agent's slot is free
--   assigned, transfer        its agent, to        assigned  assigned              the same
--   closing                   another one                    (transferred)
--   assigned, transfer        its agent, to        queued    queued (transferred)  in that team's queue at the old ticket
--   closing                   another team
--
-- Anything else is refused with a verdict and changes nothing. Messages are not transitions: nodes append them to the
-- stream with XADD <generation>-<seq>, which is refused when the stream has grown past what the node knew (compare-and-set).
--
-- Keys, all under the site's hash tag so that they live in one slot; KEYS[1] is '{site}', the rest derive from it:
--   :conv:<id>            hash    state shopper team agent ticket priority opened_at queued_at closed_at preview;
--                                 overflowed when it was sent to another team once; adviser, lined_up_at: see adviser.lua
--   :conv:<id>:log        stream  ids <generation>-<seq>, seq dense from 1; type at role by and what belongs to it, but
--                                 a message is one value, for Redis' sake: message "at role by custom_id text"
--   :conv:<id>:receipts   hash    shopper_delivered shopper_seen agent_delivered agent_seen
--   :conv:<id>:nodes      hash    node -> 1 when the shopper looks at it there, else 0
--   :shopper:<id>         hash    open name email url title; adviser: the agent who had them last
--   :shopper:<id>:convs   list    oldest first
--   :team:<id>            hash    the team's settings: priority queue_limit overflow_team overflow_after_ms
--                                 adviser_wait_ms routing: auto, or manual
--   :queue:<team>         zset    conversation by -priority * 2^40 + ticket
--   :reserved:<team>      zset    those that wait for their adviser, by the place they would have
--   :since:<team>         zset    the conversations of both by when they came there
--   :agent:<id>:reserved  zset    those that wait for this agent
--   :reservations         zset    those that wait for anybody, by when that ends
--   :pace:<team>          hash    left_at count mean deviation moves: how fast the queue moves; …:times list, the last 64
--   :agent:<id>           hash    status capacity teams idle_since
--   :agent:<id>:convs     set     assigned or closing; its size is the agent's load
--   :agent:<id>:recent    list    closed last, newest first, at most 50
--   :agent:<id>:nodes     hash    node -> open connections; present while there is a field
--   :candidates:<team>    zset    free agents by load * 2^41 + idle_since
--   :agents :teams        set     ids ever seen
--   :nodes                zset    node by last heartbeat; :node:<id>:agents, :node:<id>:convs  sets
--   :beaten               set     nodes that had a heartbeat since they were last taken for dead
--   :tries:<who>          number  log-ins by password of late; it ends by itself
--   :hints                hash    node, or all -> how many hints were published to it
--   :clock                hash    wall now: the two clocks below at the last heartbeat
--   :generation           hash    number history (generation.lua)
--   :gone                 zset    agent by when the last connection went
--   :overflow             zset    waiting conversation by when it goes to the overflow team
--   :deadlines            zset    closing conversation by when it closes by itself
--
-- Every function answers { verdict, value, conversations, queues, agents, steps, number }: the lists are what changed, flat,
-- as Site:changes() below writes them, so that a node can tell whoever is looking, and log and measure what it brought
-- about. Other nodes are told by hints (feed.lua); the number is that of the last hint to all: older news is recognised.

local TICKET_SPACE = 2 ^ 40
local LOAD_SPACE = 2 ^ 41
local NODE_DEAD_MS = 5000
local CLOCK_STEP_MS = 2000
local BATCH = 64
local BURY_BATCH = 500
local LOOK_MAX = 1000

local Site = {}
Site.__index = Site

-- Two clocks. wall is Redis's own: for what people read. By now everything is decided (who is dead, gone, overdue, idle, how
-- long somebody waited): it follows the other one from heartbeat to heartbeat, never back and by no more than CLOCK_STEP_MS
-- each. So when Redis's clock is set, or a Redis with another clock takes over, or Redis or all nodes stood still, nobody is
-- taken for dead, nothing is overdue too early, and nothing waits until the old time comes again.
local function clocks_ms(prefix)
    local t = redis.call('TIME')
    local wall = t[1] * 1000 + math.floor(t[2] / 1000)
    local last = redis.call('HMGET', prefix .. ':clock', 'wall', 'now')
    if not last[1] then
        return wall, wall
    end
    return wall, last[2] + math.min(math.max(wall - last[1], 0), CLOCK_STEP_MS)
end

local function flat_add(list, ...)
    for _, v in ipairs({ ... }) do
        list[#list + 1] = tostring(v)
    end
end

local function site_open(keys)
    local wall, now = clocks_ms(keys[1])
    return setmetatable({ prefix = keys[1], wall = wall, now = now, touched = {}, touched_order = {}, queues = {},
        agents = {}, steps = {} }, Site)
end

-- To a list that is also a set: each once, in the order they came. pairs() has none that could be relied on.
local function add_once(list, one)
    if not list[one] then
        list[one] = true
        list[#list + 1] = one
    end
end

function Site:key(...)
    return self.prefix .. ':' .. table.concat({ ... }, ':')
end

function Site:conversation(id)
    local key = self:key('conv', id)
    local f = redis.call('HMGET', key, 'state', 'shopper', 'team', 'agent', 'ticket', 'priority', 'overflowed',
        'adviser', 'lined_up_at')
    if not f[1] then
        return nil
    end
    return { id = id, key = key, state = f[1], shopper = f[2], team = f[3], agent = f[4] or '', ticket = f[5],
        priority = tonumber(f[6] or 0), overflowed = f[7], adviser = f[8], lined_up_at = f[9] }
end

function Site:last_id(log)
    local last = redis.call('XREVRANGE', log, '+', '-', 'COUNT', 1)[1]
    return last and last[1] or '0-0'
end

-- What the next event is to be called. Never below the last one, whatever the site's generation is.
function Site:next_id(log)
    local generation, seq = string.match(self:last_id(log), '^(%d+)-(%d+)$')
    self.generation = self.generation or tonumber(redis.call('HGET', self:key('generation'), 'number') or 0)
    return string.format('%d-%d', math.max(self.generation, tonumber(generation)), seq + 1)
end

-- The one place that adds to a stream.
function Site:log(conversation, ...)
    local log = conversation.key .. ':log'
    conversation.last_id = redis.call('XADD', log, self:next_id(log), ...)
    conversation.seq = tonumber(string.match(conversation.last_id, '-(%d+)$'))
    local before = self.touched[conversation.id]
    conversation.is_new = conversation.is_new or before and before.is_new -- it was read again since
    self.touched[conversation.id] = conversation
    add_once(self.touched_order, conversation.id)
end

-- What a transition means; fields are pairs after type, at and who.
function Site:append(conversation, event_type, role, by, ...)
    self:log(conversation, 'type', event_type, 'at', self.wall, 'role', role, 'by', by, ...)
    local waited = event_type == 'assigned' and conversation.waited or -1
    flat_add(self.steps, conversation.id, event_type, string.format('%d', conversation.seq), conversation.state,
        conversation.agent, string.format('%d', waited))
end

-- As a node writes it (store/cmd.h).
function Site:append_message(conversation, shopper, custom_id, text)
    local words = { string.format('%d', self.wall), 'shopper', shopper, custom_id, text }
    self:log(conversation, 'message', table.concat(words, ' '))
end

-- The one place that writes a state.
function Site:enter(conversation, state, ...)
    conversation.state = state
    redis.call('HSET', conversation.key, 'state', state, ...)
end

function Site:queue_changed(team)
    add_once(self.queues, team)
end

function Site:agent_changed(agent)
    add_once(self.agents, agent)
end

function Site:queue_summary(team)
    local since = self:key('since', team)
    local oldest = redis.call('ZRANGE', since, 0, 0)[1]
    local queued_at = oldest and redis.call('HGET', self:key('conv', oldest), 'queued_at') or ''
    return redis.call('ZCARD', since), queued_at, self:pace(team)
end

function Site:agent_summary(agent)
    local status = redis.call('HGET', self:key('agent', agent), 'status') or 'accepting'
    local present = redis.call('EXISTS', self:key('agent', agent, 'nodes'))
    return status, present, redis.call('SCARD', self:key('agent', agent, 'convs'))
end

function Site:changes()
    local conversations, queues, agents = {}, {}, {}
    for _, id in ipairs(self.touched_order) do
        local c = self.touched[id]
        local row = { id, string.format('%d', c.seq), c.shopper, c.agent }
        flat_add(conversations, unpack(row))
        self:hint_conversation(c, row)
    end
    for _, team in ipairs(self.queues) do
        local row = { team, self:queue_summary(team) }
        flat_add(queues, unpack(row))
        self:hint('all', 'queue', unpack(row))
    end
    for _, agent in ipairs(self.agents) do
        local row = { agent, self:agent_summary(agent) }
        flat_add(agents, unpack(row))
        self:hint('all', 'agent', unpack(row))
    end
    return conversations, queues, agents, self.steps, tonumber(redis.call('HGET', self:key('hints'), 'all') or 0)
end

function Site:answer(verdict, ...)
    local value = {}
    flat_add(value, ...)
    return { verdict, value, self:changes() }
end

-- The same for functions that only read: nobody else is to be told.
function Site:answer_reading(verdict, ...)
    self.hint = function() end
    return self:answer(verdict, ...)
end
