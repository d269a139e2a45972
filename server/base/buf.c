#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/alloc.h"

enum { BUF_FIRST_CAP = 256 };

void buf_init(struct buf *buf)
{
    *buf = BUF_INIT;
}

void buf_fini(struct buf *buf)
{
    sb_free(buf->data);
    *buf = BUF_INIT;
}

void buf_reset(struct buf *buf)
{
    buf->len = 0;
    buf->failed = false;
}

bool buf_grow(struct buf *buf, size_t more_bytes)
{
    if (buf->failed)
        return false;
    size_t cap = buf->cap ? buf->cap : BUF_FIRST_CAP;
    while (cap - buf->len < more_bytes && cap <= SIZE_MAX / 2)
        cap *= 2;
    char *data = cap - buf->len < more_bytes ? NULL : sb_realloc(buf->data, cap);
    if (!data) {
        buf->failed = true;
        return false;
    }
    buf->data = data;
    buf->cap = cap;
    return true;
}

/* Two digits at a time: a division is what it costs. */
struct str digits_of(int64_t number, char digits[DIGITS_MAX_BYTES])
{
    static const char pairs[] =
        "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
        "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
        "8081828384858687888990919293949596979899";
    size_t start = DIGITS_MAX_BYTES;
    uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
    for (; rest >= 100; rest /= 100)
        memcpy(digits + (start -= 2), pairs + 2 * (rest % 100), 2);
    if (rest >= 10)
        memcpy(digits + (start -= 2), pairs + 2 * rest, 2);
    else
        digits[--start] = (char)('0' + rest);
    if (number < 0)
        digits[--start] = '-';
    return (struct str){digits + start, DIGITS_MAX_BYTES - start};
}

void buf_append_i64(struct buf *buf, int64_t number)
{
    char digits[DIGITS_MAX_BYTES];
    buf_append_str(buf, digits_of(number, digits));
}

void buf_append_fmt(struct buf *buf, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    if (len < 0)
        buf->failed = true;
    else if (buf_reserve(buf, (size_t)len + 1))
        buf->len += (size_t)vsnprintf(buf->data + buf->len, (size_t)len + 1, format, again);
    va_end(again);
    va_end(args);
}
