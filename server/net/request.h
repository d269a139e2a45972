/* The head of an HTTP/1.1 request (RFC 9112), as much of it as this server needs: GET and HEAD without a
 * body, and the WebSocket upgrade.
 *
 * Pure text in, pointers into that text out; nothing is copied or allocated. Strict where a second reader of
 * the same bytes could see something else: bare line feeds, folded lines, control characters, spaces before a
 * colon and repeated headers of those below are all refused. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "shopbell/str.h"

enum {
    REQUEST_HEAD_MAX_BYTES = 8192,
    REQUEST_TARGET_MAX_BYTES = 2048,
};

enum request_status {
    REQUEST_COMPLETE,
    REQUEST_INCOMPLETE, /* no blank line yet */
    REQUEST_BAD,        /* answer 400 */
    REQUEST_TOO_LARGE,  /* answer 431 */
    REQUEST_URI_TOO_LONG,
    REQUEST_BAD_VERSION, /* answer 505 */
};

enum request_method { REQUEST_GET, REQUEST_HEAD, REQUEST_OTHER };

/* Every str borrows from the parsed bytes; data == NULL: no such header. */
struct request {
    enum request_method method;
    struct str path; /* from the first slash, without the query; as sent, nothing decoded */
    bool http_1_1;
    bool has_body;
    size_t head_bytes; /* up to and with the blank line */
    struct str host;
    struct str connection;
    struct str upgrade;
    struct str origin;
    struct str ws_key;
    struct str ws_version;
    struct str ws_protocol;
    struct str if_none_match;
    struct str accept_encoding;
    struct str content_length;
    struct str transfer_encoding;
};

enum request_status request_parse(struct str bytes, struct request *request);

/* Does a comma-separated list hold this token, ignoring case and any ";q=…" but refusing "q=0"? */
bool request_list_has(struct str list, const char *token);
/* Is this one of its items, byte by byte? */
bool request_list_has_exactly(struct str list, const char *item);

bool request_keeps_alive(const struct request *request);

/* Does If-None-Match name this entity tag? Weak comparison, RFC 9110 section 8.8.3.2. */
bool request_has_etag(const struct request *request, const char *etag);
