/* In which generation each event of a conversation was written: a list of where each began. Short: one is
 * added when a conversation goes on after a failover or a restart of Redis. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "shopbell/event.h"

struct generations {
    struct event_id *firsts; /* owned, growing; the events before the first one are of generation 0 */
    size_t count;
};

void generations_fini(struct generations *generations);
/* The next event, in order. False: no memory. */
bool generations_add(struct generations *generations, struct event_id id);
int64_t generations_at(const struct generations *generations, int64_t seq);
