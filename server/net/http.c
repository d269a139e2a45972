#include "net/http.h"

#include "net/operations.h"

static const char NOT_FOUND_PAGE[] =
    "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n<title>Not found</title>\n"
    "<h1>Not found</h1>\n<p>This Shopbell server has nothing here. Agents work at <a "
    "href=\"/console/\">/console/</a>.</p>\n"
    "</html>\n";

static const char HOME_PAGE[] =
    "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n<title>Shopbell</title>\n"
    "<h1>Shopbell</h1>\n<p>This live-chat server is running. Agents work at <a "
    "href=\"/console/\">/console/</a>; "
    "stores embed <code>/shopbell.js</code>. The demo store is switched off.</p>\n</html>\n";

static void serve_page(struct response *response, int status, const char *page)
{
    response_text(response, status, page);
    response->mime = "text/html; charset=utf-8";
}

static void redirect_to_console(struct response *response)
{
    response_text(response, 308, "See /console/");
    response->extra = "Location: /console/\r\n";
}

void http_route(const struct static_files *files, const struct request *request, struct response *response)
{
    if (request->method == REQUEST_OTHER) {
        response_text(response, 405, "Only GET and HEAD");
        response->extra = "Allow: GET, HEAD\r\n";
    } else if (request->has_body) {
        response_text(response, 400, "GET and HEAD come without a body");
    } else if (str_eq_c(request->path, "/console")) {
        redirect_to_console(response);
    } else if (!operations_serve(request, response) && !static_files_serve(files, request, response)) {
        bool is_home = str_eq_c(request->path, "/");
        serve_page(response, is_home ? 200 : 404, is_home ? HOME_PAGE : NOT_FOUND_PAGE);
    }
}

void http_refuse(enum request_status status, struct response *response)
{
    switch (status) {
    case REQUEST_TOO_LARGE:
        response_text(response, 431, "The headers are too large");
        return;
    case REQUEST_URI_TOO_LONG:
        response_text(response, 414, "The path is too long");
        return;
    case REQUEST_BAD_VERSION:
        response_text(response, 505, "HTTP/1.1 is spoken here");
        return;
    case REQUEST_COMPLETE:
    case REQUEST_INCOMPLETE:
    case REQUEST_BAD:
        break;
    }
    response_text(response, 400, "This is not an HTTP/1.1 request");
}
