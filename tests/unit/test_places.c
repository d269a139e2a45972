/* domain/places.h: whose place is looked at again, and when. What is true is kept in a plain array here. */
#include "unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "domain/places.h"

enum { WAITING_MAX = 100000 };

struct waiter {
    struct place place;
    int64_t told;
};

struct queue {
    struct waiter **line; /* the first is next */
    int64_t length;
    struct places places;
    int64_t moves, looked_at;
};

/* ---- a queue that moves ---- */

static void queue_init(struct queue *queue, int64_t length)
{
    *queue = (struct queue){.line = malloc(2 * WAITING_MAX * sizeof *queue->line), .length = length};
    places_init(&queue->places);
    for (int64_t i = 0; i < length; i++) {
        queue->line[i] = calloc(1, sizeof *queue->line[i]);
        queue->line[i]->told = i + 1;
        places_look(&queue->places, &queue->line[i]->place);
        places_put(&queue->places, &queue->line[i]->place, i + 1);
    }
}

static void queue_fini(struct queue *queue)
{
    for (int64_t i = 0; i < queue->length; i++)
        free(queue->line[i]);
    free(queue->line);
}

static int64_t queue_find(const struct queue *queue, const struct waiter *waiter)
{
    for (int64_t i = 0; i < queue->length; i++)
        if (queue->line[i] == waiter)
            return i + 1;
    return 0;
}

static void queue_leave(struct queue *queue, int64_t position)
{
    places_remove(&queue->line[position - 1]->place);
    free(queue->line[position - 1]);
    memmove(&queue->line[position - 1], &queue->line[position],
            (size_t)(queue->length - position) * sizeof *queue->line);
    queue->length--;
    queue->moves++;
}

static void queue_come(struct queue *queue, int64_t position)
{
    struct waiter *waiter = calloc(1, sizeof *waiter);
    memmove(&queue->line[position], &queue->line[position - 1],
            (size_t)(queue->length - position + 1) * sizeof *queue->line);
    queue->line[position - 1] = waiter;
    queue->length++;
    queue->moves += position < queue->length;
    waiter->told = position;
    places_moved(&queue->places, queue->moves);
    places_look(&queue->places, &waiter->place);
    places_put(&queue->places, &waiter->place, position);
}

static void queue_look(struct queue *queue)
{
    struct place *place;
    places_moved(&queue->places, queue->moves);
    while ((place = places_take(&queue->places))) {
        struct waiter *waiter = container_of(place, struct waiter, place);
        waiter->told = queue_find(queue, waiter);
        places_put(&queue->places, place, waiter->told);
        queue->looked_at++;
    }
}

/* For those in front exactly what is true; for the others not worse than that by more than a tenth, nor
 * better. */
static void assert_told(const struct queue *queue)
{
    for (int64_t i = 0; i < queue->length; i++) {
        int64_t is = i + 1, told = queue->line[i]->told;
        if (is <= PLACES_EXACT_COUNT)
            assert_int_equal(told, is);
        else
            assert_true(told * 10 <= is * 11 && told * 11 >= is * 10);
    }
}

/* ---- tests ---- */

static void the_gap_is_a_tenth_and_keeps_the_front_exact(void **state)
{
    uint64_t before = 1;
    assert_int_equal(places_gap(1), 1);
    assert_int_equal(places_gap(PLACES_EXACT_COUNT + 1), 1);
    for (int64_t position = 1; position < 1000000; position += 1 + position / 50) {
        uint64_t gap = places_gap(position), p = (uint64_t)position;
        assert_true(gap >= before);
        assert_true(gap == 1 || p - gap >= PLACES_EXACT_COUNT);
        assert_true(p * 10 <= (p - gap + 1) * 11);
        assert_true(position < 100 || gap * 2 * 11 > p); /* and is not much smaller than it may be */
        before = gap;
    }
}

static void a_queue_that_is_served_in_order(void **state)
{
    struct queue queue;
    queue_init(&queue, 600);
    while (queue.length > 0) {
        queue_leave(&queue, 1);
        queue_look(&queue);
        assert_told(&queue);
    }
    assert_null(places_take(&queue.places));
    queue_fini(&queue);
}

