/* What the generated decoders read with: one check a function, each of which explains itself in the fault
 * when it fails.
 *
 * Every reader_ function returns false (or NULL) after it filled in the fault. Texts and arrays go to the
 * arena, so nothing of the frame's values is kept. The place of a value is a chain of struct reader_at on the
 * stack; it becomes a path such as payload.cursors[3].seq only when something is wrong. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shopbell/str.h"
#include "value.h"

struct arena;
struct proto_fault;

struct reader {
    struct arena *arena;       /* borrowed */
    struct proto_fault *fault; /* borrowed */
    const char *action;        /* whose payload it is */
};

struct reader_at {
    const struct reader_at *up;
    const char *name; /* NULL: item number index of an array */
    size_t index;
};

struct reader_field {
    const char *name;
    bool required;
};

/* Lengths in code points, not counting the prefix. With characters (bit c stands for the ASCII character c)
 * there may be no others; words says so for people. */
struct reader_text_rule {
    const char *prefix;
    uint64_t characters[2];
    const char *words;
    size_t min_length;
    size_t max_length;
};
extern const struct reader_text_rule reader_request_id_rule;

bool reader_text_fits(struct str text, const struct reader_text_rule *rule);

/* An object with these fields and no others; value is NULL for a payload that was left out. values[i] is NULL
 * where an optional one is absent. */
bool reader_object(struct reader *reader, const struct reader_at *at, const struct value *value,
                   const struct reader_field *fields, size_t field_count, const struct value **values);

bool reader_text(struct reader *reader, const struct reader_at *at, const char *name,
                 const struct value *value, const struct reader_text_rule *rule, struct str *out);
bool reader_integer(struct reader *reader, const struct reader_at *at, const char *name,
                    const struct value *value, int64_t min, int64_t max, int64_t *out);
bool reader_boolean(struct reader *reader, const struct reader_at *at, const char *name,
                    const struct value *value, bool *out);

/* A text that is one of a list: borrowed from value, not copied. The list is for the message. */
bool reader_word(struct reader *reader, const struct reader_at *at, const char *name,
                 const struct value *value, struct str *out);
bool reader_not_one_of(struct reader *reader, const struct reader_at *at, const char *name, const char *list);

/* Room for the items of an array of at most max_count. */
void *reader_array(struct reader *reader, const struct reader_at *at, const struct value *value,
                   size_t max_count, size_t item_bytes, size_t *count);
void *reader_alloc(struct reader *reader, size_t count, size_t item_bytes); /* zeroed */
