/* What nodes tell each other, by Redis pub/sub: one line of words a hint (functions/feed.lua says which).
 *
 * Pub/sub may lose any of them, so none is believed to be all there is: each is numbered by who sent it, and
 * whoever finds a number missing, on the next hint or on the beat that follows when there is none for
 * FEED_BEAT_MS, says so by on_gap() and reads everything again. The link proves itself by hearing its own
 * beat, before which comes all that was published before it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "base/config.h"
#include "base/ids.h"
#include "shopbell/store.h"

enum { FEED_BEAT_MS = 400, FEED_SILENCE_MS = 2500 };

struct feed;
struct store;

/* New, connecting. All is borrowed for its life. NULL: no memory. */
struct feed *feed_new(uv_loop_t *loop, struct store *store, const struct config_redis *target,
                      const struct config *config, const struct id *node,
                      const struct store_upcalls *upcalls);
void feed_stop(struct feed *feed, void (*done)(void *ctx), void *ctx);
void feed_free(struct feed *feed); /* after done, or NULL */
bool feed_is_up(const struct feed *feed);

/* Sends a numbered hint to one node. words: kind and arguments, and a space if a message follows, or NULL
 * does. False: no memory, and nobody will notice. What is lost on its way is noticed by its number. */
bool feed_tell(struct feed *feed, struct str site, struct str node, const char *words,
               const struct event *message);
/* What Redis says it published to this node, and to all: are there some that did not come? */
void feed_check(struct feed *feed, struct str site, int64_t to_node, int64_t to_all);
