/* The net layer as main.c sees it: one listening socket, its HTTP and its WebSockets, on the caller's libuv
 * loop.
 *
 * It calls into the session layer by shopbell/session.h; net_transport() is what the session layer calls
 * back. Loop thread only. One struct net a process. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "base/config.h"
#include "shopbell/session.h"

struct net;

/* Starts listening as config says, and raises the process's limit of open files as far as it may. config is
 * borrowed until net_free(). NULL: not possible; a line in the log tells what, where and what to do. */
struct net *net_new(uv_loop_t *loop, const struct config *config);

/* Static, the same for every net. Its close() copies the reason (at most 123 bytes, RFC 6455 section 5.5).
 * Frames that session_next_frame() still has when close() is called go out first, as far as the socket takes
 * them at once. */
const struct session_transport *net_transport(void);

uint16_t net_port(const struct net *net); /* the one in use, also where the config said 0 */
const char *
net_url(const struct net *net); /* such as "http://127.0.0.1:8080"; borrowed, for people on this machine */

/* Accept no more, and close every WebSocket with 1012 "service restart". done is called from the loop, never
 * before this returns, once the last socket and every handle of net are gone: after NET_STOP_MAX_MS at the
 * latest, plus a few turns of the loop. Call it once. */
enum { NET_STOP_MAX_MS = 5000 };
typedef void (*net_done_fn)(void *arg);
void net_stop(struct net *net, net_done_fn done, void *arg);

/* After done, or with NULL. */
void net_free(struct net *net);
