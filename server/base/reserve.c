#include "base/reserve.h"

#include <stdalign.h>
#include <sys/mman.h>

static size_t blocks_bytes(const struct reserve *reserve)
{
    return reserve->blocks_max * reserve->block_bytes;
}

static size_t all_bytes(const struct reserve *reserve)
{
    return blocks_bytes(reserve) + reserve->blocks_max * sizeof *reserve->given_back;
}

bool reserve_init(struct reserve *reserve, size_t block_bytes, uint32_t blocks_max)
{
    size_t align = alignof(max_align_t);
    *reserve =
        (struct reserve){.block_bytes = (block_bytes + align - 1) / align * align, .blocks_max = blocks_max};
    void *space = mmap(NULL, all_bytes(reserve), PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (space == MAP_FAILED) {
        *reserve = (struct reserve){0};
        return false;
    }
    reserve->blocks = space;
    reserve->given_back = (uint32_t *)(void *)(reserve->blocks + blocks_bytes(reserve));
    return true;
}

void reserve_fini(struct reserve *reserve)
{
    if (reserve->blocks)
        munmap(reserve->blocks, all_bytes(reserve));
    *reserve = (struct reserve){0};
}

void *reserve_take(struct reserve *reserve)
{
    uint32_t number;
    if (reserve->given_back_count > 0)
        number = reserve->given_back[--reserve->given_back_count];
    else if (reserve->used_count < reserve->blocks_max)
        number = reserve->used_count++;
    else
        return NULL;
    return reserve->blocks + number * reserve->block_bytes;
}

bool reserve_give_back(struct reserve *reserve, const void *block)
{
    size_t offset = (size_t)((uintptr_t)block - (uintptr_t)reserve->blocks);
    if (!reserve->blocks || offset >= blocks_bytes(reserve))
        return false;
    reserve->given_back[reserve->given_back_count++] = (uint32_t)(offset / reserve->block_bytes);
    return true;
}
