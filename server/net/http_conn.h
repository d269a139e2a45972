/* A connection while it speaks HTTP: from accept to the end of its last response, or until it becomes a
 * WebSocket.
 *
 * A request is looked at with MSG_PEEK and taken off the socket only when it is ours to answer; a good
 * WebSocket handshake stays there unread, and the descriptor goes to libwebsockets, which reads it as if
 * nothing had happened. So whoever connects and says nothing, or says it byte by byte, costs this small
 * struct and never one of libwebsockets' header tables; and no request but a checked handshake reaches its
 * parser.
 *
 * Deadlines: HTTP_REQUEST_MAX_MS for a whole head, from accept or from the response before; HTTP_STALL_MAX_MS
 * without progress while a response is sent. When the hall is full, whoever waits longest goes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "base/list.h"
#include "base/wheel.h"
#include "net/static_files.h"

enum {
    HTTP_REQUEST_MAX_MS = 9 * 1000,
    HTTP_STALL_MAX_MS = 20 * 1000,
    HTTP_LINGER_MS = 2 * 1000,
    HTTP_CONNS_MAX = 4096,
};

struct http_hall;
typedef void (*http_upgrade_fn)(struct http_hall *hall,
                                int fd);              /* fd is stolen; the request in it is unread */
typedef bool (*http_room_fn)(struct http_hall *hall); /* is there room for one more WebSocket? */
typedef void (*http_empty_fn)(struct http_hall *hall);

struct http_hall {
    uv_loop_t *loop; /* borrowed, as are wheel and files */
    struct wheel *wheel;
    const struct static_files *files;
    http_upgrade_fn on_upgrade;
    http_room_fn has_room;
    http_empty_fn on_empty; /* closing, and the last handle is gone */
    struct list conns;      /* whoever waits longest first */
    size_t conns_count;
    size_t handles_count; /* conns that are watched, and those whose uv handle is still closing */
    bool is_closing;
};

/* The caller sets loop, wheel, files and the functions; the rest is filled in. */
void http_hall_init(struct http_hall *hall);

void http_hall_accept(struct http_hall *hall, int fd); /* fd is stolen */
bool http_hall_evict(struct http_hall *hall);          /* close whoever waits longest; false: nobody there */

/* Let responses under way finish, close the rest. on_empty follows, perhaps before this returns. */
void http_hall_close(struct http_hall *hall);
void http_hall_close_now(struct http_hall *hall); /* finish no more */
