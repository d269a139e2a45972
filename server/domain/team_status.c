#include "domain/team_status.h"

static bool member_here(const struct team_member *member)
{
    return member->present && member->accepting;
}

enum proto_team_status_value team_status_of(const struct team_member *members, size_t count)
{
    enum proto_team_status_value status = PROTO_TEAM_STATUS_VALUE_AWAY;
    for (size_t i = 0; i < count; i++) {
        if (!member_here(&members[i]))
            continue;
        if (members[i].load < members[i].capacity)
            return PROTO_TEAM_STATUS_VALUE_ONLINE;
        status = PROTO_TEAM_STATUS_VALUE_BUSY;
    }
    return status;
}

size_t team_faces(const struct team_member *members, size_t count, size_t *out, size_t max)
{
    bool anyone = team_status_of(members, count) != PROTO_TEAM_STATUS_VALUE_AWAY;
    size_t found = 0;
    for (size_t i = 0; i < count && found < max; i++)
        if (!anyone || member_here(&members[i]))
            out[found++] = i;
    return found;
}
