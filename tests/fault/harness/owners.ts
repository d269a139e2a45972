// Whose a conversation is and was: its stream read back, and all places it can stand in looked at in one moment.
import type { Redis } from '../../integration/harness/redis.ts';

type Entry = Record<string, string>;

const HANDED_OVER = ['taken_over', 'transferred'];

/** Why these events cannot be the life of a conversation with one owner at most; undefined when they can. */
export function whyNotOneOwner(events: Entry[]): string | undefined {
  let owner = '';
  for (const { type, by, reason = '' } of events) {
    if (type === 'assigned' && !!owner !== HANDED_OVER.includes(reason)) return `${by} got it (${reason || 'in turn'}) from ${owner || 'nobody'}`;
    if (type === 'assigned' && owner === by) return `${by} got it twice`;
    if ((type === 'queued' || type === 'closed') && !owner) return `${type} and nobody had it`;
    if (type === 'assigned') owner = by!;
    if (type === 'queued' || type === 'closed') owner = '';
  }
  return undefined;
}

// One moment of a whole site. Every open conversation of these shoppers stands in one place: in its agent's set, or in its
// team's queue; nobody has more than capacity; nobody waits while a colleague is free.
const LOOK = `
local site, agents, teams, shoppers = KEYS[1], cjson.decode(ARGV[1]), cjson.decode(ARGV[2]), cjson.decode(ARGV[3])
local places, wrong = {}, { owners = {}, orphaned = {}, over = {}, idle = {} }
local function stands(id, ...)
    places[id] = (places[id] or 0) + 1
    local f = redis.call('HMGET', site .. ':conv:' .. id, 'state', 'agent', 'team')
    local said = table.concat({ f[1] == 'closing' and 'assigned' or f[1], f[1] == 'queued' and f[3] or f[2] }, ' ')
    if said ~= table.concat({ ... }, ' ') then table.insert(wrong.owners, id .. ' is ' .. said .. ', not ' .. table.concat({ ... }, ' ')) end
end
for _, agent in ipairs(agents) do
    local held = redis.call('SMEMBERS', site .. ':agent:' .. agent .. ':convs')
    for _, id in ipairs(held) do stands(id, 'assigned', agent) end
    if #held > tonumber(redis.call('HGET', site .. ':agent:' .. agent, 'capacity') or 0) then table.insert(wrong.over, agent) end
end
for _, team in ipairs(teams) do
    local queue = redis.call('ZRANGE', site .. ':queue:' .. team, 0, -1)
    for _, id in ipairs(queue) do stands(id, 'queued', team) end
    if #queue > 0 and redis.call('ZCARD', site .. ':candidates:' .. team) > 0 then table.insert(wrong.idle, team) end
end
for _, shopper in ipairs(shoppers) do
    local id = redis.call('HGET', site .. ':shopper:' .. shopper, 'open')
    if id and not places[id] then table.insert(wrong.orphaned, id) end
    if id and (places[id] or 0) > 1 then table.insert(wrong.owners, id .. ' stands in ' .. places[id] .. ' places') end
end
return { table.concat(wrong.owners, '; '), table.concat(wrong.orphaned, '; '), table.concat(wrong.over, '; '), table.concat(wrong.idle, '; ') }
`;

export interface Seen {
  twoOwners: string;
  orphaned: string;
  overCapacity: string;
  waitsForNothing: string;
}

/** Each is empty when all is well, and else says which. */
export async function lookAt(redis: Redis, site: string, agents: string[], teams: string[], shoppers: string[]): Promise<Seen> {
  const args = [agents, teams, shoppers].map((list) => JSON.stringify(list));
  const [twoOwners, orphaned, overCapacity, waitsForNothing] = await redis.list('EVAL', LOOK, 1, `{${site}}`, ...args);
  return { twoOwners: twoOwners!, orphaned: orphaned!, overCapacity: overCapacity!, waitsForNothing: waitsForNothing! };
}
