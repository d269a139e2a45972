#include "net/request.h"

#include <strings.h>

static bool is_token_char(unsigned char c) /* RFC 9110 section 5.6.2 */
{
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
        return true;
    return c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL;
}

static bool equals_ignoring_case(struct str text, const char *other)
{
    return text.len == strlen(other) && strncasecmp(text.data, other, text.len) == 0;
}

static struct str trim(struct str text)
{
    while (text.len > 0 && (text.data[0] == ' ' || text.data[0] == '\t'))
        text.data++, text.len--;
    while (text.len > 0 && (text.data[text.len - 1] == ' ' || text.data[text.len - 1] == '\t'))
        text.len--;
    return text;
}

/* Takes what stands before separator off the front of *text; all of it when there is none. */
static struct str cut(struct str *text, char separator)
{
    const char *at = text->len > 0 ? memchr(text->data, separator, text->len) : NULL;
    struct str head = {text->data, at ? (size_t)(at - text->data) : text->len};
    size_t used = head.len + (at ? 1 : 0);
    text->data += used;
    text->len -= used;
    return head;
}

static bool take_line(struct str *text, struct str *line)
{
    const char *end = memmem(text->data, text->len, "\r\n", 2);
    if (!end)
        return false;
    *line = (struct str){text->data, (size_t)(end - text->data)};
    text->data += line->len + 2;
    text->len -= line->len + 2;
    return true;
}

static enum request_method method_of(struct str name)
{
    if (str_eq_c(name, "GET"))
        return REQUEST_GET;
    return str_eq_c(name, "HEAD") ? REQUEST_HEAD : REQUEST_OTHER;
}

static enum request_status parse_version(struct str version, struct request *request)
{
    if (version.len != 8 || memcmp(version.data, "HTTP/", 5) != 0)
        return REQUEST_BAD;
    request->http_1_1 = str_eq_c(version, "HTTP/1.1");
    return request->http_1_1 || str_eq_c(version, "HTTP/1.0") ? REQUEST_COMPLETE : REQUEST_BAD_VERSION;
}

static enum request_status parse_request_line(struct str line, struct request *request)
{
    struct str method = cut(&line, ' ');
    struct str target = cut(&line, ' ');
    for (size_t i = 0; i < method.len; i++)
        if (!is_token_char((unsigned char)method.data[i]))
            return REQUEST_BAD;
    if (method.len == 0 || target.len == 0 || target.data[0] != '/')
        return REQUEST_BAD;
    if (target.len > REQUEST_TARGET_MAX_BYTES)
        return REQUEST_URI_TOO_LONG;
    for (size_t i = 0; i < target.len; i++)
        if (target.data[i] <= ' ' ||
            target.data[i] >= 0x7f) /* also catches bytes over 0x7f, as char is signed */
            return REQUEST_BAD;
    request->method = method_of(method);
    request->path = cut(&target, '?');
    return parse_version(line, request);
}

static struct str *known_header(struct request *request, struct str name)
{
    const struct {
        const char *name;
        struct str *value;
    } known[] = {
        {"host", &request->host},
        {"connection", &request->connection},
        {"upgrade", &request->upgrade},
        {"origin", &request->origin},
        {"sec-websocket-key", &request->ws_key},
        {"sec-websocket-version", &request->ws_version},
        {"sec-websocket-protocol", &request->ws_protocol},
        {"if-none-match", &request->if_none_match},
        {"accept-encoding", &request->accept_encoding},
        {"content-length", &request->content_length},
        {"transfer-encoding", &request->transfer_encoding},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (equals_ignoring_case(name, known[i].name))
            return known[i].value;
    return NULL;
}

static bool parse_header(struct str line, struct request *request)
{
    const char *colon = memchr(line.data, ':', line.len);
    if (!colon || colon == line.data)
        return false;
    struct str name = {line.data, (size_t)(colon - line.data)};
    for (size_t i = 0; i < name.len; i++)
        if (!is_token_char((unsigned char)name.data[i]))
            return false;
    struct str value = trim((struct str){colon + 1, line.len - name.len - 1});
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.data[i];
        if ((c < ' ' && c != '\t') || c == 0x7f)
            return false;
    }
    struct str *known = known_header(request, name);
    if (!known)
        return true;
    if (known->data) /* twice: which one would the next reader take? */
        return false;
    *known = value;
    return true;
}

static bool has_body(const struct request *request)
{
    return request->transfer_encoding.data ||
           (request->content_length.data && !str_eq_c(request->content_length, "0"));
}

enum request_status request_parse(struct str bytes, struct request *request)
{
    *request = (struct request){0};
    const char *end = bytes.len > 0 ? memmem(bytes.data, bytes.len, "\r\n\r\n", 4) : NULL;
    if (!end)
        return bytes.len >= REQUEST_HEAD_MAX_BYTES ? REQUEST_TOO_LARGE : REQUEST_INCOMPLETE;
    struct str rest = {bytes.data, (size_t)(end - bytes.data) + 2};
    request->head_bytes = rest.len + 2;
    if (request->head_bytes > REQUEST_HEAD_MAX_BYTES)
        return REQUEST_TOO_LARGE;

    struct str line;
    if (!take_line(&rest, &line))
        return REQUEST_BAD;
    enum request_status status = parse_request_line(line, request);
    while (status == REQUEST_COMPLETE && take_line(&rest, &line))
        if (!parse_header(line, request))
            status = REQUEST_BAD;
    if (status == REQUEST_COMPLETE && request->http_1_1 && request->host.len == 0)
        status = REQUEST_BAD; /* RFC 9112 section 3.2 */
    request->has_body = has_body(request);
    return status;
}

static bool refused_by_weight(struct str parameters) /* "q=0", "q=0.0", … */
{
    parameters = trim(parameters);
    if (parameters.len < 3 || strncasecmp(parameters.data, "q=0", 3) != 0)
        return false;
    for (size_t i = 3; i < parameters.len; i++)
        if (parameters.data[i] != '.' && parameters.data[i] != '0')
            return false;
    return true;
}

bool request_list_has(struct str list, const char *token)
{
    while (list.len > 0) {
        struct str item = cut(&list, ',');
        struct str name = trim(cut(&item, ';'));
        if (equals_ignoring_case(name, token) && !refused_by_weight(item))
            return true;
    }
    return false;
}

bool request_list_has_exactly(struct str list, const char *item)
{
    while (list.len > 0)
        if (str_eq_c(trim(cut(&list, ',')), item))
            return true;
    return false;
}

bool request_keeps_alive(const struct request *request)
{
    return request->http_1_1 && !request_list_has(request->connection, "close");
}

static struct str opaque_tag(struct str tag)
{
    if (tag.len > 2 && memcmp(tag.data, "W/", 2) == 0)
        return (struct str){tag.data + 2, tag.len - 2};
    return tag;
}

bool request_has_etag(const struct request *request, const char *etag)
{
    struct str list = request->if_none_match;
    struct str wanted = opaque_tag(str_from(etag));
    while (list.len > 0) {
        struct str tag = trim(cut(&list, ','));
        if (str_eq_c(tag, "*") || str_eq(opaque_tag(tag), wanted))
            return true;
    }
    return false;
}
