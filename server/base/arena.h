/* A bump allocator for what lives as long as one request: taken piece by piece, dropped at once.
 *
 * The capacity is fixed, so a request cannot grow memory past it; a full arena returns NULL like a full heap
 * does. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shopbell/str.h"

struct arena {
    unsigned char *bytes; /* owned */
    size_t used_bytes;
    size_t cap_bytes;
};

bool arena_init(struct arena *arena, size_t cap_bytes); /* false: no memory */
void arena_fini(struct arena *arena);
void arena_reset(struct arena *arena); /* everything handed out is gone */

void *arena_alloc(struct arena *arena, size_t bytes); /* aligned for any type, unset; NULL when full */

/* A NUL-terminated copy. Its data is NULL when the arena is full, or when text.data was NULL. */
struct str arena_str(struct arena *arena, struct str text);
