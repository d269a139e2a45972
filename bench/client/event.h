/* What is read of events and acks. All text is borrowed from what was read, as it stands there. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "shopbell/str.h"

struct event {
    int64_t seq, generation;
    struct str type, custom_id, text; /* data == NULL: it has none */
};

/* The answer to a message. */
struct ack {
    int64_t seq, generation;
    bool is_duplicate;
};

/* JSON of any shape (scan.h). */
struct event event_read(struct str json);
struct ack event_read_ack(struct str payload);

/* Of an array of events, as scan_next_item(). */
bool event_next(struct str *rest, struct event *event);

/* What tells it from all others under the same seq: a message's custom_id, else the type. */
struct str event_what(const struct event *event);
