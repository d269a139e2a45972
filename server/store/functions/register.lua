local function writes(name, callback)
    redis.register_function('shopbell_' .. name, callback)
end

local function reads(name, callback)
    redis.register_function({ function_name = 'shopbell_' .. name, callback = callback, flags = { 'no-writes' } })
end

writes('open', open)
writes('propose_close', propose_close)
writes('confirm_close', confirm_close)
writes('dispute_close', dispute_close)
writes('agent_connected', agent_connected)
writes('agent_signed_out', agent_signed_out)
writes('set_routing_status', set_routing_status)
writes('tick', tick)
writes('node_left', node_left)
reads('snapshot', snapshot)
reads('load_conversation', load_conversation)
reads('load_shopper', load_shopper)
reads('list_of_shopper', list_of_shopper)
reads('list_closed_by', list_closed_by)
reads('list_queue', list_queue)
