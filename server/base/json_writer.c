#include "base/json_writer.h"

#include <endian.h>

void json_writer_init(struct json_writer *json, struct buf *out)
{
    *json = (struct json_writer){.out = out};
}

/* Before every key and every value that has no key. */
static void separate(struct json_writer *json)
{
    uint32_t bit = (uint32_t)1 << json->depth;
    if (json->after_key)
        json->after_key = false;
    else if (json->need_comma & bit)
        buf_append_char(json->out, ',');
    json->need_comma |= bit;
}

static void begin(struct json_writer *json, char bracket)
{
    separate(json);
    if (json->depth == JSON_DEPTH_MAX) {
        json->out->failed = true;
        return;
    }
    json->depth++;
    json->need_comma &= ~((uint32_t)1 << json->depth);
    buf_append_char(json->out, bracket);
}

static void end(struct json_writer *json, char bracket)
{
    if (json->depth == 0) {
        json->out->failed = true;
        return;
    }
    json->depth--;
    buf_append_char(json->out, bracket);
}

void json_begin_object(struct json_writer *json)
{
    begin(json, '{');
}

void json_end_object(struct json_writer *json)
{
    end(json, '}');
}

void json_begin_array(struct json_writer *json)
{
    begin(json, '[');
}

void json_end_array(struct json_writer *json)
{
    end(json, ']');
}

static const uint64_t ONES = 0x0101010101010101u;
static const uint64_t HIGHS = 0x8080808080808080u;

/* As many of the next bytes as there are, the first one lowest; behind the end there are zeros. */
static uint64_t load_word(const char *data, size_t len)
{
    uint64_t word = 0;
    if (len >= sizeof word)
        memcpy(&word, data, sizeof word);
    else
        memcpy(&word, data, len);
    return le64toh(word);
}

/* The high bit of each byte below 0x20, '"' or '\\' ("Bit Twiddling Hacks": determine if a word has a byte
 * less than n, or equal to n), and perhaps of some above the first of them. A byte from 0x80 never counts. */
static uint64_t escapes_in(uint64_t word)
{
    uint64_t quote = word ^ (ONES * '"');
    uint64_t slash = word ^ (ONES * '\\');
    return (((word - ONES * 0x20) & ~word) | ((quote - ONES) & ~quote) | ((slash - ONES) & ~slash)) & HIGHS;
}

size_t json_plain_prefix(struct str text)
{
    for (size_t i = 0; i < text.len; i += 8) {
        uint64_t escapes = escapes_in(load_word(text.data + i, text.len - i));
        if (escapes)
            return i + (size_t)__builtin_ctzll(escapes) / 8;
    }
    return text.len;
}

static void append_escape(struct buf *out, unsigned char c)
{
    static const char shorts[] = "\bb\ff\nn\rr\tt\"\"\\\\";
    static const char hex[] = "0123456789abcdef";
    for (const char *pair = shorts; *pair; pair += 2) {
        if ((unsigned char)*pair == c) {
            buf_append(out, (const char[]){'\\', pair[1]}, 2);
            return;
        }
    }
    buf_append(out, (const char[]){'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]}, 6);
}

static void append_quoted(struct buf *out, struct str text)
{
    buf_append_char(out, '"');
    for (size_t i = 0; i < text.len;) {
        size_t plain = json_plain_prefix((struct str){text.data + i, text.len - i});
        buf_append(out, text.data + i, plain);
        i += plain;
        if (i < text.len)
            append_escape(out, (unsigned char)text.data[i++]);
    }
    buf_append_char(out, '"');
}

void json_key(struct json_writer *json, const char *literal)
{
    separate(json);
    buf_append_char(json->out, '"');
    buf_append_cstr(json->out, literal);
    buf_append(json->out, "\":", 2);
    json->after_key = true;
}

void json_key_str(struct json_writer *json, struct str key)
{
    separate(json);
    append_quoted(json->out, key);
    buf_append_char(json->out, ':');
    json->after_key = true;
}

void json_string(struct json_writer *json, struct str text)
{
    if (!text.data) {
        json_null(json);
        return;
    }
    separate(json);
    append_quoted(json->out, text);
}

void json_cstring(struct json_writer *json, const char *text)
{
    json_string(json, str_from(text));
}

void json_i64(struct json_writer *json, int64_t number)
{
    separate(json);
    buf_append_i64(json->out, number);
}

void json_bool(struct json_writer *json, bool value)
{
    json_raw(json, value ? STR("true") : STR("false"));
}

void json_null(struct json_writer *json)
{
    json_raw(json, STR("null"));
}

void json_raw(struct json_writer *json, struct str value)
{
    separate(json);
    buf_append_str(json->out, value);
}
