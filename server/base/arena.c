#include "base/arena.h"

#include <stdalign.h>

#include "base/alloc.h"

bool arena_init(struct arena *arena, size_t cap_bytes)
{
    *arena = (struct arena){.bytes = sb_malloc(cap_bytes)};
    arena->cap_bytes = arena->bytes ? cap_bytes : 0;
    return arena->bytes != NULL;
}

void arena_fini(struct arena *arena)
{
    sb_free(arena->bytes);
    *arena = (struct arena){0};
}

void arena_reset(struct arena *arena)
{
    arena->used_bytes = 0;
}

static void *take(struct arena *arena, size_t bytes, size_t align)
{
    size_t start = (arena->used_bytes + align - 1) & ~(align - 1);
    if (start > arena->cap_bytes || bytes > arena->cap_bytes - start)
        return NULL;
    arena->used_bytes = start + bytes;
    return arena->bytes + start;
}

void *arena_alloc(struct arena *arena, size_t bytes)
{
    return take(arena, bytes, alignof(max_align_t));
}

struct str arena_str(struct arena *arena, struct str text)
{
    if (!text.data || text.len == SIZE_MAX)
        return (struct str){0};
    char *copy = take(arena, text.len + 1, 1);
    if (!copy)
        return (struct str){0};
    memcpy(copy, text.data, text.len);
    copy[text.len] = '\0';
    return (struct str){copy, text.len};
}
