/* Every metric, one line each: METRIC(enum, type, name, label, label's values, help).
 *
 * Types: COUNTER and GAUGE are whole numbers; GAUGE_MS is set in milliseconds and written in seconds; LATENCY
 * and WAIT are histograms observed in microseconds and written in seconds, with buckets from 100 µs to 10 s,
 * or from 1 s to an hour. label is NULL for none. Values listed here ("a b c") are there from the start, as
 * zero; others appear when first used. Names follow https://prometheus.io/docs/practices/naming/: base units,
 * counters end in _total. */
// clang-format off
METRIC(M_SESSIONS, GAUGE, "shopbell_sessions", "role", "anonymous shopper agent", "Open sessions by role.")
METRIC(M_CONVERSATIONS, GAUGE, "shopbell_conversations", "state", "queued assigned closing", "Conversations that are not closed, by state.")
METRIC(M_QUEUE_LENGTH, GAUGE, "shopbell_queue_length", "team", NULL, "Shoppers waiting, by team.")
METRIC(M_QUEUE_OLDEST, GAUGE_MS, "shopbell_queue_oldest_seconds", "team", NULL, "Age of the oldest waiting conversation, by team.")
METRIC(M_MESSAGES, COUNTER, "shopbell_messages_total", "role", "shopper agent", "Messages stored and acknowledged, by the sender's role.")
METRIC(M_FRAMES_RECEIVED, COUNTER, "shopbell_frames_received_total", NULL, NULL, "WebSocket messages received.")
METRIC(M_REQUEST_ERRORS, COUNTER, "shopbell_request_errors_total", "type", NULL, "Requests answered with an error, by its type.")
METRIC(H_ACK, LATENCY, "shopbell_ack_seconds", NULL, NULL, "From a message's frame to its acknowledgement.")
METRIC(H_DELIVERY, LATENCY, "shopbell_delivery_seconds", NULL, NULL, "From a message's frame to its delivery to another session.")
METRIC(H_QUEUE_WAIT, WAIT, "shopbell_queue_wait_seconds", NULL, NULL, "From entering the queue to being assigned.")
METRIC(M_REDIS_IN_FLIGHT, GAUGE, "shopbell_redis_commands_in_flight", NULL, NULL, "Redis commands sent and not yet answered.")
METRIC(M_REDIS_UP, GAUGE, "shopbell_redis_up", NULL, NULL, "1 while Redis answers, else 0.")
METRIC(M_HINTS_LOST, COUNTER, "shopbell_hints_lost_total", NULL, NULL, "Times that hints from other nodes were missed and everything was read again.")
METRIC(M_EVENTS_LOST, COUNTER, "shopbell_events_lost_total", NULL, NULL, "Events that this node had read and that Redis no longer has, after a failover: at least so many.")
METRIC(H_LOOP_LAG, LATENCY, "shopbell_loop_lag_seconds", NULL, NULL, "Longest stretch the event loop did not poll, ten samples a second.")
METRIC(M_OUTBOUND_BYTES, GAUGE, "shopbell_outbound_bytes_queued", NULL, NULL, "Bytes waiting in the sessions' outbound queues.")
METRIC(M_LOGINS, COUNTER, "shopbell_logins_total", "result", NULL, "Log-ins by result.")
METRIC(M_CONNECTIONS_CLOSED, COUNTER, "shopbell_connections_closed_total", "code", NULL, "Connections closed, by WebSocket close code.")
METRIC(M_RESIDENT_BYTES, GAUGE, "process_resident_memory_bytes", NULL, NULL, "Resident memory size in bytes.")
METRIC(M_OPEN_FDS, GAUGE, "process_open_fds", NULL, NULL, "Number of open file descriptors.")
METRIC(M_BUILD_INFO, GAUGE, "shopbell_build_info", "version", NULL, "Always 1; the version is the label.")
// clang-format on
