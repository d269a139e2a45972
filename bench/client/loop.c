#include "client/loop.h"

#include <errno.h>
#include <stddef.h>
#include <unistd.h>

bool loop_init(struct loop *loop)
{
    loop->events_count = 0;
    loop->fd = epoll_create1(EPOLL_CLOEXEC);
    return loop->fd >= 0;
}

void loop_close(struct loop *loop)
{
    close(loop->fd);
    loop->fd = -1;
}

int loop_add(struct loop *loop, struct polled *polled, int fd, polled_fn fn)
{
    *polled = (struct polled){fn, fd};
    struct epoll_event event = {EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, {.ptr = polled}};
    return epoll_ctl(loop->fd, EPOLL_CTL_ADD, fd, &event) == 0 ? 0 : errno;
}

void loop_drop(struct loop *loop, struct polled *polled)
{
    for (int i = 0; i < loop->events_count; i++)
        if (loop->events[i].data.ptr == polled)
            loop->events[i].data.ptr = NULL;
    polled->fd = -1;
}

void loop_turn(struct loop *loop, int timeout_ms)
{
    loop->events_count = epoll_wait(loop->fd, loop->events, LOOP_EVENTS_MAX, timeout_ms);
    for (int i = 0; i < loop->events_count; i++) {
        struct polled *polled = loop->events[i].data.ptr;
        if (polled)
            polled->fn(polled, loop->events[i].events);
    }
    loop->events_count = 0;
}
