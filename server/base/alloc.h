/* The heap, behind one door so that a test can make allocation n fail.
 *
 * Every function returns NULL when out of memory, and callers handle it: a request fails, the process goes
 * on. Contents are unset except for sb_calloc(). Freed with sb_free(). Any thread. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "shopbell/str.h"

void *sb_malloc(size_t bytes) __attribute__((malloc, alloc_size(1)));
void *sb_calloc(size_t count, size_t bytes) __attribute__((malloc, alloc_size(1, 2)));
void *sb_realloc(void *block, size_t bytes)
    __attribute__((alloc_size(2))); /* on failure block stays as it was */
void sb_free(void *block);          /* NULL is fine */
char *sb_strdup(struct str text);   /* new, NUL-terminated */

/* Tests only: let the nth allocation from now fail, and all after it until this is called again; 0 turns it
 * off. */
void sb_alloc_fail_from(uint64_t nth);
uint64_t sb_alloc_count(void); /* allocations asked for so far */
