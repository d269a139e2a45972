/* What the load generator counts with: histogram, schedule, backoff. */
#include "unit.h"

#include "client/backoff.h"
#include "client/histogram.h"
#include "client/schedule.h"

static struct histogram histogram, other;

static void quantiles_are_within_a_128th(void **state)
{
    memset(&histogram, 0, sizeof histogram);
    for (int64_t value = 1; value <= 1000000; value++)
        histogram_add(&histogram, value);
    static const double shares[] = {0.0001, 0.5, 0.9, 0.99, 0.999};
    for (size_t i = 0; i < 5; i++) {
        double exact = shares[i] * 1e6, got = (double)histogram_quantile(&histogram, shares[i]);
        assert_true(got >= exact && got <= exact * (1 + 1.0 / 64));
    }
    assert_int_equal(histogram_quantile(&histogram, 1), 1000000);
    assert_int_equal(histogram_mean(&histogram), 500000);
}

static void every_size_has_a_bucket(void **state)
{
    memset(&histogram, 0, sizeof histogram);
    for (int64_t value = 1; value < HISTOGRAM_MAX; value = value * 2 + 1)
        histogram_add(&histogram, value);
    histogram_add(&histogram, -5);
    histogram_add(&histogram, INT64_MAX);
    assert_int_equal(histogram_quantile(&histogram, 1), HISTOGRAM_MAX);
    assert_int_equal(histogram_quantile(&histogram, 1e-9), 0);
}

static void what_was_added_can_be_merged_and_taken_back(void **state)
{
    memset(&histogram, 0, sizeof histogram);
    memset(&other, 0, sizeof other);
    assert_int_equal(histogram_quantile(&histogram, 0.5), 0);
    histogram_add(&histogram, 5);
    histogram_add(&other, 500000);
    histogram_merge(&histogram, &other);
    assert_int_equal(histogram.count, 2);
    assert_int_equal(histogram_quantile(&histogram, 0.5), 5);
    assert_int_equal(histogram_quantile(&histogram, 1), 500000);
    histogram_remove(&histogram, 500000);
    assert_int_equal(histogram_quantile(&histogram, 1), 5);
}

/* ---- schedule ---- */

enum { TIMERS = 500 };

static struct schedule schedule;
static int64_t fired_us[TIMERS];
static int fired_count;

static void note_cb(struct timer *timer)
{
    fired_us[fired_count++] = timer->due_us;
}

static void timers_fire_in_order_and_only_when_due(void **state)
{
    static struct timer timers[TIMERS];
    static struct loop loop;
    assert_true(loop_init(&loop));
    assert_true(schedule_init(&schedule, &loop, TIMERS));
    int64_t now = schedule_now_us();
    for (int i = 0; i < TIMERS; i++)
        schedule_at(&schedule, &timers[i], now + 3600000000LL + i * 7919 % TIMERS, note_cb);
    for (int i = 0; i < TIMERS; i += 5)
        schedule_off(&schedule, &timers[i]);
    schedule_at(&schedule, &timers[1], now + 3600000000LL + TIMERS, note_cb); /* anew */
    schedule_run(&schedule, now + 3600000000LL - 1);
    assert_int_equal(fired_count, 0);
    for (int turns = 0; turns < TIMERS / SCHEDULE_A_TURN + 1; turns++)
        schedule_run(&schedule, now + 3600000000LL + TIMERS);
    assert_int_equal(fired_count, TIMERS - TIMERS / 5);
    for (int i = 1; i < fired_count; i++)
        assert_true(fired_us[i - 1] <= fired_us[i]);
    assert_int_equal(schedule.count, 0);
    schedule_close(&schedule, &loop);
    loop_close(&loop);
}

static bool has_stopped;

static void stop_cb(struct timer *timer)
{
    has_stopped = true;
}

static void the_loop_fires_the_soonest(void **state)
{
    static struct timer late, soon;
    static struct loop loop;
    assert_true(loop_init(&loop));
    assert_true(schedule_init(&schedule, &loop, 2));
    int64_t began = schedule_now_us();
    schedule_at(&schedule, &late, began + 3600000000LL, note_cb);
    schedule_at(&schedule, &soon, began + 2000, stop_cb);
    while (!has_stopped)
        loop_turn(&loop, -1);
    assert_true(schedule_now_us() - began >= 2000);
    assert_int_equal(schedule.count, 1);
    schedule_close(&schedule, &loop);
    loop_close(&loop);
}

/* ---- backoff ---- */

static void close_codes_say_when_to_come_back(void **state)
{
    assert_int_equal(backoff_floor_ms(4007, STR("retry_after_ms=1500")), 1500);
    assert_int_equal(backoff_floor_ms(4007, STR("retry_after_ms=")), 0);
    assert_int_equal(backoff_floor_ms(4007, STR("")), 0);
    assert_int_equal(backoff_floor_ms(4007, STR("retry_after_ms=99999999999")), 600000);
    assert_int_equal(backoff_floor_ms(1006, STR("")), 0);
    assert_int_equal(backoff_floor_ms(1013, STR("try again later")), 0);
    assert_int_equal(backoff_floor_ms(1009, STR("")), 60000);
    assert_int_equal(backoff_floor_ms(4005, STR("")), 30000);
    assert_int_equal(backoff_floor_ms(4003, STR("")), BACKOFF_NEVER);
}

static void jitter_is_full_and_bounded(void **state)
{
    static const int64_t bounds_us[] = {1000000, 2000000, 4000000, 8000000, 16000000, 30000000, 30000000};
    for (unsigned tries = 0; tries < 7; tries++) {
        assert_int_equal(backoff_jitter_us(tries, 0), 0);
        assert_int_equal(backoff_jitter_us(tries, (uint64_t)bounds_us[tries]), bounds_us[tries]);
        assert_int_equal(backoff_jitter_us(tries, (uint64_t)bounds_us[tries] + 1), 0);
    }
    assert_true(backoff_jitter_us(255, UINT64_MAX) <= 30000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_are_within_a_128th),
        cmocka_unit_test(every_size_has_a_bucket),
        cmocka_unit_test(what_was_added_can_be_merged_and_taken_back),
        cmocka_unit_test(timers_fire_in_order_and_only_when_due),
        cmocka_unit_test(the_loop_fires_the_soonest),
        cmocka_unit_test(close_codes_say_when_to_come_back),
        cmocka_unit_test(jitter_is_full_and_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
