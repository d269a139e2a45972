#include "plain.h"

#include <stdbool.h>
#include <string.h>

#include "base/json_writer.h"
#include "base/utf8.h"
#include "proto.h"

enum { MEMBERS_MAX = 16, DIGITS_MAX = 15 };

struct plain {
    const char *at;
    const char *end;
    unsigned depth;
    size_t room_used; /* of room: texts without their escapes */
};
static char room[PROTO_FRAME_MAX_BYTES];

static bool read_value(struct plain *plain, struct value *out);

static char next_char(const struct plain *plain)
{
    return plain->at < plain->end ? *plain->at : '\0';
}

static bool take_char(struct plain *plain, char c)
{
    if (next_char(plain) != c)
        return false;
    plain->at++;
    return true;
}

static void skip_space(struct plain *plain)
{
    char c = next_char(plain);
    while (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
        plain->at++;
        c = next_char(plain);
    }
}

static bool take_mark(struct plain *plain, char c)
{
    skip_space(plain);
    return take_char(plain, c);
}

/* What a text may hold as it is: neither its end, nor an escape, nor a control character. */
static bool stands_for_itself(char c)
{
    return (unsigned char)c >= 0x20 && c != '"' && c != '\\';
}

/* The backslash was taken. */
static bool take_escape(struct plain *plain, char *out)
{
    static const char escapes[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    char c = next_char(plain);
    const char *found = c ? strchr(escapes, c) : NULL;
    if (!found)
        return false;
    *out = meant[found - escapes];
    plain->at++;
    return true;
}

/* Goes on at the first escape of a text that began at start. */
static bool read_escaped(struct plain *plain, const char *start, struct str *out)
{
    size_t len = (size_t)(plain->at - start);
    if ((size_t)(plain->end - start) > sizeof room - plain->room_used)
        return false;
    char *text = room + plain->room_used;
    memcpy(text, start, len);
    while (plain->at < plain->end && *plain->at != '"') {
        char c = *plain->at++;
        if (c == '\\' ? !take_escape(plain, &c) : !stands_for_itself(c))
            return false;
        text[len++] = c;
    }
    plain->room_used += len;
    *out = (struct str){text, len};
    return true;
}

/* The opening quote was taken. */
static bool read_text(struct plain *plain, struct str *out, bool may_escape)
{
    const char *start = plain->at;
    out->data = start;
    out->len = json_plain_prefix((struct str){start, (size_t)(plain->end - start)});
    plain->at += out->len;
    if (next_char(plain) == '\\' && (!may_escape || !read_escaped(plain, start, out)))
        return false;
    return take_char(plain, '"');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool read_integer(struct plain *plain, int64_t *out)
{
    bool negative = take_char(plain, '-');
    const char *start = plain->at;
    int64_t number = 0;
    for (; is_digit(next_char(plain)) && plain->at - start < DIGITS_MAX; plain->at++)
        number = number * 10 + (*plain->at - '0');
    *out = negative ? -number : number;
    char after = next_char(plain);
    bool leads_zero = plain->at > start && *start == '0' && (negative || plain->at - start > 1);
    return plain->at > start && !leads_zero && !is_digit(after) && after != '.' && after != 'e' &&
           after != 'E';
}

static bool read_word(struct plain *plain, const char *word)
{
    size_t len = strlen(word);
    if ((size_t)(plain->end - plain->at) < len || memcmp(plain->at, word, len) != 0)
        return false;
    plain->at += len;
    return true;
}

static bool is_twice(const struct value *object, struct str name)
{
    for (const struct value *member = object->as.in.first; member; member = member->next) {
        if (str_eq(member->name, name))
            return true;
    }
    return false;
}

static bool read_member(struct plain *plain, struct value *object, struct value **last)
{
    struct str name;
    if (object->as.in.count == MEMBERS_MAX || !take_mark(plain, '"') || !read_text(plain, &name, false) ||
        is_twice(object, name) || !take_mark(plain, ':'))
        return false;
    struct value *value = value_take();
    if (!value || !read_value(plain, value))
        return false;
    value->name = name;
    value_append(object, *last, value);
    *last = value;
    return true;
}

static bool read_item(struct plain *plain, struct value *array, struct value **last)
{
    struct value *value = value_take();
    if (!value || !read_value(plain, value))
        return false;
    value_append(array, *last, value);
    *last = value;
    return true;
}

/* The opening bracket was taken. */
static bool read_all(struct plain *plain, struct value *out, enum value_kind kind, char closing,
                     bool (*read_one)(struct plain *plain, struct value *owner, struct value **last))
{
    struct value *last = NULL;
    value_begin(out, kind);
    if (++plain->depth > PROTO_JSON_MAX_DEPTH)
        return false;
    bool is_empty = take_mark(plain, closing);
    if (!is_empty) {
        do {
            if (!read_one(plain, out, &last))
                return false;
        } while (take_mark(plain, ','));
    }
    plain->depth--;
    return is_empty || take_char(plain, closing);
}

static bool read_value(struct plain *plain, struct value *out)
{
    skip_space(plain);
    switch (next_char(plain)) {
    case '"':
        plain->at++;
        out->kind = VALUE_TEXT;
        return read_text(plain, &out->as.text, true);
    case '{':
        plain->at++;
        return read_all(plain, out, VALUE_OBJECT, '}', read_member);
    case '[':
        plain->at++;
        return read_all(plain, out, VALUE_ARRAY, ']', read_item);
    case 't':
        out->kind = VALUE_TRUE;
        return read_word(plain, "true");
    case 'f':
        out->kind = VALUE_FALSE;
        return read_word(plain, "false");
    case 'n':
        out->kind = VALUE_NULL;
        return read_word(plain, "null");
    default:
        out->kind = VALUE_INTEGER;
        return read_integer(plain, &out->as.integer);
    }
}

const struct value *plain_read(struct str bytes)
{
    struct plain plain = {.at = bytes.data, .end = bytes.data + bytes.len};
    value_pool_reset();
    struct value *root = value_take();
    if (!utf8_valid(bytes) || !read_value(&plain, root) || root->kind != VALUE_OBJECT)
        return NULL;
    skip_space(&plain);
    return plain.at == plain.end ? root : NULL;
}
