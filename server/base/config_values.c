#include <errno.h>
#include <stdlib.h>
#include <uv.h>

#include "base/config_internal.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

bool config_next_word(struct str *rest, struct str *word)
{
    size_t start = 0;
    while (start < rest->len && is_blank(rest->data[start]))
        start++;
    size_t end = start;
    while (end < rest->len && !is_blank(rest->data[end]))
        end++;
    *word = (struct str){rest->data + start, end - start};
    *rest = (struct str){rest->data + end, rest->len - end};
    return word->len > 0;
}

bool config_id_valid(struct str id)
{
    for (size_t i = 0; i < id.len; i++) {
        char c = id.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
            return false;
    }
    return id.len >= 1 && id.len <= CONFIG_ID_MAX_BYTES;
}

bool config_read_number(struct str text, int64_t most, int64_t *out)
{
    int64_t number = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        number = number * 10 + (text.data[i] - '0');
        if (number > most)
            return false;
    }
    *out = number;
    return text.len > 0;
}

bool config_parse_i64(struct config_reader *reader, const struct config_value *value, int64_t least,
                      int64_t most, int64_t *out)
{
    int64_t number;
    if (config_read_number(value->text, most, &number) && number >= least) {
        *out = number;
        return true;
    }
    config_error(reader->errors, value->where,
                 "\"" STR_FMT "\" does not do; give a whole number from %lld to %lld", STR_ARG(value->text),
                 (long long)least, (long long)most);
    return false;
}

bool config_parse_bool(struct config_reader *reader, const struct config_value *value, bool *out)
{
    *out = str_eq_c(value->text, "on");
    if (*out || str_eq_c(value->text, "off"))
        return true;
    config_error(reader->errors, value->where, "\"" STR_FMT "\" does not do; give on or off",
                 STR_ARG(value->text));
    return false;
}

bool config_split_host(struct str text, struct str *host, struct str *port)
{
    bool bracketed = text.len > 0 && text.data[0] == '[';
    const char *close = bracketed ? memchr(text.data, ']', text.len) : NULL;
    if (bracketed && !close)
        return false;
    const char *after = bracketed ? close + 1 : memchr(text.data, ':', text.len);
    size_t host_end = after ? (size_t)(after - text.data) : text.len;
    *host = bracketed ? (struct str){text.data + 1, host_end - 2} : (struct str){text.data, host_end};
    *port = (struct str){text.data + host_end, text.len - host_end};
    if (port->len == 0)
        return true;
    if (port->data[0] != ':')
        return false;
    *port = (struct str){port->data + 1, port->len - 1};
    return port->len > 0;
}

static bool is_numeric(int family, struct str host)
{
    unsigned char address[16];
    return uv_inet_pton(family, host.data, address) == 0;
}

bool config_parse_listen(struct config_reader *reader, const struct config_value *value)
{
    struct config *config = reader->config;
    struct str host, port;
    int64_t number;
    if (config_split_host(value->text, &host, &port) && config_read_number(port, 65535, &number)) {
        host = config_copy(config, host);
        config->listen_host = host;
        config->listen_port = (uint16_t)number;
        config->listen_ipv6 = is_numeric(AF_INET6, host);
        if (config->listen_ipv6 || is_numeric(AF_INET, host))
            return true;
    }
    config_error(reader->errors, value->where,
                 "cannot listen on \"" STR_FMT
                 "\"; give a numeric address and a port, such as 127.0.0.1:8080, "
                 "0.0.0.0:8080 or [::1]:8080",
                 STR_ARG(value->text));
    return false;
}

bool config_take_prefix(struct str *text, const char *prefix)
{
    size_t len = strlen(prefix);
    if (text->len < len || memcmp(text->data, prefix, len) != 0)
        return false;
    *text = (struct str){text->data + len, text->len - len};
    return true;
}

static bool origin_host_valid(struct str host)
{
    for (size_t i = 0; i < host.len; i++) {
        char c = host.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c && strchr("-._:", c))))
            return false;
    }
    return host.len > 0;
}

bool config_check_origin(struct config_reader *reader, const char *where, struct str origin)
{
    struct str rest = origin, host, port;
    int64_t number = 0;
    bool secure = config_take_prefix(&rest, "https://");
    const char *own_port = secure ? "443" : "80";
    bool good = (secure || config_take_prefix(&rest, "http://")) && config_split_host(rest, &host, &port) &&
                origin_host_valid(host) &&
                (port.len == 0 || (config_read_number(port, 65535, &number) && number > 0 &&
                                   port.data[0] != '0' && !str_eq_c(port, own_port)));
    if (!good)
        config_error(reader->errors, where,
                     "\"" STR_FMT
                     "\" is no origin as browsers send it; write self, or scheme and host in lower case "
                     "and a port only if it is not the scheme's own, without path or *, such as "
                     "https://shop.example.com",
                     STR_ARG(origin));
    return good;
}
