#include "net/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"

enum { RESERVED_DESCRIPTORS = 65536 }; /* 8 bytes each */

enum {
    /* Whoever stands in it for seconds has given up when the turn comes, and all the work is for nothing.
       Past it the kernel lets the client knock again a second later. */
    BACKLOG = 1024,
    ACCEPTS_A_TURN = 128,
    RETRY_MS = 200,
    /* What was sent and is not acknowledged. Whoever is silent has a deadline of ours; the kernel's own
       probes (SO_KEEPALIVE) would, with this, end a connection when the first one is lost. */
    UNACKED_MAX_MS = 60 * 1000,
    /* Of the kernel, which takes twice that; by itself it would give megabytes to each who does not read. */
    SEND_BUFFER_BYTES = 128 * 1024,
};

static void log_failure(const struct listener_address *address, const char *what, int error)
{
    const char *hint = "check listen in the config, SHOPBELL_LISTEN and --listen";
    if (error == EADDRINUSE)
        hint = "another program listens there: stop it, or choose another port with --listen ADDR:PORT";
    else if (error == EADDRNOTAVAIL)
        hint =
            "no network interface of this machine has that address: choose one that does, or 0.0.0.0 for all";
    else if (error == EACCES)
        hint = "ports below 1024 need a privilege: choose a higher one, or grant CAP_NET_BIND_SERVICE";
    log_error("listen_failed", LOG_CSTR("address", address->host), LOG_I64("port", address->port),
              LOG_CSTR("step", what), LOG_CSTR("error", strerror(error)), LOG_CSTR("hint", hint));
}

static bool set_option(int fd, int level, int name, int value)
{
    return setsockopt(fd, level, name, &value, sizeof value) == 0;
}

/* Accepted sockets inherit all of these on Linux, so that a connection costs no system call for them. */
static bool set_options(int fd, const struct listener_address *address)
{
    return set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1) &&
           (!address->is_shared || set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1)) &&
           (!address->is_ipv6 || set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0)) &&
           set_option(fd, SOL_SOCKET, SO_SNDBUF, SEND_BUFFER_BYTES) &&
           set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1) &&
           set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, UNACKED_MAX_MS);
}

static socklen_t fill_address(const struct listener_address *address, struct sockaddr_storage *out)
{
    *out = (struct sockaddr_storage){0};
    if (address->is_ipv6) {
        struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)out;
        in6->sin6_family = AF_INET6;
        in6->sin6_port = htons(address->port);
        return inet_pton(AF_INET6, address->host, &in6->sin6_addr) == 1 ? sizeof *in6 : 0;
    }
    struct sockaddr_in *in = (struct sockaddr_in *)out;
    in->sin_family = AF_INET;
    in->sin_port = htons(address->port);
    return inet_pton(AF_INET, address->host, &in->sin_addr) == 1 ? sizeof *in : 0;
}

static void note_port_and_url(struct listener *listener, const struct listener_address *address)
{
    struct sockaddr_storage bound = {0};
    socklen_t len = sizeof bound;
    getsockname(listener->fd, (struct sockaddr *)&bound, &len);
    listener->port = ntohs(address->is_ipv6 ? ((struct sockaddr_in6 *)&bound)->sin6_port
                                            : ((struct sockaddr_in *)&bound)->sin_port);
    const char *host = address->host;
    if (strcmp(host, "0.0.0.0") == 0)
        host = "127.0.0.1";
    else if (strcmp(host, "::") == 0)
        host = "::1";
    snprintf(listener->url, sizeof listener->url, address->is_ipv6 ? "http://[%s]:%d" : "http://%s:%d", host,
             listener->port);
}

/* NULL, or the step that failed, with errno set. */
static const char *bind_and_listen(int fd, const struct listener_address *address)
{
    struct sockaddr_storage storage;
    socklen_t len = fill_address(address, &storage);
    if (len == 0) {
        errno = EINVAL;
        return "address";
    }
    if (!set_options(fd, address))
        return "setsockopt";
    if (bind(fd, (struct sockaddr *)&storage, len) != 0)
        return "bind";
    return listen(fd, BACKLOG) == 0 ? NULL : "listen";
}

