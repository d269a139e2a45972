/* The session layer as the net layer sees it: one session a WebSocket connection, from handshake to close.
 *
 * Downcalls (net calls these) take what a socket brings; upcalls (struct session_transport, set once by
 * main.c) are what a session wants from its socket. A session never touches a socket and a socket never looks
 * into a session. Everything runs on the one loop thread. An upcall never calls back into the session before
 * it returns. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shopbell/frame.h"
#include "shopbell/str.h"

struct session; /* opaque to net, which has the memory for it */

struct session_transport {
    /* Ask that session_next_frame() be called as soon as the socket takes bytes. Cheap; may be called many
     * times. */
    void (*want_write)(struct session *session);
    /* Flush what was taken by session_next_frame(), send a close frame with this code, and drop the socket
     * within a few seconds whatever the peer does. session_closed() follows later, never before this returns.
     */
    void (*close)(struct session *session, uint16_t code, const char *reason);
};

/* True when some site lists this exact Origin. Asked during the handshake: a false is answered with 403. An
 * empty or missing Origin is never allowed. */
bool session_origin_allowed(struct str origin);

/* How much memory a session takes. It lies in net's own for the connection, so that both are one block. */
size_t session_bytes(void);

/* A handshake succeeded. session is zeroed memory, aligned for a pointer, that stays until session_closed()
 * has returned. origin and address (numeric IP) are borrowed until return. False: no memory, or draining;
 * there is no session, and net closes with 1013 (try again later). */
bool session_open(struct session *session, struct str origin, struct str address);

/* One whole text message, valid UTF-8, at most PROTO_FRAME_MAX_BYTES; bytes borrowed until return. */
void session_receive(struct session *session, struct str message);

/* The socket takes bytes: the next frame to send, or NULL when there is none. The caller gets a reference. */
struct frame *session_next_frame(struct session *session);

/* The peer broke the transport's rules (binary frame, bad UTF-8, too large, too many fragments): net reports
 * it here so that it is counted and logged, then closes by itself with the code given. */
void session_broke_rules(struct session *session, uint16_t code, const char *what);

/* The socket is gone, and the session ends. Called exactly once for each session_open() that returned true.
 */
void session_closed(struct session *session);

/* May this node take shoppers? false sets *why to a static text such as "redis away" or "draining". For
 * /readyz. */
bool session_ready(const char **why);
