/* The session layer as main.c sees it: opened, given its store, told of what the store tells, drained,
 * closed. One a process. */
#pragma once

#include <stdbool.h>
#include <uv.h>

#include "shopbell/session.h"
#include "shopbell/store.h"

struct config;

/* config is borrowed until hub_close(). False: no memory. */
bool hub_open(uv_loop_t *loop, const struct config *config, const struct session_transport *transport);
void hub_use_store(struct store *store); /* borrowed until hub_close() */

/* The upcalls for store_new(). */
void hub_on_store_up(void *ctx);
void hub_on_store_down(void *ctx);
void hub_on_changes(void *ctx, struct str site, const struct store_changes *changes);
void hub_on_peer(void *ctx, struct str site, struct str conversation, struct str node, bool looks,
                 bool shopper_there);
void hub_on_told(void *ctx, struct str site, const struct store_told *told);
void hub_on_gap(void *ctx);

/* No new sessions, and /readyz says so. Who only looks is sent away little by little, in up to 15 s; then no
 * request is taken, and once Redis has answered what was asked, or after a second, all others are sent away,
 * each with a time to come back; then done. */
void hub_drain(void (*done)(void *ctx), void *ctx);
void hub_leave(void); /* all sessions are gone: tell Redis that this node goes */
void hub_stop(void);  /* closes its handles on the loop */
void hub_close(void); /* when the loop is done: frees everything */
