#include "client/scan.h"

#include <stddef.h>
#include <string.h>

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_spaces(struct str *rest)
{
    while (rest->len > 0 && is_space(*rest->data)) {
        rest->data++;
        rest->len--;
    }
}

static void advance(struct str *rest, size_t bytes)
{
    rest->data += bytes;
    rest->len -= bytes;
}

/* Bytes of the string that begins here, quotes included; 0: it does not end. */
static size_t string_bytes(struct str text)
{
    for (size_t i = 1;;) {
        const char *quote = memchr(text.data + i, '"', text.len - i);
        if (!quote)
            return 0;
        size_t slashes = 0;
        while (quote[-1 - (ptrdiff_t)slashes] == '\\')
            slashes++;
        i = (size_t)(quote - text.data) + 1;
        if (slashes % 2 == 0)
            return i;
    }
}

static size_t nested_bytes(struct str text)
{
    size_t depth = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (c == '"') {
            size_t bytes = string_bytes((struct str){text.data + i, text.len - i});
            if (bytes == 0)
                return 0;
            i += bytes - 1;
        } else if (c == '{' || c == '[') {
            depth++;
        } else if ((c == '}' || c == ']') && --depth == 0) {
            return i + 1;
        }
    }
    return 0;
}

static size_t scalar_bytes(struct str text)
{
    size_t i = 0;
    while (i < text.len && text.data[i] != ',' && text.data[i] != '}' && text.data[i] != ']' &&
           !is_space(text.data[i]))
        i++;
    return i;
}

static bool take_value(struct str *rest, struct str *value)
{
    skip_spaces(rest);
    if (rest->len == 0)
        return false;
    char c = *rest->data;
    size_t bytes = c == '"'               ? string_bytes(*rest)
                   : c == '{' || c == '[' ? nested_bytes(*rest)
                                          : scalar_bytes(*rest);
    *value = (struct str){rest->data, bytes};
    advance(rest, bytes);
    return bytes > 0;
}

/* Past the opening bracket or a comma; false: the end, or something else. */
static bool take_separator(struct str *rest, char opening)
{
    skip_spaces(rest);
    if (rest->len == 0 || (*rest->data != opening && *rest->data != ','))
        return false;
    advance(rest, 1);
    skip_spaces(rest);
    return rest->len > 0 && *rest->data != '}' && *rest->data != ']';
}

bool scan_next_member(struct str *rest, struct str *key, struct str *value)
{
    if (!take_separator(rest, '{') || !take_value(rest, key) || *key->data != '"')
        return false;
    *key = scan_text(*key);
    skip_spaces(rest);
    if (rest->len == 0 || *rest->data != ':')
        return false;
    advance(rest, 1);
    return take_value(rest, value);
}

bool scan_next_item(struct str *rest, struct str *item)
{
    return take_separator(rest, '[') && take_value(rest, item);
}

struct str scan_member(struct str object, const char *key)
{
    struct str name, value;
    while (scan_next_member(&object, &name, &value))
        if (str_eq_c(name, key))
            return value;
    return (struct str){0};
}

struct str scan_text(struct str value)
{
    if (value.len < 2 || *value.data != '"')
        return (struct str){0};
    return (struct str){value.data + 1, value.len - 2};
}

int64_t scan_i64(struct str value, int64_t fallback)
{
    enum { DIGITS_MAX = 18 };
    int64_t number = 0;
    size_t at = value.len > 0 && value.data[0] == '-';
    if (value.len == at || value.len - at > DIGITS_MAX)
        return fallback;
    for (size_t i = at; i < value.len; i++) {
        if (value.data[i] < '0' || value.data[i] > '9')
            return fallback;
        number = number * 10 + (value.data[i] - '0');
    }
    return at ? -number : number;
}

bool scan_is_true(struct str value)
{
    return str_eq_c(value, "true");
}

struct str scan_member_text(struct str object, const char *key)
{
    return scan_text(scan_member(object, key));
}

int64_t scan_member_i64(struct str object, const char *key, int64_t fallback)
{
    return scan_i64(scan_member(object, key), fallback);
}

bool scan_take_u32(struct str *text, uint32_t *number)
{
    size_t digits = 0;
    *number = 0;
    for (; digits < text->len && text->data[digits] >= '0' && text->data[digits] <= '9'; digits++)
        *number = *number * 10 + (uint32_t)(text->data[digits] - '0');
    *text = (struct str){text->data + digits, text->len - digits};
    return digits > 0;
}
