/* The WebSocket opening handshake (RFC 6455 section 4.2), checked before libwebsockets sees a byte of it.
 *
 * libwebsockets 4.1.6 must not see any other request: `Upgrade: h2c` switches it to HTTP/2, CONNECT to raw
 * mode, and an upgrade it does not know makes it read freed memory (CVE-2025-11677). */
#pragma once

#include <stdbool.h>

#include "net/request.h"
#include "net/response.h"

#define HANDSHAKE_SUBPROTOCOL "shopbell.v1"

/* Is this request for the WebSocket's path? Elsewhere an Upgrade header is ignored (RFC 9110 section 7.8). */
bool handshake_concerns(const struct request *request);

/* True: hand the connection to libwebsockets. False: send *response and close. */
bool handshake_accept(const struct request *request, struct response *response);
