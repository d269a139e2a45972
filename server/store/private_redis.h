/* A redis-server of our own, for whoever configured none: a child on a unix socket under the data directory,
 * append-only file on, every write on disk before it is answered.
 *
 * It runs in a session of its own, so that Ctrl-C reaches only us and we can stop it last, and dies with us
 * when we are killed (setpriv --pdeathsig). One that was left behind all the same is ended before the next is
 * started: two on one append-only file would destroy it. If it dies it is started again. */
#pragma once

#include <uv.h>

#include "shopbell/str.h"

struct private_redis;

/* New, running. NULL after an error was logged: the directory cannot be used (or another server uses it), or
 * there is no redis-server. Blocks shortly. */
struct private_redis *private_redis_new(uv_loop_t *loop, struct str data_dir);
const char *private_redis_socket(const struct private_redis *redis); /* borrowed */
/* Lets it write what it has and waits for its exit (10 s, then it is killed); then calls done. */
void private_redis_stop(struct private_redis *redis, void (*done)(void *ctx), void *ctx);
void private_redis_free(struct private_redis *redis); /* after done, or NULL */
