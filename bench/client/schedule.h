/* Every deadline of a load process in one binary heap, to the microsecond.
 *
 * epoll's timeouts count milliseconds, which a load generator would then see as the server's latency: this
 * one is driven by a timerfd. A struct timer is embedded in what it times and must be disarmed before that is
 * freed; a zeroed one is disarmed. Times are schedule_now_us(), CLOCK_MONOTONIC, the same for all processes
 * of a machine. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/loop.h"

#ifndef container_of
#define container_of(pointer, type, member) ((type *)(void *)((char *)(pointer)-offsetof(type, member)))
#endif

struct timer;
typedef void (*timer_fn)(struct timer *timer); /* disarmed by then; may arm, disarm or free any timer */

struct timer {
    int64_t due_us;
    timer_fn fn;
    uint32_t place; /* in the heap, from 1; 0: disarmed */
};

enum { SCHEDULE_LATE_US = 10 * 1000, SCHEDULE_A_TURN = 256 };

struct schedule {
    struct timer **heap; /* owned; heap[0] is not used */
    uint32_t count, cap;
    struct polled polled;             /* of the timerfd */
    int64_t set_us;                   /* when the timerfd goes off; 0: it does not */
    uint64_t fired_count, late_count; /* late: by more than SCHEDULE_LATE_US */
    int64_t late_max_us;
};

int64_t schedule_now_us(void);

/* timers_max: how many will ever be armed at once. False: no memory, or no descriptor. */
bool schedule_init(struct schedule *schedule, struct loop *loop, uint32_t timers_max);
void schedule_close(struct schedule *schedule, struct loop *loop);

/* Arms, or arms anew. */
void schedule_at(struct schedule *schedule, struct timer *timer, int64_t due_us, timer_fn fn);
void schedule_off(struct schedule *schedule, struct timer *timer);
/* Calls what is due, SCHEDULE_A_TURN at most; the timerfd does this by itself. */
void schedule_run(struct schedule *schedule, int64_t now_us);
