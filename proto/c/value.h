/* A frame's JSON (RFC 8259) as values, whoever has read it: plain.h nearly all of them, parser.h the others.
 *
 * They live until the next frame is read, in one pool: a process decodes one frame at a time. Names and texts
 * are borrowed from the frame's bytes or from who has read them, and are not NUL-terminated. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "shopbell/str.h"

enum value_kind {
    VALUE_OBJECT,
    VALUE_ARRAY,
    VALUE_TEXT,
    VALUE_INTEGER,
    VALUE_REAL,
    VALUE_TRUE,
    VALUE_FALSE,
    VALUE_NULL,
};

struct value {
    enum value_kind kind;
    struct str name;          /* of a member */
    const struct value *next; /* member or item of the same owner, in the order of the frame */
    union {
        struct {
            const struct value *first;
            size_t count;
        } in; /* OBJECT, ARRAY */
        struct str text;
        int64_t integer;
        double real;
    } as;
};

void value_pool_reset(void);    /* everything handed out is gone */
struct value *value_take(void); /* unset; NULL when a frame has more of them than fit into its bytes */

const struct value *value_member(const struct value *object, const char *name); /* NULL: none */

static inline void value_begin(struct value *owner, enum value_kind kind)
{
    owner->kind = kind;
    owner->as.in.first = NULL;
    owner->as.in.count = 0;
}

/* To an owner whose last one so far is last, or NULL. */
static inline void value_append(struct value *owner, struct value *last, struct value *value)
{
    value->next = NULL;
    if (last)
        last->next = value;
    else
        owner->as.in.first = value;
    owner->as.in.count++;
}