bool listener_open(struct listener *listener, const struct listener_address *address)
{
    *listener = (struct listener){0};
    listener->fd =
        socket(address->is_ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener->fd < 0) {
        log_failure(address, "socket", errno);
        return false;
    }
    const char *failed_step = bind_and_listen(listener->fd, address);
    if (failed_step) {
        log_failure(address, failed_step, errno);
        listener_abandon(listener);
        return false;
    }
    note_port_and_url(listener, address);
    return true;
}

void listener_abandon(struct listener *listener)
{
    if (listener->fd >= 0)
        close(listener->fd);
    listener->fd = -1;
}

static void on_readable_cb(uv_poll_t *poll, int status, int events);

static void retry_cb(struct wheel_timer *timer)
{
    struct listener *listener = container_of(timer, struct listener, retry);
    uv_poll_start(&listener->poll, UV_READABLE, on_readable_cb);
}

/* The connection that could not be accepted stays in the backlog and keeps the socket readable: look away for
 * a while. */
static void pause_accepting(struct listener *listener, int error)
{
    log_warn("accept_paused", LOG_CSTR("error", strerror(error)),
             LOG_CSTR("hint", "raise the limit of open files"));
    uv_poll_stop(&listener->poll);
    wheel_arm(listener->wheel, &listener->retry, RETRY_MS, retry_cb);
}

static bool is_out_of_resources(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

/* libuv polls again and again while there are many events, before anything else has its turn, what is to be
 * sent among it: the bound is for all of that together. */
static void turn_cb(uv_prepare_t *turn)
{
    container_of(turn, struct listener, turn)->accepts_left = ACCEPTS_A_TURN;
}

static void accept_waiting(struct listener *listener)
{
    for (; listener->accepts_left > 0 && listener->fd >= 0; listener->accepts_left--) {
        int fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            listener->on_accept(listener, fd);
        } else if (is_out_of_resources(errno)) {
            int error = errno;
            if (!listener->make_room(listener))
                pause_accepting(listener, error);
            return;
        } else if (errno == EAGAIN) {
            return;
        } /* else that one connection died in the backlog */
    }
}

static void on_readable_cb(uv_poll_t *poll, int status, int events)
{
    accept_waiting(container_of(poll, struct listener, poll));
}

/* libuv aborts when its table of descriptors cannot grow. It grows to the highest number that was ever
 * watched: that is done now, before anybody is connected. */
static void reserve_descriptors(struct listener *listener, uv_loop_t *loop)
{
    long max = sysconf(_SC_OPEN_MAX);
    int highest = max > 0 && max < RESERVED_DESCRIPTORS ? (int)max - 1 : RESERVED_DESCRIPTORS - 1;
    int fd = fcntl(listener->fd, F_DUPFD_CLOEXEC, highest);
    if (fd < 0)
        return;
    if (uv_poll_init(loop, &listener->highest, fd) == 0) {
        uv_poll_start(&listener->highest, UV_READABLE, on_readable_cb);
        uv_close((uv_handle_t *)&listener->highest, NULL);
    }
    close(fd);
}

bool listener_start(struct listener *listener, uv_loop_t *loop, struct wheel *wheel,
                    listener_accept_fn on_accept, listener_room_fn make_room)
{
    listener->wheel = wheel;
    listener->on_accept = on_accept;
    listener->make_room = make_room;
    reserve_descriptors(listener, loop);
    if (uv_poll_init(loop, &listener->poll, listener->fd) != 0)
        return false;
    uv_poll_start(&listener->poll, UV_READABLE, on_readable_cb);
    uv_prepare_init(loop, &listener->turn);
    uv_prepare_start(&listener->turn, turn_cb);
    return true;
}

void listener_close(struct listener *listener, uv_close_cb closed)
{
    wheel_disarm(listener->wheel, &listener->retry);
    uv_close((uv_handle_t *)&listener->poll,
             closed); /* takes it out of the poller at once, so closing fd is safe */
    uv_close((uv_handle_t *)&listener->turn, NULL); /* the last to be closed is the first to be gone */
    listener_abandon(listener);
}
