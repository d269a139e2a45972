#include "listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 4096, ACCEPTS_AT_ONCE = 128 };

static void pause_accepting(struct listener *listener)
{
    fprintf(stderr, "shopbell-floor: accept: %s; going on when a socket closes\n", strerror(errno));
    listener->is_paused = true;
    uv_poll_stop(&listener->poll);
}

static void poll_cb(uv_poll_t *poll, int status, int events)
{
    struct listener *listener = poll->data;
    for (int i = 0; i < ACCEPTS_AT_ONCE; i++) {
        int fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            listener->on_accept(listener->ctx, fd);
        } else {
            if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
                pause_accepting(listener);
            return;
        }
    }
}

void listener_resume(struct listener *listener)
{
    if (listener->is_paused)
        uv_poll_start(&listener->poll, UV_READABLE, poll_cb);
    listener->is_paused = false;
}

/* What is accepted inherits TCP_NODELAY, at no system call each. */
static bool listen_at(int fd, const struct sockaddr_in *address)
{
    int on = 1;
    return setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
           setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0 &&
           bind(fd, (const struct sockaddr *)address, sizeof *address) == 0 && listen(fd, BACKLOG) == 0;
}

bool listener_open(struct listener *listener, uv_loop_t *loop, const struct sockaddr_in *address,
                   listener_fn on_accept, void *ctx)
{
    struct sockaddr_in bound;
    socklen_t len = sizeof bound;
    *listener = (struct listener){.on_accept = on_accept, .ctx = ctx, .poll.data = listener};
    listener->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener->fd < 0 || !listen_at(listener->fd, address) ||
        getsockname(listener->fd, (struct sockaddr *)&bound, &len) != 0) {
        fprintf(stderr, "shopbell-floor: cannot listen there: %s\n", strerror(errno));
        if (listener->fd >= 0)
            close(listener->fd);
        return false;
    }
    listener->port = ntohs(bound.sin_port);
    uv_poll_init(loop, &listener->poll, listener->fd);
    uv_poll_start(&listener->poll, UV_READABLE, poll_cb);
    return true;
}

void listener_close(struct listener *listener)
{
    uv_close((uv_handle_t *)&listener->poll, NULL);
    close(listener->fd);
}
