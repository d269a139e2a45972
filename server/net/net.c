#include "shopbell/net.h"

#include "base/alloc.h"
#include "base/log.h"
#include "net/http_conn.h"
#include "net/listener.h"
#include "net/sockets.h"

/* listener -> hall (HTTP) -> sockets (WebSocket): a descriptor is in exactly one of them. */
struct net {
    uv_loop_t *loop;
    struct wheel wheel;
    struct static_files files;
    struct listener listener;
    struct http_hall hall;
    struct sockets sockets;
    /* stopping: each of these is waited for, then the context is destroyed */
    struct wheel_timer stop_deadline;
    bool is_listener_gone;
    bool is_hall_gone;
    bool are_conns_gone;
    bool is_destroying;
    net_done_fn done;
    void *done_arg;
};

const struct session_transport *net_transport(void)
{
    return &sockets_transport;
}

uint16_t net_port(const struct net *net)
{
    return net->listener.port;
}

const char *net_url(const struct net *net)
{
    return net->listener.url;
}

static void on_accept(struct listener *listener, int fd)
{
    struct net *net = container_of(listener, struct net, listener);
    http_hall_accept(&net->hall, fd);
}

static bool make_room(struct listener *listener)
{
    struct net *net = container_of(listener, struct net, listener);
    return http_hall_evict(&net->hall);
}

static void on_upgrade(struct http_hall *hall, int fd)
{
    struct net *net = container_of(hall, struct net, hall);
    sockets_adopt(&net->sockets, fd);
}

static bool has_room(struct http_hall *hall)
{
    return sockets_have_room(&container_of(hall, struct net, hall)->sockets);
}

/* ---- stopping ---- */

static void on_sockets_destroyed(struct sockets *sockets)
{
    struct net *net = container_of(sockets, struct net, sockets);
    log_info("net_stopped", LOG_I64("port", net->listener.port));
    net->done(net->done_arg);
}

static void destroy_when_all_gone(struct net *net)
{
    if (net->is_destroying || !net->is_listener_gone || !net->is_hall_gone || !net->are_conns_gone)
        return;
    net->is_destroying = true;
    wheel_stop(&net->wheel); /* its handle is gone long before the context is */
    sockets_destroy(&net->sockets, on_sockets_destroyed);
}

static void listener_closed_cb(uv_handle_t *handle)
{
    struct net *net = container_of(handle, struct net, listener.poll);
    net->is_listener_gone = true;
    destroy_when_all_gone(net);
}

static void on_hall_gone(struct http_hall *hall)
{
    struct net *net = container_of(hall, struct net, hall);
    net->is_hall_gone = true;
    destroy_when_all_gone(net);
}

static void on_conns_gone(struct sockets *sockets)
{
    struct net *net = container_of(sockets, struct net, sockets);
    net->are_conns_gone = true;
    destroy_when_all_gone(net);
}

/* Whoever has not gone by now is cut off: HTTP here, WebSockets with the context. */
static void stop_deadline_cb(struct wheel_timer *timer)
{
    struct net *net = container_of(timer, struct net, stop_deadline);
    net->are_conns_gone = true;
    http_hall_close_now(&net->hall);
    destroy_when_all_gone(net);
}

void net_stop(struct net *net, net_done_fn done, void *arg)
{
    net->done = done;
    net->done_arg = arg;
    wheel_arm(&net->wheel, &net->stop_deadline, NET_STOP_MAX_MS, stop_deadline_cb);
    listener_close(&net->listener, listener_closed_cb);
    http_hall_close(&net->hall);
    sockets_close_all(&net->sockets, 1012, "service restart", on_conns_gone);
}

/* ---- starting ---- */

static bool listen_at(struct net *net, const struct config *config)
{
    const struct listener_address address = {
        .host = config->listen_host.data,
        .is_ipv6 = config->listen_ipv6,
        .port = config->listen_port,
        .is_shared = config->workers > 1,
    };
    return listener_open(&net->listener, &address);
}

static bool start(struct net *net)
{
    wheel_init(&net->wheel, net->loop);
    if (!sockets_open(&net->sockets, net->loop, &net->wheel))
        return false;
    net->hall = (struct http_hall){
        .loop = net->loop,
        .wheel = &net->wheel,
        .files = &net->files,
        .on_upgrade = on_upgrade,
        .has_room = has_room,
        .on_empty = on_hall_gone,
    };
    http_hall_init(&net->hall);
    return listener_start(&net->listener, net->loop, &net->wheel, on_accept, make_room);
}

struct net *net_new(uv_loop_t *loop, const struct config *config)
{
    struct net *net = sb_calloc(1, sizeof *net);
    if (!net || !static_files_init(&net->files, config)) {
        log_error("net_failed", LOG_CSTR("error", "out of memory"));
        sb_free(net);
        return NULL;
    }
    net->loop = loop;
    if (!listen_at(net, config)) {
        net_free(net);
        return NULL;
    }
    if (!start(net)) { /* handles in *net may be on the loop by now: it is left behind, as the process is
                          about to end */
        listener_abandon(&net->listener);
        return NULL;
    }
    log_info("listening", LOG_STR("host", config->listen_host), LOG_I64("port", net->listener.port));
    return net;
}

void net_free(struct net *net)
{
    if (!net)
        return;
    static_files_fini(&net->files);
    sb_free(net);
}
