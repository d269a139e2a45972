/* One hint, taken apart. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shopbell/str.h"

enum { HINT_WORDS_MAX = 12 };

struct hint {
    struct str site;
    struct str from; /* a node's id, or redis */
    int64_t number;
    struct str kind;
    struct str args[HINT_WORDS_MAX]; /* "-" stands for none and is given as empty; all lie in the line */
    size_t args_count;
    const char *end; /* of the line */
};

/* Borrows from line. False: not a hint. */
bool hint_parse(struct str line, struct hint *out);
/* A whole number among the arguments; 0 when it is none or not there. */
int64_t hint_i64(const struct hint *hint, size_t index);
