/* Those who wait in a team's queue and are looked at here: telling each their place and how long it will be.
 *
 * A place is asked of Redis once at the beginning and then when domain/places.h says that it may be another
 * one. How long it will be follows from the place last told, so a pace that has become another one, or a team
 * that is no longer there, asks nothing of Redis: all are gone through in a round, some of them each time. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "base/wheel.h"
#include "domain/places.h"
#include "domain/wait.h"

struct live;
struct team;

/* Of a team. */
struct line {
    struct list lives; /* struct live by in_line.node; whoever had their turn in this round is at the end */
    struct places places;
    uint32_t round;
    int64_t round_ms;                /* when it began */
    struct wait_estimate round_wait; /* at a place of all lines alike: whether the pace is another one now */
    struct wheel_timer again;
};

/* Of a conversation. */
struct in_line {
    struct list_node node;
    struct place place;
    int64_t position;          /* as last told; 0: not yet, or it does not wait */
    struct wait_estimate wait; /* with it; 0: nothing was said */
    uint32_t round;            /* the last one with its turn */
    int asked_count;           /* of Redis, and not answered */
};

void line_init(struct line *line);
/* live is in no line and enters that of live->team. It is told its place as soon as Redis has told it. */
void line_join(struct live *live);
/* Forgets the place too. Idempotent. */
void line_leave(struct live *live);
/* Tells whom it concerns what has changed, a limited number at a time. True: there are more. */
bool line_refresh(struct team *team);
