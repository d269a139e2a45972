/* Blocks of one size, side by side in address space that is reserved at once. Memory comes page by page when
 * something is written (mmap(2), MAP_NORESERVE), so a block that stays blank costs none: for buffers that
 * everybody must have and hardly anybody uses. What was used once is given out again first. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reserve {
    unsigned char *blocks; /* NULL: there is no such space, and all are taken */
    uint32_t *given_back;  /* their numbers, of which the last goes first */
    size_t block_bytes;
    uint32_t blocks_max, used_count, given_back_count;
};

/* block_bytes is rounded up so that each block is aligned as malloc()'s are. False: the system does not give
 * so much address space; every take fails then, and nothing need be freed. */
bool reserve_init(struct reserve *reserve, size_t block_bytes, uint32_t blocks_max);
void reserve_fini(struct reserve *reserve);

/* Not zeroed. NULL: all are taken. */
void *reserve_take(struct reserve *reserve);
/* False: it is not from here. NULL is not. */
bool reserve_give_back(struct reserve *reserve, const void *block);
