/* A connection to Redis: commands go out, replies come in, in the same order.
 *
 * hiredis 0.14 parses the replies and does nothing else here. Its own connection does not survive a failed
 * allocation: its output buffer, its dictionaries of channels and its callbacks are then NULL and used all
 * the same, or missing, so that each answer goes to the wrong request. Nor has it a bound, a time limit, or a
 * way to end a connection inside its callbacks. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "store/cmd.h"

struct redisReply;
struct wire;

/* Any of them may close the wire. */
struct wire_events {
    void (*connected)(void *ctx);
    void (*reply)(void *ctx, const struct redisReply *reply); /* borrowed until return */
    void (*lost)(void *ctx, const char *why); /* refused, ended, no memory: it is closed already */
};

/* New; events is borrowed for its life. NULL: no memory, or no socket to be had. No event before it returns.
 */
struct wire *wire_open_tcp(uv_loop_t *loop, const char *address, uint16_t port,
                           const struct wire_events *events, void *ctx); /* address: in digits */
struct wire *wire_open_unix(uv_loop_t *loop, const char *path, const struct wire_events *events, void *ctx);
/* Copies the command; it goes out when the loop turns. False: no memory, and nothing of it will go out. */
bool wire_send(struct wire *wire, const struct cmd *cmd);
/* No event after this. It is freed when the loop has let go of it. */
void wire_close(struct wire *wire);
