/* Writes JSON (RFC 8259) straight into a buf, commas included.
 *
 *     struct json_writer json;
 *     json_writer_init(&json, &buf);
 *     json_begin_object(&json);
 *     json_kv_string(&json, "action", STR("typing"));
 *     json_kv_i64(&json, "seq", seq);
 *     json_end_object(&json);
 *     if (!buf_ok(&buf)) ...
 *
 * Strings must be valid UTF-8 (checked where they came in). Keys as C strings are literals of the program
 * that need no escapes; a key from outside goes through json_key_str(). Errors (no memory, nesting past
 * JSON_DEPTH_MAX) stick to the buf. The writer owns nothing and needs no fini. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "shopbell/str.h"

enum { JSON_DEPTH_MAX = 31 };

struct json_writer {
    struct buf *out;     /* borrowed */
    uint32_t need_comma; /* bit d: something was written at depth d */
    uint8_t depth;
    bool after_key;
};

void json_writer_init(struct json_writer *json, struct buf *out);

void json_begin_object(struct json_writer *json);
void json_end_object(struct json_writer *json);
void json_begin_array(struct json_writer *json);
void json_end_array(struct json_writer *json);

void json_key(struct json_writer *json, const char *literal);
void json_key_str(struct json_writer *json, struct str key);

void json_string(struct json_writer *json, struct str text); /* data == NULL writes null */
void json_cstring(struct json_writer *json, const char *text);
void json_i64(struct json_writer *json, int64_t number);
void json_bool(struct json_writer *json, bool value);
void json_null(struct json_writer *json);
void json_raw(struct json_writer *json, struct str value); /* one whole JSON value, copied as it is */

/* How many bytes of a text, from its start on, JSON writes as they are: up to a quote, a backslash or a
 * control character. */
size_t json_plain_prefix(struct str text);

static inline void json_kv_string(struct json_writer *json, const char *key, struct str text)
{
    json_key(json, key);
    json_string(json, text);
}

static inline void json_kv_cstring(struct json_writer *json, const char *key, const char *text)
{
    json_key(json, key);
    json_cstring(json, text);
}

static inline void json_kv_i64(struct json_writer *json, const char *key, int64_t number)
{
    json_key(json, key);
    json_i64(json, number);
}

static inline void json_kv_bool(struct json_writer *json, const char *key, bool value)
{
    json_key(json, key);
    json_bool(json, value);
}

static inline void json_kv_raw(struct json_writer *json, const char *key, struct str value)
{
    json_key(json, key);
    json_raw(json, value);
}
