-- Hints: what other nodes are told, by pub/sub. They may get lost, so each is numbered for its channel, and a node that
-- finds that it missed one reads again; the streams are the truth. A hint is one line of words:
--   <site> <from> <number> <kind> <arguments>      from: redis to one node, all to all of them
-- event <conversation> <seq> <shopper> <agent or ->, agent <id> <status> <present> <load>,
-- queue <team> <length> <oldest> <pace: count mean deviation> <moves>,
-- view <conversation> <node> <shopper looks there: 1 or 0>, gone <conversation> <node>.
-- Nodes send each other such lines too, from their own id and with their own count (store/feed.h).

local function word(value)
    local text = tostring(value)
    return text == '' and '-' or text
end

-- to: a node's id, or all
function Site:hint(to, kind, ...)
    local number = redis.call('HINCRBY', self:key('hints'), to, 1)
    local from = to == 'all' and 'all' or 'redis'
    local words = { string.match(self.prefix, '{(.*)}'), from, string.format('%d', number), kind }
    for _, value in ipairs({ ... }) do
        words[#words + 1] = word(value)
    end
    redis.call('PUBLISH', self:key('feed', to), table.concat(words, ' '))
end

-- Whoever looks at it, and wherever its agent is. A new one everybody hears of: its shopper may have pages on any node.
function Site:hint_conversation(conversation, row)
    if conversation.is_new then
        self:hint('all', 'event', unpack(row))
        return
    end
    local told = {}
    local function tell(nodes)
        for _, node in ipairs(nodes) do
            if not told[node] then
                told[node] = true
                self:hint(node, 'event', unpack(row))
            end
        end
    end
    tell(redis.call('HKEYS', conversation.key .. ':nodes'))
    if conversation.agent ~= '' then
        tell(redis.call('HKEYS', self:key('agent', conversation.agent, 'nodes')))
    end
end

function Site:hint_viewers(conversation_id, except, kind, ...)
    for _, node in ipairs(redis.call('HKEYS', self:key('conv', conversation_id, 'nodes'))) do
        if node ~= except then
            self:hint(node, kind, conversation_id, ...)
        end
    end
end

-- Whoever is heard of is looked after: it may die before its first heartbeat.
function Site:heard_of(node)
    redis.call('ZADD', self:key('nodes'), 'NX', self.now, node)
end

-- view: conversation node shopper-looks-there (1 or 0). value: the other nodes that look, each with its flag
local function view(keys, args)
    local site = site_open(keys)
    local id, node, shopper_here = unpack(args)
    local nodes = site:key('conv', id, 'nodes')
    site:heard_of(node)
    redis.call('HSET', nodes, node, shopper_here)
    redis.call('SADD', site:key('node', node, 'convs'), id)
    site:hint_viewers(id, node, 'view', node, shopper_here)
    local value, flags = {}, redis.call('HGETALL', nodes)
    for i = 1, #flags, 2 do
        if flags[i] ~= node then
            flat_add(value, flags[i], flags[i + 1])
        end
    end
    return { 'ok', value, {}, {}, {} }
end

function Site:leave(id, node)
    redis.call('HDEL', self:key('conv', id, 'nodes'), node)
    redis.call('SREM', self:key('node', node, 'convs'), id)
    self:hint_viewers(id, node, 'gone', node)
end

-- unview: conversation node
local function unview(keys, args)
    local site = site_open(keys)
    site:leave(args[1], args[2])
    return site:answer('ok')
end
