/* One connection to Redis that keeps itself up: connect, authenticate, load the function library, and again
 * after every loss, with backoff. Commands are refused while it is not up and past LINK_IN_FLIGHT_MAX. When
 * commands wait and none was answered for LINK_COMMAND_TIMEOUT_MS the connection is taken down; all that were
 * in flight are then answered with NULL.
 *
 * With Sentinels the master is asked for before every connect and every LINK_POLL_MS after: a master that was
 * replaced goes on taking writes until it is told, and all of those are lost. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "base/config.h"
#include "store/cmd.h"

enum {
    LINK_IN_FLIGHT_MAX = 50000,
    LINK_COMMAND_TIMEOUT_MS = 3000,
    LINK_CONNECT_TIMEOUT_MS = 3000,
    LINK_POLL_MS = 300
};

struct link;
struct redisReply;

/* A completion of whatever type; the reply function casts it back to what it was given as. */
typedef void (*link_done_fn)(void);
/* reply == NULL: the connection died. Borrowed until return. The link may not be stopped or freed in here. */
typedef void (*link_reply_fn)(const struct redisReply *reply, link_done_fn done, void *ctx);

/* A link is for commands, when it has a library, or else for listening to channels: a connection that has
 * subscribed takes no other commands. */
struct link_options {
    const char *name; /* for the log */
    void *ctx;
    void (*on_up)(void *ctx);
    void (*on_down)(void *ctx); /* only after on_up */
    struct str library;         /* borrowed */
    const struct str *channels; /* borrowed */
    size_t channels_count;
    void (*on_message)(void *ctx, struct str message); /* borrowed until return */
};

/* New. target and what options point to are borrowed for the link's life. NULL: no memory. Connects right
 * away. */
struct link *link_new(uv_loop_t *loop, const struct config_redis *target, const struct link_options *options);
/* Gives the connection up, soon, and makes another. */
void link_drop(struct link *link);
/* Waits up to 1.5 s for what is in flight, disconnects, closes its handles, then calls done. */
void link_stop(struct link *link, void (*done)(void *ctx), void *ctx);
void link_free(struct link *link); /* after done */

bool link_is_up(const struct link *link);
bool link_is_idle(const struct link *link); /* every command is answered */
/* False: refused, reply will not run. */
bool link_send(struct link *link, const struct cmd *cmd, link_reply_fn reply, link_done_fn done, void *ctx);
