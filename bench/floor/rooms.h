/* Who is in which room: a hash table of memberships, chained by the room's number. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct session;

/* The first of a session's lies in the session itself, as most have only one. */
struct member {
    struct member *next, **at; /* in its chain */
    struct session *session;   /* NULL: not in use */
    struct member *more;       /* of the same session */
    uint32_t room;
};

struct rooms {
    struct member **chains;
    size_t chains_count; /* a power of two */
    size_t members_count;
};

bool rooms_init(struct rooms *rooms);
void rooms_fini(struct rooms *rooms);

/* `first` is that session's own. A room that it is in already stays as it is. False: no memory. */
bool rooms_join(struct rooms *rooms, struct session *session, struct member *first, uint32_t room);
void rooms_leave(struct rooms *rooms, struct member *first);

/* One after the other, NULL after the last. Nobody may join or leave meanwhile. */
struct member *rooms_first(const struct rooms *rooms, uint32_t room);
struct member *rooms_next(const struct member *member);
