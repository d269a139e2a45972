/* All deadlines of all connections on one hashed timing wheel, driven by one uv_timer.
 *
 * Varghese & Lauck, "Hashed and Hierarchical Timing Wheels" (SOSP 1987), scheme 6: a timer sits in slot
 * (expiry tick mod slots); a delay longer than one turn is passed over until its turn comes. Arming and
 * disarming are O(1); a tick looks at 1/WHEEL_SLOTS of the timers. The uv_timer only runs while something is
 * armed.
 *
 * A timer is never early and up to one tick late, plus the loop's own lag. A struct wheel_timer is embedded
 * in what it times, and must be disarmed before that is freed. A callback runs from the loop, never from
 * wheel_arm(); its timer is disarmed by then. It may arm and disarm any timer, and may free what contains its
 * own or, after disarming, any other. A zeroed struct wheel_timer is a disarmed one. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "base/list.h"

enum { WHEEL_TICK_MS = 100, WHEEL_SLOTS = 1024 };

struct wheel_timer;
typedef void (*wheel_fn)(struct wheel_timer *timer); /* container_of() leads to the object */

struct wheel_timer {
    struct list_node node;
    int64_t expires_tick;
    wheel_fn fn;
};

struct wheel {
    uv_timer_t timer;
    struct list slots[WHEEL_SLOTS];
    struct list due; /* expired and not yet called, in the middle of a tick */
    int64_t tick;    /* all ticks up to this one were handled */
    uint64_t armed_count;
    bool stopped;
};

void wheel_init(struct wheel *wheel, uv_loop_t *loop);

/* Disarms everything and closes the uv_timer: the wheel's memory must stay until the loop has run once more.
 */
void wheel_stop(struct wheel *wheel);

/* Arms, or arms anew, a timer that fires once in delay_ms. A stopped wheel ignores it. */
void wheel_arm(struct wheel *wheel, struct wheel_timer *timer, int64_t delay_ms, wheel_fn fn);
void wheel_disarm(struct wheel *wheel, struct wheel_timer *timer); /* idempotent */
bool wheel_timer_armed(const struct wheel_timer *timer);

/* Fires what is due at now_ms (clock_mono_ms()). The wheel's own uv_timer calls it; tests may, with a later
 * time. */
void wheel_run(struct wheel *wheel, int64_t now_ms);
