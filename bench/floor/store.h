/* The one connection to Redis: an XADD a message, and all those of a turn of the loop in one write. */
#pragma once

#include <hiredis/async.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

enum { STORE_TEXT_MAX_BYTES = 65535 };

struct store_events {
    /* In the order of store_add(). Why something is not stored has been said on stderr. */
    void (*answered)(void *ctx, void *message, bool is_stored);
    void (*lost)(void *ctx); /* said on stderr; nothing can be stored any more */
    void *ctx;
};

struct store {
    redisAsyncContext *redis; /* NULL: lost */
    uv_poll_t poll;
    int events;       /* that are polled for */
    bool wants_write; /* hiredis holds commands */
    struct store_events on;
};

/* Waits until Redis answers a PING. False: said on stderr. */
bool store_open(struct store *store, uv_loop_t *loop, const char *where, const struct store_events *events);
bool store_add(struct store *store, uint32_t room, const void *text, size_t len, void *message);
void store_flush(struct store *store); /* at the end of each turn */
void store_close(struct store *store); /* what was in flight is answered as not stored */
