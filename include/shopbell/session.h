/* The session layer as the net layer sees it: one session a WebSocket connection, from handshake to close.
 *
 * Downcalls (net calls these) take what a socket brings; upcalls (struct session_transport, set once by
 * main.c) are what a session wants from its socket. A session never touches a socket and a socket never looks
 * into a session. Everything runs on the one loop thread. An upcall never calls back into the session before
 * it returns. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "shopbell/frame.h"
#include "shopbell/str.h"

struct conn;    /* net's side of a connection, opaque here */
struct session; /* session's side, opaque there */

struct session_transport {
    /* Ask that session_next_frame() be called as soon as the socket takes bytes. Cheap; may be called many
     * times. */
    void (*want_write)(struct conn *conn);
    /* Flush what was taken by session_next_frame(), send a close frame with this code, and drop the socket
     * within a few seconds whatever the peer does. session_closed() follows later, never before this returns.
     */
    void (*close)(struct conn *conn, uint16_t code, const char *reason);
};

/* True when some site lists this exact Origin. Asked during the handshake: a false is answered with 403. An
 * empty or missing Origin is never allowed. */
bool session_origin_allowed(struct str origin);

/* A handshake succeeded. origin and address (numeric IP) are borrowed until return. NULL: no memory, or
 * draining; net then closes with 1013 (try again later). */
struct session *session_open(struct conn *conn, struct str origin, struct str address);

/* One whole text message, valid UTF-8, at most PROTO_FRAME_MAX_BYTES; bytes borrowed until return. */
void session_receive(struct session *session, struct str message);

/* The socket takes bytes: the next frame to send, or NULL when there is none. The caller gets a reference. */
struct frame *session_next_frame(struct session *session);

/* The peer broke the transport's rules (binary frame, bad UTF-8, too large, too many fragments): net reports
 * it here so that it is counted and logged, then closes by itself with the code given. */
void session_broke_rules(struct session *session, uint16_t code, const char *what);

/* The socket is gone; the session is freed. Called exactly once for each session_open() that returned a
 * session. */
void session_closed(struct session *session);

/* May this node take shoppers? false sets *why to a static text such as "redis away" or "draining". For
 * /readyz. */
bool session_ready(const char **why);
