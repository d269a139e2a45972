#include "net/handshake.h"

#include "base/clock.h"
#include "base/log.h"
#include "shopbell/session.h"

enum {
    KEY_BYTES = 24,       /* 16 bytes as base64 */
    LIST_MAX_BYTES = 120, /* libwebsockets copies Connection and Sec-WebSocket-Protocol into 128 */
    REFUSALS_LOGGED_A_SECOND = 5,
};

static const char UPGRADE_HEADERS[] = "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";

bool handshake_concerns(const struct request *request)
{
    return str_eq_c(request->path, "/ws");
}

static bool is_base64(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        bool ok = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' ||
                  c == '/' || (c == '=' && i >= text.len - 2);
        if (!ok)
            return false;
    }
    return true;
}

/* A refused Origin is what goes wrong when a store is set up, so it is worth a line; a flood of them is not.
 */
static void log_refused_origin(struct str origin)
{
    static int64_t second;
    static int logged_count;
    int64_t now = clock_mono_ms() / 1000;
    if (now != second) {
        second = now;
        logged_count = 0;
    }
    if (logged_count++ < REFUSALS_LOGGED_A_SECOND)
        log_warn("handshake_refused",
                 LOG_CSTR("reason", origin.len ? "origin not listed by any site" : "no origin"),
                 LOG_STR("origin", origin));
}

static int refuse(struct response *response, int status, const char *text)
{
    response_text(response, status, text);
    return status;
}

/* 0, or the status with which *response refuses. */
static int check(const struct request *request, struct response *response)
{
    if (request->method == REQUEST_OTHER) {
        response->extra = "Allow: GET\r\n";
        return refuse(response, 405, "A WebSocket begins with GET");
    }
    if (!request_list_has(request->upgrade, "websocket") ||
        !request_list_has(request->connection, "upgrade")) {
        response->extra = UPGRADE_HEADERS;
        return refuse(response, 426, "This is a WebSocket");
    }
    if (!str_eq_c(request->ws_version, "13")) {
        response->extra = UPGRADE_HEADERS;
        return refuse(response, 426, "WebSocket version 13 is spoken here");
    }
    if (request->method != REQUEST_GET || !request->http_1_1 || request->has_body ||
        request->ws_key.len != KEY_BYTES || !is_base64(request->ws_key) ||
        request->connection.len > LIST_MAX_BYTES || request->upgrade.len != strlen("websocket"))
        return refuse(response, 400, "This is not a WebSocket handshake");
    if (request->ws_protocol.len > LIST_MAX_BYTES ||
        !request_list_has_exactly(request->ws_protocol, HANDSHAKE_SUBPROTOCOL))
        return refuse(response, 400, "Ask for the subprotocol " HANDSHAKE_SUBPROTOCOL);
    if (request->origin.len == 0 || !session_origin_allowed(request->origin)) {
        log_refused_origin(request->origin);
        return refuse(response, 403, "This Origin is not listed by any site");
    }
    return 0;
}

bool handshake_accept(const struct request *request, struct response *response)
{
    return check(request, response) == 0;
}
