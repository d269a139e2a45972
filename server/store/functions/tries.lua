-- Counting tries on all nodes together. A count begins with its first try and ends by itself; nothing is looked through.

-- count_try: window_ms who... value: of each how many there were with this one, and after how many ms the count begins anew
local function count_try(keys, args)
    local site, value = site_open(keys), {}
    for i = 2, #args do
        local key = site:key('tries', args[i])
        redis.call('SET', key, 0, 'PX', args[1], 'NX')
        flat_add(value, redis.call('INCR', key), redis.call('PTTL', key))
    end
    return { 'ok', value, {}, {}, {} }
end
