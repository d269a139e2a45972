#include "base/wheel.h"

#include "base/clock.h"

_Static_assert((WHEEL_SLOTS & (WHEEL_SLOTS - 1)) == 0, "slots are picked by a mask");

static void on_tick_cb(uv_timer_t *timer)
{
    wheel_run(container_of(timer, struct wheel, timer), clock_mono_ms());
}

void wheel_init(struct wheel *wheel, uv_loop_t *loop)
{
    for (int i = 0; i < WHEEL_SLOTS; i++)
        list_init(&wheel->slots[i]);
    list_init(&wheel->due);
    wheel->tick = 0;
    wheel->armed_count = 0;
    wheel->stopped = false;
    uv_timer_init(loop, &wheel->timer);
}

void wheel_stop(struct wheel *wheel)
{
    if (wheel->stopped)
        return;
    wheel->stopped = true;
    for (int i = 0; i < WHEEL_SLOTS; i++)
        while (list_pop_front(&wheel->slots[i]))
            ;
    while (list_pop_front(&wheel->due))
        ;
    wheel->armed_count = 0;
    uv_close((uv_handle_t *)&wheel->timer, NULL);
}

/* Aims at the next tick's start, so that lateness does not add up. uv_now() may be behind the clock, never
 * before it. */
static void start_ticking(struct wheel *wheel)
{
    int64_t now_tick = clock_mono_ms() / WHEEL_TICK_MS;
    int64_t next_ms = ((now_tick > wheel->tick ? now_tick : wheel->tick) + 1) * WHEEL_TICK_MS;
    uv_timer_start(&wheel->timer, on_tick_cb, (uint64_t)next_ms - uv_now(wheel->timer.loop), 0);
}

void wheel_arm(struct wheel *wheel, struct wheel_timer *timer, int64_t delay_ms, wheel_fn fn)
{
    if (wheel->stopped)
        return;
    wheel_disarm(wheel, timer);
    int64_t now_ms = clock_mono_ms();
    if (wheel->armed_count == 0 && list_empty(&wheel->due) && wheel->tick < now_ms / WHEEL_TICK_MS)
        wheel->tick = now_ms / WHEEL_TICK_MS; /* it stood still while nothing was armed */
    if (delay_ms < 0)
        delay_ms = 0;
    int64_t expires_tick = delay_ms > INT64_MAX / 2 ? INT64_MAX / 2 / WHEEL_TICK_MS
                                                    : (now_ms + delay_ms + WHEEL_TICK_MS - 1) / WHEEL_TICK_MS;
    if (expires_tick <= wheel->tick)
        expires_tick = wheel->tick + 1;
    timer->expires_tick = expires_tick;
    timer->fn = fn;
    list_push_back(&wheel->slots[expires_tick & (WHEEL_SLOTS - 1)], &timer->node);
    if (wheel->armed_count++ == 0 && !uv_is_active((uv_handle_t *)&wheel->timer))
        start_ticking(wheel);
}

void wheel_disarm(struct wheel *wheel, struct wheel_timer *timer)
{
    if (!wheel_timer_armed(timer))
        return;
    list_remove(&timer->node);
    if (--wheel->armed_count == 0)
        uv_timer_stop(&wheel->timer);
}

bool wheel_timer_armed(const struct wheel_timer *timer)
{
    return list_node_linked(&timer->node);
}

static void collect_due(struct wheel *wheel, struct list *slot, int64_t tick)
{
    list_for_each_safe(node, slot) {
        if (container_of(node, struct wheel_timer, node)->expires_tick <= tick) {
            list_remove(node);
            list_push_back(&wheel->due, node);
        }
    }
}

/* Callbacks only ever see whole lists: what is due was moved aside first, and is taken from there one by one.
 */
static void call_due(struct wheel *wheel)
{
    struct list_node *node;
    while ((node = list_first(&wheel->due))) {
        struct wheel_timer *timer = container_of(node, struct wheel_timer, node);
        wheel_disarm(wheel, timer);
        timer->fn(timer);
    }
}

void wheel_run(struct wheel *wheel, int64_t now_ms)
{
    int64_t now_tick = now_ms / WHEEL_TICK_MS;
    int64_t behind = now_tick - wheel->tick;
    int64_t slots_count = behind < WHEEL_SLOTS ? behind : WHEEL_SLOTS; /* one turn sees everything */
    for (int64_t i = 1; i <= slots_count; i++)
        collect_due(wheel, &wheel->slots[(wheel->tick + i) & (WHEEL_SLOTS - 1)], now_tick);
    if (behind > 0)
        wheel->tick = now_tick;
    call_due(wheel);
    if (wheel->armed_count > 0 && !wheel->stopped)
        start_ticking(wheel);
}
