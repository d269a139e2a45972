/* The root of the session layer: what all sessions of this process share. One a process; sessions reach it
 * through their site or through hub_get(). */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/config.h"
#include "base/wheel.h"
#include "domain/login_guard.h"
#include "session/site.h"
#include "session/team.h"
#include "shopbell/session.h"
#include "shopbell/store.h"

struct hub {
    uv_loop_t *loop;
    const struct config *config; /* borrowed */
    struct store *store;         /* borrowed */
    struct session_transport transport;
    struct wheel wheel;
    struct login_guard login_guard;
    struct site *sites; /* parallel to config->sites */
    size_t sites_count;
    struct arena request_arena; /* reset for each message */
    struct buf scratch;         /* a frame being encoded; empty between uses */
    uv_timer_t tick;
    int passwords_in_flight; /* on the thread pool */
    bool draining; /* no new sessions */
    bool settling; /* nor requests */
    bool writable; /* Redis took the last write of the heartbeat */
    bool told_writable;
};

struct hub *hub_get(void);
struct site *hub_site(struct str id); /* NULL: no such site */
/* Tells every client when it changes. */
void hub_set_writable(bool writable);
