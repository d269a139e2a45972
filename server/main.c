/* Composes the layers, and takes them apart again in the reverse order. The only file that sees all of them.
 *
 * Start: store (its Redis needs a moment), then the socket; `shopbell ready URL` when both can take a
 * shopper. Stop (SIGTERM, SIGINT): no new sessions, every client told when to come back, this
 * node signed off in Redis, Redis stopped last. A second signal ends at once. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

#include "base/config.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/loop_lag.h"
#include "base/metrics.h"
#include "base/metrics_shared.h"
#include "base/version.h"
#include "proto.h"
#include "shopbell/hub.h"
#include "shopbell/net.h"
#include "shopbell/store.h"
#include "supervisor.h"

enum { READY_CHECK_MS = 20 };

struct server {
    uv_loop_t loop;
    uv_signal_t on_term, on_int;
    uv_timer_t ready;
    struct config *config;
    struct store *store;
    struct net *net;
    bool stopping;
};

/* ---- stop ---- */

static void on_store_stopped(void *ctx)
{
    struct server *server = ctx;
    hub_stop();
    loop_lag_stop();
    metrics_shared_stop();
    uv_close((uv_handle_t *)&server->ready, NULL);
    uv_close((uv_handle_t *)&server->on_term, NULL);
    uv_close((uv_handle_t *)&server->on_int, NULL);
}

static void on_net_stopped(void *ctx)
{
    struct server *server = ctx;
    hub_leave();
    store_stop(server->store, on_store_stopped, server);
}

static void on_drained(void *ctx)
{
    struct server *server = ctx;
    net_stop(server->net, on_net_stopped, server);
}

static void server_stop(struct server *server, int signal)
{
    if (server->stopping) {
        log_warn("killed", LOG_I64("signal", signal));
        _Exit(EXIT_FAILURE);
    }
    server->stopping = true;
    log_info("stopping", LOG_I64("signal", signal));
    uv_timer_stop(&server->ready);
    metrics_process_stop();
    hub_drain(on_drained, server);
}

static void signal_cb(uv_signal_t *handle, int signal)
{
    server_stop(handle->data, signal);
}

/* ---- start ---- */

static void ready_cb(uv_timer_t *timer)
{
    struct server *server = timer->data;
    const char *why;
    if (!session_ready(&why))
        return;
    uv_timer_stop(timer);
    log_info("ready", LOG_CSTR("url", net_url(server->net)));
    printf("shopbell ready %s\n", net_url(server->net));
    fflush(stdout);
}

static void server_watch(struct server *server)
{
    uv_signal_init(&server->loop, &server->on_term);
    uv_signal_init(&server->loop, &server->on_int);
    uv_timer_init(&server->loop, &server->ready);
    server->on_term.data = server->on_int.data = server->ready.data = server;
    uv_signal_start(&server->on_term, signal_cb, SIGTERM);
    uv_signal_start(&server->on_int, signal_cb, SIGINT);
    uv_timer_start(&server->ready, ready_cb, READY_CHECK_MS, READY_CHECK_MS);
}

static bool server_start(struct server *server)
{
    struct store_upcalls upcalls = {
        .on_up = hub_on_store_up,
        .on_down = hub_on_store_down,
        .on_changes = hub_on_changes,
        .on_peer = hub_on_peer,
        .on_told = hub_on_told,
        .on_gap = hub_on_gap,
    };
    int failed = uv_loop_init(&server->loop);
    if (failed) {
        log_error("start", LOG_CSTR("why", uv_strerror(failed)));
        return false;
    }
    metrics_init();
    metrics_process_start(&server->loop);
    if (supervisor_worker_number() > 0)
        metrics_shared_start(&server->loop, SUPERVISOR_METRICS_FD, supervisor_worker_number());
    metrics_set_labelled(M_BUILD_INFO, str_from(shopbell_version()), 1);
    loop_lag_start(&server->loop);
    if (!hub_open(&server->loop, server->config, net_transport())) {
        log_error("start", LOG_CSTR("why", "out of memory"));
        return false;
    }
    server->net = net_new(&server->loop, server->config);
    if (!server->net)
        return false;
    config_set_listen_port(server->config, net_port(server->net));
    server->store = store_new(&server->loop, server->config, &upcalls);
    if (!server->store)
        return false;
    hub_use_store(server->store);
    server_watch(server);
    return true;
}

static int server_run(struct config *config)
{
    static struct server server; /* static: what a failed start leaves behind is still reachable */
    server.config = config;
    log_set_level(config->log_level);
    signal(SIGPIPE, SIG_IGN);
    proto_init();
    if (!server_start(&server))
        return EXIT_FAILURE; /* said why; nothing was promised to anyone yet */
    uv_run(&server.loop, UV_RUN_DEFAULT);
    hub_close();
    store_free(server.store);
    net_free(server.net);
    metrics_fini();
    config_free(config);
    int left = uv_loop_close(&server.loop);
    log_info("stopped", LOG_I64("handles_left", left));
    return left == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int refuse_config(struct config_errors *errors)
{
    fwrite(errors->text.data, 1, errors->text.len, stderr);
    config_errors_fini(errors);
    return 2;
}

static int supervise(struct config *config, char *argv[])
{
    int status = supervisor_run(config, argv);
    config_free(config);
    return status;
}

int main(int argc, char *argv[])
{
    struct config_errors errors = {0};
    enum config_command command = CONFIG_COMMAND_RUN;
    if (!crypto_init()) {
        fputs("shopbell: the system has no random numbers to give\n", stderr);
        return EXIT_FAILURE;
    }
    struct config *config = config_load(argc, argv, &command, &errors);
    if (errors.count > 0)
        return refuse_config(&errors);
    config_errors_fini(&errors);
    if (command == CONFIG_COMMAND_RUN && config)
        return config->workers > 1 && !supervisor_is_worker() ? supervise(config, argv) : server_run(config);
    config_free(config);
    return config_command_run(command);
}
