/* What the process waits for: sockets and the clock, in one epoll, edge-triggered.
 *
 * A load generator has more sockets than anything else. Level-triggered, as libuv has it, the kernel looks at
 * each of them once more after it was read, and libuv keeps 160 bytes for it. Here fn is called once for each
 * change: it must read, or write, until there is nothing more. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

struct polled;
/* events: EPOLLIN and so on. May drop this one or any other. */
typedef void (*polled_fn)(struct polled *polled, uint32_t events);

/* Embedded in what is waited for. */
struct polled {
    polled_fn fn;
    int fd;
};

enum { LOOP_EVENTS_MAX = 512 };

struct loop {
    struct epoll_event events[LOOP_EVENTS_MAX]; /* of this turn; data.ptr of what was dropped is NULL */
    int events_count;
    int fd;
};

bool loop_init(struct loop *loop); /* false: no descriptor */
void loop_close(struct loop *loop);

/* fn, and fd for reading and writing. 0, or an errno. */
int loop_add(struct loop *loop, struct polled *polled, int fd, polled_fn fn);
/* Before its descriptor is closed, which takes it out of the kernel's list: fn is not called any more. */
void loop_drop(struct loop *loop, struct polled *polled);

/* Waits so long at most, and calls fn of all that changed. */
void loop_turn(struct loop *loop, int timeout_ms);