static void people_leave_and_come_in_anywhere(void **state)
{
    srand(7);
    struct queue queue;
    queue_init(&queue, 500);
    for (int step = 0; step < 1500; step++) {
        int64_t at = 1 + rand() % queue.length;
        if (rand() % 2)
            queue_leave(&queue, at);
        else
            queue_come(&queue, rand() % 2 ? at : queue.length + 1);
        queue_look(&queue);
        assert_told(&queue);
    }
    queue_fini(&queue);
}

static void many_who_wait_cost_few_looks_a_step(void **state)
{
    enum { STEPS = 10000 };
    struct queue queue;
    queue_init(&queue, WAITING_MAX);
    int64_t most = 0;
    /* who leaves is the first, so a place is what it was at the beginning less the steps: nothing is searched
     */
    struct waiter **line = queue.line;
    for (int64_t step = 1; step <= STEPS; step++) {
        int64_t before = queue.looked_at;
        struct place *place;
        places_remove(&line[step - 1]->place);
        places_moved(&queue.places, step);
        while ((place = places_take(&queue.places))) {
            struct waiter *waiter = container_of(place, struct waiter, place);
            waiter->told -= (int64_t)(places_gap(waiter->told)); /* nobody was looked at too late */
            places_put(&queue.places, place, waiter->told);
            queue.looked_at++;
        }
        most = queue.looked_at - before > most ? queue.looked_at - before : most;
    }
    for (int64_t i = STEPS; i < STEPS + 1000; i++)
        assert_true(line[i]->told >= i + 1 - STEPS && line[i]->told * 10 <= (i + 1 - STEPS) * 11);
    double a_step = (double)queue.looked_at / STEPS, bound = 20 + 1.5 * 11 * log(WAITING_MAX / 20.0);
    print_message("# note: %d waiting, %d steps: %.1f look-ups a step, bound %.0f, most in one %lld\n",
                  WAITING_MAX, STEPS, a_step, bound, (long long)most);
    assert_true(a_step <= bound);
    queue_fini(&queue);
}

static void those_in_front_are_looked_at_first(void **state)
{
    struct queue queue;
    queue_init(&queue, 2000);
    places_moved(&queue.places, 100000); /* everybody is due */
    uint64_t gap = 0;
    for (int64_t i = 0; i < queue.length; i++) {
        struct waiter *waiter = container_of(places_take(&queue.places), struct waiter, place);
        assert_true(places_gap(waiter->told) >= gap);
        gap = places_gap(waiter->told);
    }
    assert_null(places_take(&queue.places));
    queue_fini(&queue);
}

static void a_count_that_was_put_back_makes_everybody_due(void **state)
{
    struct queue queue;
    queue_init(&queue, 300);
    queue.moves = 5000;
    queue_look(&queue);
    queue.moves = 12;
    queue.looked_at = 0;
    queue_look(&queue);
    assert_int_equal(queue.looked_at, 300);
    queue_look(&queue);
    assert_int_equal(queue.looked_at, 300);
    queue_fini(&queue);
}

static void who_could_not_be_looked_at_is_still_due(void **state)
{
    struct places places;
    struct place place = {0};
    places_init(&places);
    places_moved(&places, 7);
    places_look(&places, &place);
    assert_null(places_take(&places)); /* being looked at */
    places_put_back(&places, &place);
    assert_ptr_equal(places_take(&places), &place);
    places_put(&places, &place, 1000);
    places_remove(&place);
    places_remove(&place);
    places_moved(&places, 9999);
    assert_null(places_take(&places));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_gap_is_a_tenth_and_keeps_the_front_exact),
        cmocka_unit_test(a_queue_that_is_served_in_order),
        cmocka_unit_test(people_leave_and_come_in_anywhere),
        cmocka_unit_test(many_who_wait_cost_few_looks_a_step),
        cmocka_unit_test(those_in_front_are_looked_at_first),
        cmocka_unit_test(a_count_that_was_put_back_makes_everybody_due),
        cmocka_unit_test(who_could_not_be_looked_at_is_still_due),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
