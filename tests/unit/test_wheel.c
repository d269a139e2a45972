/* Time is made up: wheel_run() is told a later one. Only the last tests wait for the real clock. */
#include "unit.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/wheel.h"

enum { TURN_MS = WHEEL_TICK_MS * WHEEL_SLOTS };

static uv_loop_t loop;
static struct wheel wheel;
static int64_t began_ms;

struct item {
    struct wheel_timer timer;
    int fired_count;
    struct item *victim;
};

static int start(void **state)
{
    uv_loop_init(&loop);
    wheel_init(&wheel, &loop);
    began_ms = clock_mono_ms();
    return 0;
}

static int finish(void **state)
{
    wheel_stop(&wheel);
    uv_run(&loop, UV_RUN_DEFAULT);
    return uv_loop_close(&loop);
}

static struct item *item_of(struct wheel_timer *timer)
{
    return container_of(timer, struct item, timer);
}

static void count_fn(struct wheel_timer *timer)
{
    assert_false(wheel_timer_armed(timer));
    item_of(timer)->fired_count++;
}

/* A delay counts from the arming, which is a little after began_ms; a tick's rounding comes on top. */
static void run_to(int64_t after_ms)
{
    wheel_run(&wheel, began_ms + after_ms);
}

static void fires_once_and_never_early(void **state)
{
    static const int64_t delays_ms[] = {
        0, 1, 99, 100, 101, 5000, TURN_MS - 100, TURN_MS, TURN_MS + 1, 10 * TURN_MS + 50};
    for (size_t i = 0; i < sizeof delays_ms / sizeof *delays_ms; i++) {
        struct item item = {0};
        start(state);
        wheel_arm(&wheel, &item.timer, delays_ms[i], count_fn);
        while (!item.fired_count)
            wheel_run(&wheel, (wheel.tick + 1) * WHEEL_TICK_MS);
        int64_t fired_ms = wheel.tick * WHEEL_TICK_MS - began_ms;
        assert_true(fired_ms >= delays_ms[i]);
        assert_true(fired_ms <= delays_ms[i] + 2 * WHEEL_TICK_MS);
        run_to(fired_ms + 3 * (int64_t)TURN_MS);
        assert_int_equal(item.fired_count, 1);
        assert_int_equal(finish(state), 0);
    }
}

static void a_late_tick_catches_up(void **state)
{
    struct item items[50] = {0};
    for (int i = 0; i < 50; i++)
        wheel_arm(&wheel, &items[i].timer, i * (int64_t)(TURN_MS / 10), count_fn);
    run_to(6 * (int64_t)TURN_MS);
    for (int i = 0; i < 50; i++)
        assert_int_equal(items[i].fired_count, 1);
    assert_int_equal(wheel.armed_count, 0);
}

static void a_clock_that_stands_still_fires_nothing(void **state)
{
    struct item item = {0};
    wheel_arm(&wheel, &item.timer, 1000, count_fn);
    run_to(0);
    run_to(-100000);
    assert_int_equal(item.fired_count, 0);
    wheel_disarm(&wheel, &item.timer);
}

static void disarming_is_idempotent(void **state)
{
    struct item item = {0};
    wheel_disarm(&wheel, &item.timer);
    wheel_arm(&wheel, &item.timer, 100, count_fn);
    assert_true(wheel_timer_armed(&item.timer));
    wheel_disarm(&wheel, &item.timer);
    wheel_disarm(&wheel, &item.timer);
    assert_int_equal(wheel.armed_count, 0);
    assert_false(uv_is_active((uv_handle_t *)&wheel.timer));
    run_to(1000);
    assert_int_equal(item.fired_count, 0);
}

static void arming_again_moves_the_deadline(void **state)
{
    struct item item = {0};
    wheel_arm(&wheel, &item.timer, 200, count_fn);
    wheel_arm(&wheel, &item.timer, 5000, count_fn);
    assert_int_equal(wheel.armed_count, 1);
    run_to(4900);
    assert_int_equal(item.fired_count, 0);
    run_to(5300);
    assert_int_equal(item.fired_count, 1);
}

static void free_both_fn(struct wheel_timer *timer)
{
    struct item *item = item_of(timer);
    wheel_disarm(&wheel, &item->victim->timer);
    free(item->victim);
    free(item);
}

