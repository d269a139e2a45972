/* What link.c and link_setup.c share. */
#pragma once

#include <hiredis/hiredis.h>

#include "base/list.h"
#include "store/link.h"
#include "store/sentinel.h"
#include "store/wire.h"

enum { LINK_RETRY_MIN_MS = 50 };

enum link_state {
    LINK_DOWN,
    LINK_ASKING, /* the Sentinels, for the master */
    LINK_RESOLVING,
    LINK_CONNECTING,
    LINK_SETTING_UP,
    LINK_UP,
    LINK_STOPPED
};

struct link {
    uv_loop_t *loop;
    const struct config_redis *target;
    struct link_options options;
    enum link_state state;
    struct wire *wire; /* NULL: none */
    uv_timer_t timer;
    struct sentinel sentinel;
    char host[SENTINEL_HOST_MAX_BYTES + 1]; /* TCP, SENTINEL: where to connect */
    uint16_t port;
    int64_t poll_ms; /* SENTINEL, UP: when to ask again whether this is still the master */
    bool moved;      /* the Sentinel asked last said that it is not */
    uv_getaddrinfo_t resolve;
    struct list pending; /* struct pending, oldest first */
    int64_t heard_ms;    /* when an answer came */
    int64_t checked_ms;
    int in_flight;
    size_t subscribed_count;
    bool drop;
    bool stopping;
    int64_t deadline_ms; /* of the state; DOWN: when to try again */
    int64_t retry_ms;
    void (*stopped)(void *ctx);
    void *stopped_ctx;
};

/* The one place that writes the state. */
void link_enter(struct link *link, enum link_state state, int64_t timeout_ms);
/* link_send() in any state that has a connection. */
bool link_issue(struct link *link, const struct cmd *cmd, link_reply_fn reply, link_done_fn done, void *ctx);
/* What came without having been asked for: a channel's. */
void link_hear(struct link *link, const redisReply *reply);
/* Authenticates, selects, and loads the library or subscribes; then the link is up. False: it cannot even
 * begin. */
bool link_set_up(struct link *link);
