#include "value.h"

#include "proto.h"

/* The smallest value and what parts it from the next take two bytes. Untouched they cost no memory. */
enum { POOL_COUNT = PROTO_FRAME_MAX_BYTES / 2 + 1 };
static struct value pool[POOL_COUNT];
static size_t pool_used;

void value_pool_reset(void)
{
    pool_used = 0;
}

struct value *value_take(void)
{
    return pool_used < POOL_COUNT ? &pool[pool_used++] : NULL;
}

static bool is_named(const struct value *member, const char *name)
{
    struct str own = member->name;
    return own.len > 0 && own.data[0] == name[0] && strncmp(name, own.data, own.len) == 0 &&
           name[own.len] == '\0';
}

const struct value *value_member(const struct value *object, const char *name)
{
    const struct value *member = object->as.in.first;
    while (member && !is_named(member, name))
        member = member->next;
    return member;
}
