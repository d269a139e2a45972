/* shopbell-floor: what libwebsockets and libuv can do at best, against which the server is measured. A relay
 * that looks at nothing but the room's number; bench/README.md says its protocol. It shares nothing with the
 * server. */
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "listener.h"
#include "options.h"
#include "relay.h"

struct floor {
    uv_loop_t loop;
    struct listener listener;
    struct sockets sockets;
    struct store store;
    struct relay relay;
    uv_signal_t terminate, interrupt;
    uv_prepare_t turn_end; /* right before the loop waits again */
    bool has_failed;
};

static void message_cb(void *ctx, struct session *session, const char *text, size_t len)
{
    relay_receive(&((struct floor *)ctx)->relay, session, text, len);
}

static void closed_cb(void *ctx, struct session *session)
{
    struct floor *floor = ctx;
    relay_leave(&floor->relay, session);
    listener_resume(&floor->listener);
}

static void answered_cb(void *ctx, void *message, bool is_stored)
{
    relay_answered(&((struct floor *)ctx)->relay, message, is_stored);
}

static void accept_cb(void *ctx, int fd)
{
    sockets_adopt(&((struct floor *)ctx)->sockets, fd);
}

static void lost_cb(void *ctx)
{
    struct floor *floor = ctx;
    floor->has_failed = true;
    uv_stop(&floor->loop);
}

static void signal_cb(uv_signal_t *handle, int number)
{
    uv_stop(handle->loop);
}

/* Redis has its work before the sockets have theirs. */
static void turn_end_cb(uv_prepare_t *handle)
{
    struct floor *floor = handle->data;
    store_flush(&floor->store);
    sockets_flush(&floor->sockets);
}

/* libwebsockets' tables have a slot for every descriptor that is possible. */
static void raise_files(void)
{
    enum { FILES_MAX = 1024 * 1024 };
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max < FILES_MAX ? limit.rlim_max : FILES_MAX;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static void start_handles(struct floor *floor)
{
    uv_signal_init(&floor->loop, &floor->terminate);
    uv_signal_start(&floor->terminate, signal_cb, SIGTERM);
    uv_signal_init(&floor->loop, &floor->interrupt);
    uv_signal_start(&floor->interrupt, signal_cb, SIGINT);
    uv_prepare_init(&floor->loop, &floor->turn_end);
    floor->turn_end.data = floor;
    uv_prepare_start(&floor->turn_end, turn_end_cb);
}

static void close_handles(struct floor *floor)
{
    uv_close((uv_handle_t *)&floor->terminate, NULL);
    uv_close((uv_handle_t *)&floor->interrupt, NULL);
    uv_close((uv_handle_t *)&floor->turn_end, NULL);
}

static bool run(struct floor *floor, const struct options *options)
{
    char address[INET_ADDRSTRLEN];
    if (!listener_open(&floor->listener, &floor->loop, &options->listen, accept_cb, floor))
        return false;
    inet_ntop(AF_INET, &options->listen.sin_addr, address, sizeof address);
    printf("floor ready http://%s:%d\n", address, floor->listener.port);
    fflush(stdout);
    uv_run(&floor->loop, UV_RUN_DEFAULT);
    listener_close(&floor->listener);
    return !floor->has_failed;
}

static bool open_and_run(struct floor *floor, const struct options *options)
{
    const struct store_events store_events = {.answered = answered_cb, .lost = lost_cb, .ctx = floor};
    struct store *store = options->redis ? &floor->store : NULL;
    if (store && !store_open(store, &floor->loop, options->redis, &store_events))
        return false;
    floor->sockets.events = (struct sockets_events){.message = message_cb, .closed = closed_cb, .ctx = floor};
    floor->sockets.coalesce = options->coalesce;
    bool ok = relay_init(&floor->relay, &floor->sockets, store) &&
              sockets_open(&floor->sockets, &floor->loop, options->read_buffer_bytes) && run(floor, options);
    store_close(&floor->store);
    sockets_close(&floor->sockets, &floor->loop);
    relay_fini(&floor->relay);
    return ok;
}

int main(int argc, char *argv[])
{
    static struct floor floor;
    struct options options;
    enum options_verdict verdict = options_read(&options, argc, argv);
    if (verdict != OPTIONS_RUN)
        return verdict == OPTIONS_HELP ? EXIT_SUCCESS : 2;
    signal(SIGPIPE, SIG_IGN);
    raise_files();
    uv_loop_init(&floor.loop);
    start_handles(&floor);
    bool ok = open_and_run(&floor, &options);
    close_handles(&floor);
    uv_run(&floor.loop, UV_RUN_DEFAULT);
    if (uv_loop_close(&floor.loop) != 0)
        fputs("shopbell-floor: something was left open\n", stderr);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
