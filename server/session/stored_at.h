/* When a message that was stored before was stored: only the stream knows, and only resends ask. */
#pragma once

#include "session/live.h"
#include "session/respond.h"

typedef void (*stored_at_fn)(const struct reply_to *to, struct live *live, struct event_id id, int64_t at_ms);
/* Calls done later, or answers the request with an error. */
void stored_at(const struct reply_to *to, struct live *live, struct event_id id, stored_at_fn done);
