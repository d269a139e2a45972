/* All WebSockets of the process, and the one libwebsockets context they live in.
 *
 * libwebsockets does the opening handshake, unmasks and answers pings. Everything that has a limit or a
 * deadline is done here, because it has no cap on a message and keeps its timers in one list walked from the
 * head.
 *
 * Writing: whoever has something to say marks its connection dirty, and once a turn of the loop
 * sockets_flush() packs all frames of a connection into one buffer and one send. The WebSocket headers are
 * written here, and the bytes are given to libwebsockets raw: a server's frames need no masking, so a header
 * is two to ten bytes, and one lws_write() can carry many frames. What the socket does not take stays queued
 * in libwebsockets, which then says when it may go on; until that no further frame is taken from the session.
 *
 * Closing: the close frame goes out behind the frames, then the peer has CONN_CLOSE_MAX_MS to answer it. A
 * peer's own is answered at once, and what was still to be sent is left out. */
#pragma once

#include <libwebsockets.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "base/list.h"
#include "base/wheel.h"
#include "net/message.h"
#include "shopbell/session.h"

enum {
    CONN_CLOSE_MAX_MS = 3 * 1000,
    CONN_READ_BYTES = 4 * 1024, /* at once; it costs a connection nothing, see lws_memory.c */
    CONN_WRITE_BYTES =
        16 * 1024, /* what is packed into one send, and what may be left of it behind a choked peer */
    CONN_REASON_MAX_BYTES = 123, /* RFC 6455 section 5.5 */
};

enum conn_state {
    CONN_OPEN,
    CONN_CLOSING,    /* our close frame is not yet written */
    CONN_CLOSE_SENT, /* and now it is */
    CONN_PEER_CLOSING,
};

/* libwebsockets allocates one a connection, zeroed, with its session, and frees it after
 * LWS_CALLBACK_WSI_DESTROY. */
struct conn {
    struct lws *wsi; /* NULL: the handshake is not through */
    struct list_node dirty;
    struct conn_wait *wait; /* owned; NULL, but for those few who are waited for */
    uint16_t close_code;
    uint8_t state;                      /* enum conn_state */
    bool has_session;                   /* else it was refused, or is already closed */
    alignas(8) unsigned char session[]; /* session_bytes() */
};

/* Waiting for the rest of a message, or for the end of a connection that is closing. */
struct conn_wait {
    struct wheel_timer deadline;
    struct conn *conn;
    struct message message;
    char *close_reason; /* owned; NULL: none */
};

struct sockets;
typedef void (*sockets_fn)(struct sockets *sockets);

struct sockets {
    uv_loop_t *loop;     /* borrowed */
    struct wheel *wheel; /* borrowed */
    struct lws_context *context;
    struct lws_vhost *vhost;
    uv_idle_t flush;
    uv_check_t turn; /* only while the context is being destroyed */
    struct list dirty;
    size_t conns_count;
    size_t wsis_count; /* what libwebsockets still holds, handshakes and closes under way included */
    size_t wsis_max;
    bool is_closing;
    sockets_fn on_empty; /* closing, and the last connection is gone */
    sockets_fn on_destroyed;
    int turns;
    size_t out_len;
    unsigned char out[CONN_WRITE_BYTES];
};

/* lws_context.c: the context's life. open() false: logged, and *sockets needs no more than one turn of the
 * loop. */
bool sockets_open(struct sockets *sockets, uv_loop_t *loop, struct wheel *wheel);
bool sockets_have_room(const struct sockets *sockets);
void sockets_adopt(struct sockets *sockets, int fd); /* fd is stolen; a checked handshake waits in it */
void sockets_destroy(struct sockets *sockets, sockets_fn on_destroyed); /* takes a few turns of the loop */

/* socket.c: the connections. */
extern const struct session_transport sockets_transport;
void sockets_close_all(struct sockets *sockets, uint16_t code, const char *reason, sockets_fn on_empty);
void sockets_flush_cb(uv_idle_t *idle);
int sockets_ws_cb(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len);
