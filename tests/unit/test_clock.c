#include "unit.h"

#include <time.h>

#include "base/clock.h"

static void monotonic_never_steps_back(void **state)
{
    int64_t before = clock_mono_us();
    for (int i = 0; i < 1000; i++) {
        int64_t now = clock_mono_us();
        assert_true(now >= before);
        before = now;
    }
    assert_true(clock_mono_ms() - before / 1000 < 1000);
}

static void wall_is_unix_time(void **state)
{
    int64_t drift_s = clock_wall_ms() / 1000 - (int64_t)time(NULL);
    assert_true(drift_s >= -1 && drift_s <= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(monotonic_never_steps_back),
        cmocka_unit_test(wall_is_unix_time),
    };
    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
