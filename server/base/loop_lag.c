#include "base/loop_lag.h"

#include <stddef.h>

#include "base/clock.h"
#include "base/metrics.h"

/* A turn of the loop is: timers, prepare, poll, check. So from check to the next prepare everybody waits. */

enum { SAMPLE_EVERY_MS = 100, SAMPLES_A_WINDOW = 10 };

static struct {
    uv_timer_t timer;
    uv_prepare_t prepare;
    uv_check_t check;
    int64_t turn_began_us; /* 0: polling */
    int64_t timer_due_us;
    int64_t sample_us;      /* worst since the last sample */
    int64_t window_us;      /* worst of the window under way */
    int64_t last_window_us; /* and of the one before */
    int window_samples_count;
} lag;

static void note(int64_t us)
{
    if (us > lag.sample_us)
        lag.sample_us = us;
}

static void on_prepare_cb(uv_prepare_t *handle)
{
    if (lag.turn_began_us)
        note(clock_mono_us() - lag.turn_began_us);
    lag.turn_began_us = 0;
}

static void on_check_cb(uv_check_t *handle)
{
    lag.turn_began_us = clock_mono_us();
}

static void close_window(void)
{
    lag.last_window_us = lag.window_us;
    lag.window_us = 0;
    lag.window_samples_count = 0;
}

static void on_timer_cb(uv_timer_t *timer)
{
    int64_t now_us = clock_mono_us();
    note(now_us - lag.timer_due_us);
    metrics_observe_us(H_LOOP_LAG, lag.sample_us);
    if (lag.sample_us > lag.window_us)
        lag.window_us = lag.sample_us;
    lag.sample_us = 0;
    if (++lag.window_samples_count == SAMPLES_A_WINDOW)
        close_window();
    lag.timer_due_us = now_us + SAMPLE_EVERY_MS * 1000;
    uv_timer_start(timer, on_timer_cb, SAMPLE_EVERY_MS, 0);
}

void loop_lag_start(uv_loop_t *loop)
{
    uv_timer_init(loop, &lag.timer);
    uv_prepare_init(loop, &lag.prepare);
    uv_check_init(loop, &lag.check);
    uv_timer_start(&lag.timer, on_timer_cb, SAMPLE_EVERY_MS, 0);
    uv_prepare_start(&lag.prepare, on_prepare_cb);
    uv_check_start(&lag.check, on_check_cb);
    uv_unref((uv_handle_t *)&lag.timer);
    uv_unref((uv_handle_t *)&lag.prepare);
    uv_unref((uv_handle_t *)&lag.check);
    lag.timer_due_us = clock_mono_us() + SAMPLE_EVERY_MS * 1000;
}

void loop_lag_stop(void)
{
    uv_close((uv_handle_t *)&lag.timer, NULL);
    uv_close((uv_handle_t *)&lag.prepare, NULL);
    uv_close((uv_handle_t *)&lag.check, NULL);
}

int64_t loop_lag_recent_us(void)
{
    return lag.window_us > lag.last_window_us ? lag.window_us : lag.last_window_us;
}
