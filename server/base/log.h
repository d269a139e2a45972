/* One line per event on stderr, logfmt: `ts=… level=info event=session_closed role=shopper code=1000`.
 *
 *     log_info("session_closed", LOG_STR("role", role), LOG_I64("code", code));
 *
 * event and keys are literals of the program, [a-z0-9_]. Values may come from anywhere: what could forge a
 * line or drive a terminal (quotes, newlines, controls, bidi overrides, bad UTF-8) is escaped, a long value
 * is cut. Each line is one write(2), so lines of several threads do not mix. Never log a message's text, a
 * token or a password. Any thread may log. Nothing is allocated. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "shopbell/str.h"

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR };

enum { LOG_VALUE_MAX_BYTES = 512, LOG_LINE_MAX_BYTES = 4096 };

enum log_field_type { LOG_FIELD_END, LOG_FIELD_STR, LOG_FIELD_I64, LOG_FIELD_BOOL };

struct log_field {
    enum log_field_type type;
    const char *key;
    struct str str; /* borrowed until log_write() returns; data == NULL: the field is left out */
    int64_t i64;
};

#define LOG_STR(key_, str_) ((struct log_field){.type = LOG_FIELD_STR, .key = (key_), .str = (str_)})
#define LOG_CSTR(key_, text_)                                                                                \
    ((struct log_field){.type = LOG_FIELD_STR, .key = (key_), .str = str_from(text_)})
#define LOG_I64(key_, number_)                                                                               \
    ((struct log_field){.type = LOG_FIELD_I64, .key = (key_), .i64 = (int64_t)(number_)})
#define LOG_BOOL(key_, bool_) ((struct log_field){.type = LOG_FIELD_BOOL, .key = (key_), .i64 = (bool_)})

#define LOG_AT(level_, event_, ...)                                                                          \
    do {                                                                                                     \
        if (log_enabled(level_))                                                                             \
            log_write((level_), (event_),                                                                    \
                      (const struct log_field[]){__VA_ARGS__ __VA_OPT__(, ){.type = LOG_FIELD_END}});        \
    } while (0)

#define log_debug(...) LOG_AT(LOG_LEVEL_DEBUG, __VA_ARGS__)
#define log_info(...) LOG_AT(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_warn(...) LOG_AT(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_error(...) LOG_AT(LOG_LEVEL_ERROR, __VA_ARGS__)

void log_set_level(enum log_level level); /* the least level that is written; LOG_LEVEL_INFO at start */
void log_set_fd(int fd);                  /* where lines go; 2 at start. Borrowed */
bool log_enabled(enum log_level level);

const char *log_level_str(enum log_level level);
bool log_level_parse(struct str text, enum log_level *out); /* debug, info, warn, error */

/* fields end with one of type LOG_FIELD_END. Use the macros. */
void log_write(enum log_level level, const char *event, const struct log_field *fields);
