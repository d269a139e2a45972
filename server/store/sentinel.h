/* Asks Redis Sentinels where the master is
 * (https://redis.io/docs/latest/develop/reference/sentinel-clients/): one after the other, beginning with the
 * one that answered last, each with a time limit of its own. What they say may be old: whoever connects there
 * checks by ROLE.
 *
 * It has no timer: its owner calls sentinel_check() every now and then. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "base/config.h"
#include "store/wire.h"

enum { SENTINEL_TIMEOUT_MS = 500, SENTINEL_HOST_MAX_BYTES = 255 };

/* host is NUL-terminated and borrowed until return; NULL: none of them knows. */
typedef void (*sentinel_fn)(void *ctx, const char *host, uint16_t port);

enum sentinel_state { SENTINEL_IDLE, SENTINEL_RESOLVING, SENTINEL_ASKING };

struct sentinel {
    uv_loop_t *loop;
    const struct config_redis *target; /* borrowed */
    sentinel_fn done;
    void *ctx;
    enum sentinel_state state;
    size_t at;   /* of target->sentinels: the one being asked */
    size_t left; /* to be asked after it */
    bool authenticated;
    bool awaits_auth; /* the next answer is AUTH's */
    bool drop;        /* the connection is of no more use */
    int64_t deadline_ms;
    struct wire *wire;
    uv_getaddrinfo_t resolve;
};

void sentinel_init(struct sentinel *sentinel, uv_loop_t *loop, const struct config_redis *target,
                   sentinel_fn done, void *ctx);
/* Begins a round; done runs later, once, unless sentinel_fini() comes first. Only when idle. */
void sentinel_ask(struct sentinel *sentinel);
bool sentinel_is_idle(const struct sentinel *sentinel);
/* Ends what took too long, and connections that are of no more use. done may run in here. */
void sentinel_check(struct sentinel *sentinel, int64_t now_ms);
/* Drops the connection. A look-up under way must end first: sentinel_is_resolving(). */
void sentinel_fini(struct sentinel *sentinel);
bool sentinel_is_resolving(const struct sentinel *sentinel);
