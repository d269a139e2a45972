/* An HTTP response in the making: routes fill it in, response_head() turns it into bytes.
 *
 * The body is borrowed from memory that lives as long as the program (assets, photos, literals), or stands in
 * owned. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "shopbell/str.h"

/* Who may do what with a response; headers.c spells each one out. */
enum response_policy {
    RESPONSE_PLAIN,   /* for whoever asked, never part of a page */
    RESPONSE_EMBED,   /* loader, panel and photos: stores on other origins load them */
    RESPONSE_CONSOLE, /* the agents' page */
    RESPONSE_STORE,   /* the demo store's pages */
};

struct response {
    int status;
    enum response_policy policy;
    const char *mime;          /* NULL: no body */
    struct str body;           /* borrowed, or owned.data */
    struct buf owned;          /* freed by response_fini() */
    const char *cache_control; /* NULL: no-store */
    const char *etag;          /* NULL: none */
    bool is_gzip;
    bool varies_by_encoding;
    const char *extra; /* more header lines, each ended by CRLF; NULL: none */
};

const char *response_status_str(int status);
void response_fini(struct response *response);

/* A short answer in plain text. text is a literal, or lives as long. */
void response_text(struct response *response, int status, const char *text);

/* Status line and headers up to and with the blank line. Out of memory sticks to *out. */
void response_head(const struct response *response, bool keep_alive, struct buf *out);

/* The headers a browser enforces, for each policy (headers.c). */
void headers_security(enum response_policy policy, struct buf *out);
