/* domain/wait.h: how long somebody in line will wait. The true quantiles are those of the gamma distribution.
 */
#include "unit.h"

#include "domain/wait.h"

static void assert_near(int64_t value, int64_t expected, int64_t percent)
{
    assert_in_range(value, expected * (100 - percent) / 100, expected * (100 + percent) / 100);
}

static void nothing_is_said_before_enough_is_known(void **state)
{
    struct wait_estimate wait;
    struct wait_pace pace = {.count = 2, .mean_ms = 60000, .deviation_ms = 60000};
    assert_false(wait_estimate(&pace, 1, &wait));
    pace.count = 3;
    assert_true(wait_estimate(&pace, 1, &wait));
    assert_false(wait_estimate(&pace, 0, &wait));
    pace.mean_ms = 0;
    assert_false(wait_estimate(&pace, 1, &wait));
}

static void times_that_vary_as_by_chance(void **state)
{
    /* exponential times of a minute: sums are Erlang */
    static const struct {
        int64_t position, p50_ms, p90_ms;
    } known[] = {{1, 41589, 138155}, {3, 160444, 319339}, {10, 580123, 852359}};
    struct wait_pace pace = {.count = 64, .mean_ms = 60000, .deviation_ms = 60000};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct wait_estimate wait;
        assert_true(wait_estimate(&pace, known[i].position, &wait));
        assert_near(wait.p50_ms, known[i].p50_ms, 2);
        assert_near(wait.p90_ms, known[i].p90_ms, 2);
    }
}

static void times_that_are_all_the_same(void **state)
{
    struct wait_estimate wait;
    struct wait_pace pace = {.count = 5, .mean_ms = 60000};
    assert_true(wait_estimate(&pace, 4, &wait));
    assert_near(wait.p50_ms, 240000, 1);
    assert_near(wait.p90_ms, 240000, 4);
}

static void times_that_vary_very_much_give_no_nonsense(void **state)
{
    struct wait_estimate wait;
    struct wait_pace pace = {.count = 3, .mean_ms = 1000, .deviation_ms = 1000000};
    assert_true(wait_estimate(&pace, 1, &wait));
    assert_true(wait.p50_ms >= 0 && wait.p90_ms >= wait.p50_ms);
}

static void a_quarter_more_or_less_is_another_time(void **state)
{
    assert_false(wait_differs(0, 0));
    assert_true(wait_differs(0, 1));
    assert_false(wait_differs(100, 125));
    assert_true(wait_differs(100, 126));
    assert_true(wait_differs(100, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_said_before_enough_is_known),
        cmocka_unit_test(times_that_vary_as_by_chance),
        cmocka_unit_test(times_that_are_all_the_same),
        cmocka_unit_test(times_that_vary_very_much_give_no_nonsense),
        cmocka_unit_test(a_quarter_more_or_less_is_another_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
