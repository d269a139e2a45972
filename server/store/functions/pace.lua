-- How fast a queue moves: the times between two who left it while somebody waited, the last PACE_TIMES of them. Mean and
-- deviation are kept beside them, so that whoever is told of the queue reads three numbers.

local PACE_TIMES = 64

local function mean_and_deviation(times)
    local sum, squares = 0, 0
    for _, time in ipairs(times) do
        sum = sum + time
    end
    local mean = sum / #times
    for _, time in ipairs(times) do
        squares = squares + (time - mean) * (time - mean)
    end
    return math.floor(mean + 0.5), math.floor(math.sqrt(squares / #times) + 0.5)
end

-- Somebody who waited leaves the queue. The line began to move for them when the one before left, or, with
-- nobody before, when they came. Who is not kept waiting at all says nothing about a line.
function Site:note_pace(team, since)
    if since >= self.now then
        return
    end
    local pace, times = self:key('pace', team), self:key('pace', team, 'times')
    local last = tonumber(redis.call('HGET', pace, 'left_at') or 0)
    redis.call('LPUSH', times, self.now - math.max(last, since))
    redis.call('LTRIM', times, 0, PACE_TIMES - 1)
    local all = redis.call('LRANGE', times, 0, -1)
    local mean, deviation = mean_and_deviation(all)
    redis.call('HSET', pace, 'left_at', self.now, 'count', #all, 'mean', string.format('%d', mean), 'deviation',
        string.format('%d', deviation))
end

-- Somebody left the queue, or came in before others: no move changes another's place by more than one. Nodes are told how many moves
-- there were, and so know whose place may be another one by now (domain/places.h).
function Site:queue_moved(team)
    redis.call('HINCRBY', self:key('pace', team), 'moves', 1)
end

-- count, mean, deviation and moves
function Site:pace(team)
    local f = redis.call('HMGET', self:key('pace', team), 'count', 'mean', 'deviation', 'moves')
    return f[1] or 0, f[2] or 0, f[3] or 0, f[4] or 0
end
