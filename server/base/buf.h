/* A growable run of bytes. Running out of memory is sticky: append as if all went well and ask buf_ok() once
 * at the end; a failed buffer ignores further appends and keeps no half-written tail that anyone may use. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "shopbell/str.h"

struct buf {
    char *data; /* owned; not NUL-terminated */
    size_t len;
    size_t cap;
    bool failed;
};

#define BUF_INIT ((struct buf){0})

void buf_init(struct buf *buf);
void buf_fini(struct buf *buf);
void buf_reset(struct buf *buf); /* empty and no longer failed; keeps its memory */
bool buf_grow(struct buf *buf, size_t more_bytes);
void buf_append_i64(struct buf *buf, int64_t number);
void buf_append_fmt(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Room for more_bytes at data + len, for writing there by hand; false when out of memory. */
static inline bool buf_reserve(struct buf *buf, size_t more_bytes)
{
    return (!buf->failed && buf->cap - buf->len >= more_bytes) || buf_grow(buf, more_bytes);
}

static inline void buf_append(struct buf *buf, const void *bytes, size_t len)
{
    if (len > 0 && buf_reserve(buf, len)) {
        memcpy(buf->data + buf->len, bytes, len);
        buf->len += len;
    }
}

static inline void buf_append_char(struct buf *buf, char c)
{
    if (buf_reserve(buf, 1))
        buf->data[buf->len++] = c;
}

static inline void buf_append_str(struct buf *buf, struct str text)
{
    buf_append(buf, text.data, text.len);
}

static inline void buf_append_cstr(struct buf *buf, const char *text)
{
    buf_append(buf, text, strlen(text));
}

static inline bool buf_ok(const struct buf *buf)
{
    return !buf->failed;
}

/* What was written, borrowed until the next append; empty when the buffer failed. */
static inline struct str buf_str(const struct buf *buf)
{
    return (struct str){buf->data ? buf->data : "", buf->failed ? 0 : buf->len};
}

/* The number as text, without a buf; borrowed from digits. */
enum { DIGITS_MAX_BYTES = 20 };
struct str digits_of(int64_t number, char digits[DIGITS_MAX_BYTES]);
