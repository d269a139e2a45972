#include "net/response.h"

#include <time.h>

#include "base/clock.h"

const char *response_status_str(int status)
{
    switch (status) {
    case 200:
        return "OK";
    case 304:
        return "Not Modified";
    case 308:
        return "Permanent Redirect";
    case 400:
        return "Bad Request";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 414:
        return "URI Too Long";
    case 426:
        return "Upgrade Required";
    case 431:
        return "Request Header Fields Too Large";
    case 500:
        return "Internal Server Error";
    case 503:
        return "Service Unavailable";
    case 505:
        return "HTTP Version Not Supported";
    default:
        return "Unknown";
    }
}

void response_fini(struct response *response)
{
    buf_fini(&response->owned);
    *response = (struct response){0};
}

void response_text(struct response *response, int status, const char *text)
{
    response->status = status;
    response->policy = RESPONSE_PLAIN;
    response->mime = "text/plain; charset=utf-8";
    response->body = str_from(text);
}

static void append_date(struct buf *out) /* RFC 9110 section 5.6.7; asked for by section 6.6.1 */
{
    time_t now = (time_t)(clock_wall_ms() / 1000);
    struct tm utc;
    char text[40];
    if (!gmtime_r(&now, &utc))
        return;
    size_t len = strftime(text, sizeof text, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &utc);
    buf_append(out, text, len);
}

static void append_header(struct buf *out, const char *name, const char *value)
{
    buf_append_cstr(out, name);
    buf_append_cstr(out, ": ");
    buf_append_cstr(out, value);
    buf_append_cstr(out, "\r\n");
}

void response_head(const struct response *response, bool keep_alive, struct buf *out)
{
    buf_append_fmt(out, "HTTP/1.1 %d %s\r\n", response->status, response_status_str(response->status));
    append_date(out);
    append_header(out, "Connection", keep_alive ? "keep-alive" : "close");
    if (response->status != 304) {
        buf_append_fmt(out, "Content-Length: %zu\r\n", response->body.len);
        if (response->mime)
            append_header(out, "Content-Type", response->mime);
        if (response->is_gzip)
            append_header(out, "Content-Encoding", "gzip");
    }
    append_header(out, "Cache-Control", response->cache_control ? response->cache_control : "no-store");
    if (response->etag)
        append_header(out, "ETag", response->etag);
    if (response->varies_by_encoding)
        append_header(out, "Vary", "Accept-Encoding");
    headers_security(response->policy, out);
    if (response->extra)
        buf_append_cstr(out, response->extra);
    buf_append_cstr(out, "\r\n");
}
