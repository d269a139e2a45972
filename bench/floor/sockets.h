/* The WebSockets: one libwebsockets context on the caller's loop.
 *
 * Frames come with their header (RFC 6455 section 5.2) and are given to libwebsockets raw. Each is written
 * straight away; or, to coalesce, once a turn of the loop all of a socket's in one write. What the kernel
 * does not take libwebsockets keeps, and what comes behind it waits in the session until WRITEABLE. */
#pragma once

#include <libwebsockets.h>
#include <uv.h>

#include "bytes.h"
#include "rooms.h"

enum { MESSAGE_MAX_BYTES = 65535, WAITING_MAX_BYTES = 64 * 1024 * 1024, SPARES_MAX = 1024 };

/* libwebsockets allocates one a connection, zeroed. There may be very many: each byte counts. */
struct session {
    struct lws *wsi;
    struct member first;
    struct bytes *in;   /* a message that is not all here; NULL: none */
    struct bytes *out;  /* frames that wait; NULL: none */
    uint32_t in_flight; /* messages of this one at Redis */
    bool is_dirty;      /* to be looked at when the turn of the loop ends */
    bool is_dead;       /* to be closed then */
};

struct sockets_events {
    void (*message)(void *ctx, struct session *session, const char *text, size_t len); /* borrowed */
    void (*closed)(void *ctx, struct session *session);                                /* and freed after */
    void *ctx;
};

struct sockets {
    struct lws_context *context;
    struct lws_vhost *vhost;
    struct lws_protocols protocols[2];
    struct sockets_events events;
    bool coalesce;
    struct session **dirty; /* has room for as many as there can be */
    size_t dirty_count;
    struct bytes *spares[SPARES_MAX]; /* emptied: malloc() has few of one size at hand */
    size_t spares_count;
    size_t wsis_count; /* what libwebsockets holds */
};

/* *sockets stays where it is. False: said on stderr. */
bool sockets_open(struct sockets *sockets, uv_loop_t *loop, size_t read_buffer_bytes);

/* Closes all, and turns the loop for it. */
void sockets_close(struct sockets *sockets, uv_loop_t *loop);

void sockets_adopt(struct sockets *sockets, int fd); /* stolen */
void sockets_send(struct sockets *sockets, struct session *session, unsigned char *frame, size_t len);
void sockets_kill(struct sockets *sockets, struct session *session); /* when the turn ends */
void sockets_flush(struct sockets *sockets);                         /* at the end of each turn */
