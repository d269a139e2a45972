#include "domain/places.h"

#include <stdbool.h>
#include <stddef.h>

/* 1 of 11: what was told is still within a tenth when the last of the moves that it may miss has happened. */
enum { PART = 11 };

/* 1, 2, 3, 4, 6, 8, 12, 16, 24, … */
static uint64_t size_gap(unsigned size)
{
    return size == 0 ? 1 : (2 + (uint64_t)(size - 1) % 2) << ((size - 1) / 2);
}

static uint64_t gap_wanted(int64_t position)
{
    if (position <= PLACES_EXACT_COUNT + 1)
        return 1;
    uint64_t tenth = 1 + (uint64_t)position / PART, to_exact = (uint64_t)position - PLACES_EXACT_COUNT;
    return tenth < to_exact ? tenth : to_exact;
}

static unsigned size_for(int64_t position)
{
    uint64_t wanted = gap_wanted(position);
    unsigned size = 0;
    while (size + 1 < PLACES_SIZES && size_gap(size + 1) <= wanted)
        size++;
    return size;
}

uint64_t places_gap(int64_t position)
{
    return size_gap(size_for(position));
}

void places_init(struct places *places)
{
    places->moves = 0;
    for (unsigned size = 0; size < PLACES_SIZES; size++)
        list_init(&places->by_size[size]);
}

void places_moved(struct places *places, int64_t moves)
{
    places->moves = (uint64_t)moves;
}

/* A count that was put back makes this a very large number, and that is meant. */
static bool place_due(const struct places *places, const struct place *place, unsigned size)
{
    return places->moves - place->looked_at_move >= size_gap(size);
}

struct place *places_take(struct places *places)
{
    for (unsigned size = 0; size < PLACES_SIZES; size++) {
        struct list_node *first = list_first(&places->by_size[size]);
        struct place *place = first ? container_of(first, struct place, node) : NULL;
        if (!place || !place_due(places, place, size))
            continue;
        list_remove(&place->node);
        places_look(places, place);
        return place;
    }
    return NULL;
}

void places_look(const struct places *places, struct place *place)
{
    places_remove(place);
    place->looked_at_move = places->moves;
}

static void places_list(struct places *places, struct place *place, unsigned size)
{
    places_remove(place);
    list_push_back(&places->by_size[size], &place->node);
}

void places_put(struct places *places, struct place *place, int64_t position)
{
    places_list(places, place, size_for(position));
}

void places_put_back(struct places *places, struct place *place)
{
    place->looked_at_move = places->moves - 1;
    places_list(places, place, 0);
}

void places_remove(struct place *place)
{
    list_remove(&place->node);
}
