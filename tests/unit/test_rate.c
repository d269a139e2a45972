/* domain/rate.h and domain/login_guard.h: time is passed in, so nothing here waits. */
#include "unit.h"

#include <stdio.h>

#include "base/crypto.h"
#include "domain/login_guard.h"
#include "domain/rate.h"

static const struct rate_limit limit = {.burst_tokens = 10, .refill_tokens_per_s = 5};

static void a_burst_is_given_at_once_and_no_more(void **state)
{
    struct rate rate = {0};
    for (int i = 0; i < 10; i++)
        assert_int_equal(rate_take(&rate, &limit, 1, 1000), 0);
    assert_int_equal(rate_take(&rate, &limit, 1, 1000), 200);
}

static void what_is_refused_takes_nothing(void **state)
{
    struct rate rate = {0};
    assert_int_equal(rate_take(&rate, &limit, 8, 0), 0);
    assert_int_equal(rate_take(&rate, &limit, 4, 0), 400);
    assert_int_equal(rate_take(&rate, &limit, 2, 0), 0);
}

static void waiting_as_long_as_told_is_enough(void **state)
{
    struct rate rate = {0};
    int64_t now_ms = 0;
    for (int i = 0; i < 100; i++) {
        int64_t wait_ms = rate_take(&rate, &limit, 3, now_ms);
        if (wait_ms > 0)
            assert_int_equal(rate_take(&rate, &limit, 3, now_ms += wait_ms), 0);
    }
}

static void idle_time_never_saves_more_than_the_burst(void **state)
{
    struct rate rate = {0};
    assert_int_equal(rate_take(&rate, &limit, 10, INT64_C(1) << 40), 0);
    assert_true(rate_take(&rate, &limit, 1, INT64_C(1) << 40) > 0);
}

static void a_clock_that_stands_or_goes_back_gives_nothing(void **state)
{
    struct rate rate = {0};
    assert_int_equal(rate_take(&rate, &limit, 10, 5000), 0);
    assert_true(rate_take(&rate, &limit, 1, 1000) > 0);
}

static int tries_allowed(struct login_guard *guard, const char *account, const char *address, int64_t now_ms)
{
    int allowed = 0;
    while (allowed < 1000 &&
           login_guard_try(guard, STR("demo"), str_from(account), str_from(address), now_ms) == 0)
        allowed++;
    return allowed;
}

static void five_tries_a_minute_for_an_account(void **state)
{
    struct login_guard guard;
    login_guard_init(&guard);
    assert_int_equal(tries_allowed(&guard, "maya", "10.0.0.1", 0), 5);
    assert_int_equal(tries_allowed(&guard, "maya", "10.0.0.2", 0), 0);
    assert_int_equal(tries_allowed(&guard, "jonas", "10.0.0.1", 0), 5);
    assert_int_equal(tries_allowed(&guard, "maya", "10.0.0.3", 60000), 5);
    login_guard_fini(&guard);
}

static void twenty_tries_a_minute_from_an_address(void **state)
{
    struct login_guard guard;
    char account[16];
    int allowed = 0;
    login_guard_init(&guard);
    for (int i = 0; i < 100; i++) {
        snprintf(account, sizeof account, "agent%d", i);
        allowed += login_guard_try(&guard, STR("demo"), str_from(account), STR("10.0.0.1"), 0) == 0;
    }
    assert_int_equal(allowed, 20);
    login_guard_fini(&guard);
}

static void what_was_tried_long_ago_is_forgotten(void **state)
{
    struct login_guard guard;
    char address[16];
    login_guard_init(&guard);
    for (int i = 0; i < 1000; i++) {
        snprintf(address, sizeof address, "10.0.%d.%d", i / 250, i % 250);
        login_guard_try(&guard, STR("demo"), STR("maya"), str_from(address), 1);
    }
    assert_true(map_count(&guard.by_key) > 1000);
    login_guard_try(&guard, STR("demo"), STR("maya"), STR("10.1.1.1"), 200000);
    assert_int_equal(map_count(&guard.by_key), 2);
    login_guard_fini(&guard);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_burst_is_given_at_once_and_no_more),
        cmocka_unit_test(what_is_refused_takes_nothing),
        cmocka_unit_test(waiting_as_long_as_told_is_enough),
        cmocka_unit_test(idle_time_never_saves_more_than_the_burst),
        cmocka_unit_test(a_clock_that_stands_or_goes_back_gives_nothing),
        cmocka_unit_test(five_tries_a_minute_for_an_account),
        cmocka_unit_test(twenty_tries_a_minute_from_an_address),
        cmocka_unit_test(what_was_tried_long_ago_is_forgotten),
    };
    crypto_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
