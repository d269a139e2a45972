#include "client/schedule.h"

#include <stdlib.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { US_PER_S = 1000000, NS_PER_US = 1000 };

int64_t schedule_now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * US_PER_S + now.tv_nsec / NS_PER_US;
}

/* ---- the heap ---- */

static void put(struct schedule *schedule, uint32_t place, struct timer *timer)
{
    schedule->heap[place] = timer;
    timer->place = place;
}

static void sift_up(struct schedule *schedule, uint32_t place)
{
    struct timer *timer = schedule->heap[place];
    for (; place > 1 && schedule->heap[place / 2]->due_us > timer->due_us; place /= 2)
        put(schedule, place, schedule->heap[place / 2]);
    put(schedule, place, timer);
}

static void sift_down(struct schedule *schedule, uint32_t place)
{
    struct timer *timer = schedule->heap[place];
    for (uint32_t child; (child = place * 2) <= schedule->count; place = child) {
        if (child < schedule->count && schedule->heap[child + 1]->due_us < schedule->heap[child]->due_us)
            child++;
        if (schedule->heap[child]->due_us >= timer->due_us)
            break;
        put(schedule, place, schedule->heap[child]);
    }
    put(schedule, place, timer);
}

static void take_out(struct schedule *schedule, struct timer *timer)
{
    uint32_t place = timer->place;
    struct timer *last = schedule->heap[schedule->count--];
    timer->place = 0;
    if (last == timer)
        return;
    put(schedule, place, last);
    sift_up(schedule, place);
    sift_down(schedule, last->place);
}

/* ---- the timerfd ---- */

/* 0: not at all. */
static void set(struct schedule *schedule, int64_t due_us)
{
    schedule->set_us = due_us;
    struct itimerspec when = {.it_value = {due_us / US_PER_S, due_us % US_PER_S * NS_PER_US}};
    timerfd_settime(schedule->polled.fd, TFD_TIMER_ABSTIME, &when, NULL);
}

/* Only ever set sooner here: one that goes off too early finds nothing due and sets itself right. */
static void wake_at(struct schedule *schedule, int64_t due_us)
{
    if (schedule->polled.fd < 0 || (schedule->set_us != 0 && schedule->set_us <= due_us))
        return;
    set(schedule, due_us);
}

/* It is not read: to be set, also to nothing, takes back that it went off. In between, set_us holds off
 * wake_at(), so that it is set once for all that is armed anew. */
static void on_due(struct polled *polled, uint32_t events)
{
    struct schedule *schedule = container_of(polled, struct schedule, polled);
    schedule->set_us = INT64_MIN;
    schedule_run(schedule, schedule_now_us());
    set(schedule, schedule->count > 0 ? schedule->heap[1]->due_us : 0);
}

/* ---- what is asked of it ---- */

bool schedule_init(struct schedule *schedule, struct loop *loop, uint32_t timers_max)
{
    *schedule = (struct schedule){.cap = timers_max};
    schedule->heap = calloc(timers_max + 1, sizeof(struct timer *));
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    return schedule->heap && fd >= 0 && loop_add(loop, &schedule->polled, fd, on_due) == 0;
}

void schedule_close(struct schedule *schedule, struct loop *loop)
{
    int fd = schedule->polled.fd;
    loop_drop(loop, &schedule->polled);
    close(fd);
    free(schedule->heap);
    schedule->heap = NULL;
}

void schedule_at(struct schedule *schedule, struct timer *timer, int64_t due_us, timer_fn fn)
{
    schedule_off(schedule, timer);
    if (schedule->count == schedule->cap)
        return;
    timer->due_us = due_us > 0 ? due_us : 1;
    timer->fn = fn;
    schedule->heap[++schedule->count] = timer;
    sift_up(schedule, schedule->count);
    wake_at(schedule, schedule->heap[1]->due_us);
}

void schedule_off(struct schedule *schedule, struct timer *timer)
{
    if (timer->place != 0)
        take_out(schedule, timer);
}

static void note_lateness(struct schedule *schedule, int64_t late_us)
{
    schedule->fired_count++;
    schedule->late_count += late_us > SCHEDULE_LATE_US;
    if (late_us > schedule->late_max_us)
        schedule->late_max_us = late_us;
}

/* A crowd that is due at once comes in pieces: sockets have their turn in between. */
void schedule_run(struct schedule *schedule, int64_t now_us)
{
    for (int i = 0; i < SCHEDULE_A_TURN && schedule->count > 0 && schedule->heap[1]->due_us <= now_us; i++) {
        struct timer *timer = schedule->heap[1];
        note_lateness(schedule, now_us - timer->due_us);
        take_out(schedule, timer);
        timer->fn(timer);
    }
    if (schedule->count > 0)
        wake_at(schedule, schedule->heap[1]->due_us);
}