/* Two that are due in the same tick, whichever comes first: it takes the other along. */
static void a_callback_may_free_its_neighbours(void **state)
{
    for (int i = 0; i < 100; i++) {
        struct item *a = calloc(1, sizeof *a), *b = calloc(1, sizeof *b);
        a->victim = b;
        b->victim = a;
        wheel_arm(&wheel, &a->timer, 100 + i % 7 * 100, free_both_fn);
        wheel_arm(&wheel, &b->timer, 100 + i % 3 * 100, free_both_fn);
    }
    run_to(2000);
    assert_int_equal(wheel.armed_count, 0);
}

static void rearm_fn(struct wheel_timer *timer)
{
    item_of(timer)->fired_count++;
    wheel_arm(&wheel, timer, 0, rearm_fn);
}

static void a_timer_that_rearms_itself_fires_once_a_tick(void **state)
{
    struct item item = {0};
    wheel_arm(&wheel, &item.timer, 0, rearm_fn);
    run_to(100);
    run_to(100);
    assert_true(item.fired_count <= 1);
    int before = item.fired_count;
    run_to(10000);
    assert_int_equal(item.fired_count, before + 1);
    wheel_disarm(&wheel, &item.timer);
}

static void arm_victim_fn(struct wheel_timer *timer)
{
    item_of(timer)->fired_count++;
    wheel_arm(&wheel, &item_of(timer)->victim->timer, 60000, count_fn);
}

static void a_callback_may_put_off_one_that_is_due_with_it(void **state)
{
    struct item victim = {0}, item = {.victim = &victim};
    wheel_arm(&wheel, &item.timer, 100, arm_victim_fn);
    wheel_arm(&wheel, &victim.timer, 100, count_fn);
    run_to(1000);
    assert_int_equal(item.fired_count, 1);
    assert_int_equal(victim.fired_count, 0);
    run_to(70000);
    assert_int_equal(victim.fired_count, 1);
}

static void stop_fn(struct wheel_timer *timer)
{
    wheel_stop(&wheel);
}

static void stopping_within_a_callback_ends_it_all(void **state)
{
    struct item stop = {0}, after = {0}, later = {0};
    wheel_arm(&wheel, &stop.timer, 100, stop_fn);
    wheel_arm(&wheel, &after.timer, 100, count_fn);
    wheel_arm(&wheel, &later.timer, 9000, count_fn);
    run_to(1000);
    wheel_arm(&wheel, &later.timer, 0, count_fn);
    run_to(20000);
    assert_int_equal(after.fired_count + later.fired_count, 0);
    assert_false(wheel_timer_armed(&later.timer));
}

static void far_delays_do_not_overflow(void **state)
{
    struct item item = {0};
    wheel_arm(&wheel, &item.timer, INT64_MAX, count_fn);
    run_to(10 * (int64_t)TURN_MS);
    assert_int_equal(item.fired_count, 0);
    wheel_arm(&wheel, &item.timer, -1, count_fn);
    wheel_run(&wheel, (wheel.tick + 1) * WHEEL_TICK_MS);
    assert_int_equal(item.fired_count, 1);
}

static void the_loop_drives_it_and_ends_when_nothing_is_armed(void **state)
{
    struct item first = {0}, second = {0};
    wheel_arm(&wheel, &first.timer, 150, count_fn);
    wheel_arm(&wheel, &second.timer, 350, count_fn);
    uv_run(&loop, UV_RUN_DEFAULT);
    int64_t took_ms = clock_mono_ms() - began_ms;
    assert_int_equal(first.fired_count + second.fired_count, 2);
    assert_true(took_ms >= 350);
    assert_true(took_ms < 3000);
    uv_run(&loop, UV_RUN_DEFAULT); /* arming anew wakes it up again */
    wheel_arm(&wheel, &first.timer, 10, count_fn);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(first.fired_count, 2);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, start, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fires_once_and_never_early),
        CASE(a_late_tick_catches_up),
        CASE(a_clock_that_stands_still_fires_nothing),
        CASE(disarming_is_idempotent),
        CASE(arming_again_moves_the_deadline),
        CASE(a_callback_may_free_its_neighbours),
        CASE(a_timer_that_rearms_itself_fires_once_a_tick),
        CASE(a_callback_may_put_off_one_that_is_due_with_it),
        CASE(stopping_within_a_callback_ends_it_all),
        CASE(far_delays_do_not_overflow),
        CASE(the_loop_drives_it_and_ends_when_nothing_is_armed),
    };
    return cmocka_run_group_tests_name("wheel", tests, NULL, NULL);
}
