/* The listening socket.
 *
 * Ours, not libwebsockets': that one sets SO_REUSEPORT only with several threads, of which 4.1.6 as Debian
 * builds it has one at most, and when the process is out of descriptors it spins on a connection it cannot
 * accept. */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "base/wheel.h"

enum { LISTENER_URL_MAX_BYTES = 80 };

struct listener;
typedef void (*listener_accept_fn)(struct listener *listener,
                                   int fd); /* fd is stolen: non-blocking, close-on-exec */
typedef bool (*listener_room_fn)(
    struct listener *listener); /* out of descriptors: make room; false: cannot */

struct listener {
    uv_poll_t poll;
    uv_prepare_t turn;        /* of the loop begins */
    uv_poll_t highest;        /* closed at once, see reserve_descriptors() */
    int accepts_left;         /* in this turn */
    struct wheel *wheel;      /* borrowed */
    struct wheel_timer retry; /* armed while out of descriptors */
    listener_accept_fn on_accept;
    listener_room_fn make_room;
    int fd; /* -1: closed */
    uint16_t port;
    char url[LISTENER_URL_MAX_BYTES];
};

struct listener_address {
    const char *host; /* numeric */
    bool is_ipv6;
    uint16_t port;  /* 0: any free one */
    bool is_shared; /* other processes listen on the same port: SO_REUSEPORT */
};

/* Binds and listens, with no handle on any loop yet. False: *listener is closed and the reason logged. */
bool listener_open(struct listener *listener, const struct listener_address *address);

/* Begins to accept. False: out of memory or descriptors. */
bool listener_start(struct listener *listener, uv_loop_t *loop, struct wheel *wheel,
                    listener_accept_fn on_accept, listener_room_fn make_room);

void listener_close(struct listener *listener, uv_close_cb closed); /* after listener_start() */
void listener_abandon(struct listener *listener);                   /* instead, when it was never started */
