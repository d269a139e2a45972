/* A conversation as one client is to see it: its state and a run of its events, read from the stream and kept
 * until it is sent. Reading and looking are one step: when the view is done the session is a viewer (unless
 * it is an agent's and the conversation somebody else's), so that the first push is for the event right after
 * the last one here. */
#pragma once

#include "base/arena.h"
#include "proto.h"
#include "session/live.h"

enum { VIEW_EVENTS_MAX = 200, VIEW_BYTES_MAX = 128 * 1024 };
/* Instead of the last event that a client knows: none, so it is shown the newest. */
extern const struct event_id view_newest;

struct view {
    struct proto_conversation conversation;
    struct proto_shopper_profile shopper;
    struct proto_page page;
    bool looked_before; /* the session was a viewer already: it has been shown this */
    struct arena arena; /* the events and all texts but those of the config */
};

/* view is the callee's, to be freed; NULL unless result is STORE_OK. live is borrowed. */
typedef void (*view_fn)(void *ctx, enum store_result result, struct live *live, struct view *view);
/* The events after one, or with view_newest the newest ones, as many as fit max_bytes. When the conversation
 * does not have the event after, for a failover lost it, they are the newest ones too, and the view says
 * rewound. done may run before the return. session_id: who is to look from then on; when it is gone by then,
 * result is STORE_NOT_FOUND. */
void view_read(struct live *live, uint64_t session_id, struct event_id after, size_t max_bytes, view_fn done,
               void *ctx);
void view_free(struct view *view); /* NULL is fine */

/* As many of the events, from the end with newest, else from the beginning, as take max_bytes on the wire, or
 * nearly; one always does. */
struct view_run {
    const struct event *events;
    size_t count;
};
struct view_run view_fit(const struct event *events, size_t count, bool newest, size_t max_bytes);

/* Copies events, as they go over the wire, into an arena that it makes, with extra_bytes to spare. NULL: no
 * memory; an empty list is not NULL. */
struct proto_event *view_copy_events(struct arena *arena, struct site *site, const struct event *events,
                                     size_t count, size_t extra_bytes);
