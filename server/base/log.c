#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/utf8.h"

static atomic_int least_level = LOG_LEVEL_INFO;
static atomic_int log_fd = STDERR_FILENO;

/* How every line that left something out ends, and the newline. Room for both is always kept. */
static const char CUT_END[] = " cut=true\n";

struct line {
    char text[LOG_LINE_MAX_BYTES];
    size_t len;
    bool full; /* a piece did not fit: the field it belongs to is taken back */
};

static void put(struct line *line, const char *bytes, size_t len)
{
    if (line->full || len > sizeof line->text - sizeof CUT_END - line->len) {
        line->full = true;
        return;
    }
    memcpy(line->text + line->len, bytes, len);
    line->len += len;
}

static void put_fmt(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put_fmt(struct line *line, const char *format, ...)
{
    char piece[96];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(piece, sizeof piece, format, args);
    va_end(args);
    size_t fits = sizeof piece - 1;
    put(line, piece, len < 0 ? 0 : (size_t)len < fits ? (size_t)len : fits);
}

static bool is_bare(struct str text)
{
    if (text.len == 0)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c <= ' ' || c >= 0x7f || c == '"' || c == '=' || c == '\\')
            return false;
    }
    return true;
}

/* Controls, line and paragraph separators, and bidi overrides, which make a terminal show another line than
 * was written. */
static bool is_hostile(uint32_t point)
{
    return point < 0x20 || (point >= 0x7f && point <= 0x9f) || (point >= 0x200e && point <= 0x200f) ||
           (point >= 0x2028 && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069) || point == 0xfeff;
}

static void put_escaped_point(struct line *line, uint32_t point, struct str bytes)
{
    if (point == '\n')
        put(line, "\\n", 2);
    else if (point == '\r')
        put(line, "\\r", 2);
    else if (point == '\t')
        put(line, "\\t", 2);
    else if (point == '"' || point == '\\')
        put_fmt(line, "\\%c", (char)point);
    else if (is_hostile(point))
        put_fmt(line, "\\u%04x", (unsigned)point);
    else
        put(line, bytes.data, bytes.len);
}

static void put_quoted(struct line *line, struct str text)
{
    put(line, "\"", 1);
    for (size_t i = 0; i < text.len;) {
        uint32_t point;
        size_t len = utf8_decode((struct str){text.data + i, text.len - i}, &point);
        if (len > 0)
            put_escaped_point(line, point, (struct str){text.data + i, len});
        else
            put_fmt(line, "\\x%02x", (unsigned char)text.data[i]);
        i += len > 0 ? len : 1;
    }
    put(line, "\"", 1);
}

static void put_text(struct line *line, struct str text)
{
    struct str kept = utf8_cut(text, LOG_VALUE_MAX_BYTES);
    if (is_bare(kept))
        put(line, kept.data, kept.len);
    else
        put_quoted(line, kept);
    if (kept.len < text.len)
        put_fmt(line, "...");
}

static void put_value(struct line *line, const struct log_field *field)
{
    if (field->type == LOG_FIELD_STR)
        put_text(line, field->str);
    else if (field->type == LOG_FIELD_I64)
        put_fmt(line, "%lld", (long long)field->i64);
    else
        put_fmt(line, "%s", field->i64 ? "true" : "false");
}

/* False when it did not fit; the line is then as it was. */
static bool put_field(struct line *line, const struct log_field *field)
{
    size_t start = line->len;
    put_fmt(line, " %s=", field->key);
    put_value(line, field);
    if (!line->full)
        return true;
    line->len = start;
    line->full = false;
    return false;
}

static void put_time(struct line *line)
{
    int64_t now_ms = clock_wall_ms();
    time_t seconds = (time_t)(now_ms / 1000);
    struct tm utc;
    gmtime_r(&seconds, &utc);
    put_fmt(line, "ts=%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
            utc.tm_hour, utc.tm_min, utc.tm_sec, (int)(now_ms % 1000));
}

static void write_whole(const char *bytes, size_t len)
{
    ssize_t written;
    do
        written = write(atomic_load_explicit(&log_fd, memory_order_relaxed), bytes, len);
    while (written < 0 && errno == EINTR);
}

void log_write(enum log_level level, const char *event, const struct log_field *fields)
{
    struct line line;
    line.len = 0;
    line.full = false;
    bool cut = false;
    int saved_errno = errno;
    put_time(&line);
    put_fmt(&line, " level=%s event=%s", log_level_str(level), event);
    for (const struct log_field *field = fields; field->type != LOG_FIELD_END; field++)
        if (field->type != LOG_FIELD_STR || field->str.data)
            cut |= !put_field(&line, field);
    const char *end = cut ? CUT_END : "\n";
    memcpy(line.text + line.len, end, strlen(end));
    write_whole(line.text, line.len + strlen(end));
    errno = saved_errno;
}

void log_set_level(enum log_level level)
{
    atomic_store(&least_level, (int)level);
}

void log_set_fd(int fd)
{
    atomic_store(&log_fd, fd);
}

bool log_enabled(enum log_level level)
{
    return (int)level >= atomic_load_explicit(&least_level, memory_order_relaxed);
}

static const char *const level_names[] = {"debug", "info", "warn", "error"};

const char *log_level_str(enum log_level level)
{
    return level_names[level];
}

bool log_level_parse(struct str text, enum log_level *out)
{
    for (int level = LOG_LEVEL_DEBUG; level <= LOG_LEVEL_ERROR; level++) {
        if (str_eq_c(text, level_names[level])) {
            *out = (enum log_level)level;
            return true;
        }
    }
    return false;
}
