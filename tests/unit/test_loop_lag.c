#include "unit.h"

#include <unistd.h>

#include "base/loop_lag.h"
#include "base/metrics.h"

enum { STALL_US = 60000 };

static void stall_cb(uv_timer_t *timer)
{
    usleep(STALL_US);
}

static void stop_cb(uv_timer_t *timer)
{
    uv_stop(timer->loop);
}

static void run_for(uv_loop_t *loop, uint64_t ms, uv_timer_cb middle)
{
    uv_timer_t work, end;
    uv_timer_init(loop, &work);
    uv_timer_init(loop, &end);
    if (middle)
        uv_timer_start(&work, middle, ms / 2, 0);
    uv_timer_start(&end, stop_cb, ms, 0);
    uv_run(loop, UV_RUN_DEFAULT);
    uv_close((uv_handle_t *)&work, NULL);
    uv_close((uv_handle_t *)&end, NULL);
    uv_run(loop, UV_RUN_NOWAIT);
}

static void a_stall_is_seen(void **state)
{
    uv_loop_t loop;
    uv_loop_init(&loop);
    metrics_init();
    loop_lag_start(&loop);
    run_for(&loop, 320, stall_cb);
    assert_true(metrics_get(H_LOOP_LAG) >= 1);
    assert_true(loop_lag_recent_us() >= STALL_US);
    loop_lag_stop();
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
    metrics_fini();
}

static void it_does_not_keep_the_loop_alive(void **state)
{
    uv_loop_t loop;
    uv_loop_init(&loop);
    loop_lag_start(&loop);
    assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
    loop_lag_stop();
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stall_is_seen),
        cmocka_unit_test(it_does_not_keep_the_loop_alive),
    };
    return cmocka_run_group_tests_name("loop_lag", tests, NULL, NULL);
}
