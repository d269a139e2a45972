local writing = {
    open = open,
    propose_close = propose_close,
    confirm_close = confirm_close,
    dispute_close = dispute_close,
    agent_connected = agent_connected,
    agent_signed_out = agent_signed_out,
    set_routing_status = set_routing_status,
    tick = tick,
    node_left = node_left,
}

local reading = {
    snapshot = snapshot,
    load_conversation = load_conversation,
    load_shopper = load_shopper,
    list_of_shopper = list_of_shopper,
    list_closed_by = list_closed_by,
    list_queue = list_queue,
}

for name, callback in pairs(writing) do
    redis.register_function('shopbell_' .. name, callback)
end
for name, callback in pairs(reading) do
    redis.register_function({ function_name = 'shopbell_' .. name, callback = callback, flags = { 'no-writes' } })
end
