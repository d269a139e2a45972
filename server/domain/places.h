/* Whose place in a queue is to be looked at again, and when.
 *
 * Redis counts the moves of each queue: somebody left it, or came in before others (functions/pace.lua). A
 * move changes nobody's place by more than one. So whoever stands at place p need not be looked at again
 * before some p / 11 moves, and what they were told is within a tenth of the truth until then; the first
 * PLACES_EXACT_COUNT hear of each move. For n who wait that is about 20 + 11 ln(n / 20) look-ups a move,
 * instead of n.
 *
 * The gaps are rounded down to a few sizes, and all who have the same gap are in one list. Who was looked at
 * first is due first, so nothing is ever sorted: putting in is O(1), taking the next one is O(sizes). */
#pragma once

#include <stdint.h>

#include "base/list.h"

enum { PLACES_EXACT_COUNT = 20, PLACES_SIZES = 32 };

struct place {
    struct list_node node;
    uint64_t looked_at_move; /* last, or being looked at since */
};

struct places {
    struct list by_size[PLACES_SIZES];
    uint64_t moves; /* as Redis last told */
};

void places_init(struct places *places);
/* Also with a lower count, when Redis was put back: everybody is due then. */
void places_moved(struct places *places, int64_t moves);

/* The next one to be looked at, those in front first; it is in no list then. NULL: nobody is due. */
struct place *places_take(struct places *places);
/* For one that was not taken: it is looked at from here on. */
void places_look(const struct places *places, struct place *place);
/* It was found here; 1 is next. */
void places_put(struct places *places, struct place *place, int64_t position);
/* It could not be looked at: it is still due. */
void places_put_back(struct places *places, struct place *place);
void places_remove(struct place *place); /* idempotent */

/* After how many moves, at the most, to look again. */
uint64_t places_gap(int64_t position);
