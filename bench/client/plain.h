/* The frames of which there is one for every message, read in one pass because they look exactly as the
 * server writes them: these members in this order, no spaces, no escapes, nothing else.
 *
 * False means only that something looks otherwise: then scan.h reads it, which knows any shape. What is read
 * here is what scan.h would have read. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "client/event.h"
#include "shopbell/str.h"

/* A message of another person. Borrowed from the frame. */
struct plain_push {
    struct str conversation_id;
    struct event event;
};

bool plain_read_push(struct str frame, struct plain_push *push);

/* The answer to a message that was taken, now and for the first time. */
struct plain_ack {
    uint32_t chat, n; /* of the request_id, m<chat>.<n> */
    struct ack ack;
};

bool plain_read_ack(struct str frame, struct plain_ack *ack);

/* The next of an array of events, if it is a message; *rest is moved on only then. */
bool plain_next_event(struct str *rest, struct event *event);
