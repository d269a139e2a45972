#include "base/alloc.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static atomic_uint_fast64_t asked_count;
static atomic_uint_fast64_t fail_from; /* the first of asked_count to fail; 0: none does */

static bool may_allocate(void)
{
    uint_fast64_t asked = atomic_fetch_add_explicit(&asked_count, 1, memory_order_relaxed) + 1;
    uint_fast64_t from = atomic_load_explicit(&fail_from, memory_order_relaxed);
    return from == 0 || asked < from;
}

void *sb_malloc(size_t bytes)
{
    return may_allocate() ? malloc(bytes ? bytes : 1) : NULL;
}

void *sb_calloc(size_t count, size_t bytes)
{
    return may_allocate() ? calloc(count ? count : 1, bytes ? bytes : 1) : NULL;
}

void *sb_realloc(void *block, size_t bytes)
{
    return may_allocate() ? realloc(block, bytes ? bytes : 1) : NULL;
}

void sb_free(void *block)
{
    free(block);
}

char *sb_strdup(struct str text)
{
    char *copy = sb_malloc(text.len + 1);
    if (!copy)
        return NULL;
    if (text.len > 0)
        memcpy(copy, text.data, text.len);
    copy[text.len] = '\0';
    return copy;
}

void sb_alloc_fail_from(uint64_t nth)
{
    atomic_store(&fail_from, nth ? atomic_load(&asked_count) + nth : 0);
}

uint64_t sb_alloc_count(void)
{
    return atomic_load(&asked_count);
}
