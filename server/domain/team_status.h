/* What shoppers are told about a team: is somebody free, are all busy, is nobody there, and whose faces to
 * show. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto.h"

/* An agent of the team, as the team's status depends on them. */
struct team_member {
    bool present;
    bool accepting;
    int64_t load;
    int64_t capacity;
};

enum proto_team_status_value team_status_of(const struct team_member *members, size_t count);

/* Writes the indexes of up to max members to show: those who are here, or when nobody is, those who usually
 * are. Returns how many. */
size_t team_faces(const struct team_member *members, size_t count, size_t *out, size_t max);
