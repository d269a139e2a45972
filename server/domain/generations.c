#include "domain/generations.h"

#include "base/alloc.h"

void generations_fini(struct generations *generations)
{
    sb_free(generations->firsts);
    *generations = (struct generations){0};
}

bool generations_add(struct generations *generations, struct event_id id)
{
    if (id.generation == generations_at(generations, id.seq))
        return true;
    struct event_id *firsts =
        sb_realloc(generations->firsts, (generations->count + 1) * sizeof *generations->firsts);
    if (!firsts)
        return false;
    firsts[generations->count++] = id;
    generations->firsts = firsts;
    return true;
}

int64_t generations_at(const struct generations *generations, int64_t seq)
{
    for (size_t i = generations->count; i > 0; i--)
        if (generations->firsts[i - 1].seq <= seq)
            return generations->firsts[i - 1].generation;
    return 0;
}
