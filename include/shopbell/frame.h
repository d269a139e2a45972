/* An outgoing WebSocket text message, built once and shared by all its readers.
 *
 * Ownership: frame_new() returns a new reference; frame_ref() takes another; frame_unref() drops one and
 * frees the last. The bytes are immutable once the frame has been handed to anyone. The headroom before them
 * belongs to the transport, which writes the WebSocket header there (libwebsockets wants LWS_PRE bytes). One
 * loop only: counts are not atomic. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shopbell/str.h"

enum { FRAME_HEADROOM_BYTES = 16 };

struct frame {
    uint32_t refs;
    uint32_t len_bytes;
    int64_t
        received_us; /* when the message that it delivers came in (clock_mono_us()); 0: it delivers none */
    bool ephemeral;  /* may be dropped for a reader who is behind: typing, presence, queue places */
    unsigned char headroom[FRAME_HEADROOM_BYTES];
    unsigned char bytes[]; /* directly after the headroom */
};

struct frame *frame_new(struct str text, bool ephemeral); /* copies text; NULL when out of memory */
struct frame *frame_ref(struct frame *frame);
void frame_unref(struct frame *frame);
