/* What a socket has yet to take: a bounded ring of shared frames. Behind OUTBOUND_SOFT_BYTES what is
 * ephemeral is left out. A reader who has OUTBOUND_HARD_BYTES or OUTBOUND_MAX_FRAMES to take and is sent yet
 * more is too slow: the session is closed with a code that means resume. The frame that reaches the limit is
 * still taken, since resuming must not fail because its answer is large. An empty one has no memory but a
 * pointer: nearly all of them are empty nearly always. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "shopbell/frame.h"

enum { OUTBOUND_SOFT_BYTES = 64 * 1024, OUTBOUND_HARD_BYTES = 1024 * 1024, OUTBOUND_MAX_FRAMES = 2048 };

struct outbound_ring {
    uint32_t cap; /* a power of two */
    uint32_t first;
    uint32_t count;
    uint32_t bytes;
    struct frame *frames[]; /* references, owned */
};

struct outbound {
    struct outbound_ring *ring; /* owned; NULL: empty */
};

enum outbound_result { OUTBOUND_QUEUED, OUTBOUND_LEFT_OUT, OUTBOUND_TOO_SLOW };

/* Takes a reference of its own when queued. No memory counts as too slow. */
enum outbound_result outbound_push(struct outbound *outbound, struct frame *frame);
/* The same, before everything else. */
enum outbound_result outbound_push_first(struct outbound *outbound, struct frame *first);
struct frame *
outbound_pop(struct outbound *outbound); /* the caller gets the reference; NULL: nothing to send */
void outbound_fini(struct outbound *outbound);
