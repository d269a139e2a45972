/* One entry of a conversation's stream, as the store reads and writes it and as everything inside passes it
 * on. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "proto.h"
#include "shopbell/str.h"

/* Which event, in whatever history: seq is dense from 1 in its conversation, and the generation tells apart
 * what was written under one seq before and after the loss of a failover. Both grow together, never one down.
 */
struct event_id {
    int64_t generation;
    int64_t seq;
};

struct event {
    struct event_id id;
    int64_t at_ms;
    enum proto_event_type type;
    enum proto_author_role role;
    struct str by;        /* id of the shopper or agent; empty when nobody did it */
    struct str custom_id; /* data == NULL: none. Messages have one */
    struct str text;      /* data == NULL: none */
    bool has_reason;
    enum proto_event_reason reason;
    struct str team; /* of the conversation from now on; data == NULL: as before */
};
