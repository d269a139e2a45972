#include "rooms.h"

#include <stdlib.h>

enum { CHAINS_MIN = 1024 };

static struct member **chain_of(const struct rooms *rooms, uint32_t room)
{
    uint64_t hash = room * UINT64_C(0x9e3779b97f4a7c15);
    return &rooms->chains[(hash >> 32) & (rooms->chains_count - 1)];
}

static struct member *room_at(struct member *member, uint32_t room)
{
    while (member && member->room != room)
        member = member->next;
    return member;
}

struct member *rooms_first(const struct rooms *rooms, uint32_t room)
{
    return room_at(*chain_of(rooms, room), room);
}

struct member *rooms_next(const struct member *member)
{
    return room_at(member->next, member->room);
}

static void link_member(struct rooms *rooms, struct member *member)
{
    member->at = chain_of(rooms, member->room);
    member->next = *member->at;
    if (member->next)
        member->next->at = &member->next;
    *member->at = member;
}

static void unlink_member(struct member *member)
{
    *member->at = member->next;
    if (member->next)
        member->next->at = member->at;
}

/* Without memory for it the chains get longer. */
static void grow(struct rooms *rooms)
{
    struct rooms grown = {.chains_count = rooms->chains_count * 2, .members_count = rooms->members_count};
    grown.chains = calloc(grown.chains_count, sizeof *grown.chains);
    if (!grown.chains)
        return;
    for (size_t i = 0; i < rooms->chains_count; i++) {
        for (struct member *member = rooms->chains[i], *next; member; member = next) {
            next = member->next;
            link_member(&grown, member);
        }
    }
    free(rooms->chains);
    *rooms = grown;
}

static bool is_in(const struct member *member, uint32_t room)
{
    for (; member && member->session; member = member->more)
        if (member->room == room)
            return true;
    return false;
}

bool rooms_join(struct rooms *rooms, struct session *session, struct member *first, uint32_t room)
{
    if (is_in(first, room))
        return true;
    struct member *member = first->session ? malloc(sizeof *member) : first;
    if (!member)
        return false;
    *member = (struct member){.session = session, .room = room};
    if (member != first) {
        member->more = first->more;
        first->more = member;
    }
    if (++rooms->members_count > rooms->chains_count)
        grow(rooms);
    link_member(rooms, member);
    return true;
}

void rooms_leave(struct rooms *rooms, struct member *first)
{
    for (struct member *member = first, *more; member && member->session; member = more) {
        more = member->more;
        unlink_member(member);
        rooms->members_count--;
        if (member != first)
            free(member);
    }
    *first = (struct member){0};
}

bool rooms_init(struct rooms *rooms)
{
    *rooms = (struct rooms){.chains_count = CHAINS_MIN, .chains = calloc(CHAINS_MIN, sizeof *rooms->chains)};
    return rooms->chains;
}

void rooms_fini(struct rooms *rooms)
{
    free(rooms->chains);
}
