/* States: DOWN -> ASKING (Sentinels) -> RESOLVING -> CONNECTING -> SETTING_UP -> UP, and from each back to
 * DOWN; STOPPED ends it. hiredis forbids ending a connection inside its own callbacks, so whoever wants one
 * gone sets `drop` and the timer does it; answers that still come until then are not believed. */
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "store/host.h"
#include "store/link_internal.h"
#include "store/reply.h"
#include "store/uv_adapter.h"

enum { CHECK_INTERVAL_MS = 50, RETRY_MAX_MS = 1000, STOP_TIMEOUT_MS = 5000 };

struct pending {
    struct list_node node;
    struct link *link;
    int64_t sent_ms;
    link_reply_fn reply;
    link_done_fn done;
    void *ctx;
};

static const char *link_state_str(enum link_state state)
{
    static const char *const names[] = {"down",       "asking", "resolving", "connecting",
                                        "setting_up", "up",     "stopped"};
    return names[state];
}

void link_enter(struct link *link, enum link_state state, int64_t timeout_ms)
{
    enum link_state old = link->state;
    link->state = state;
    link->deadline_ms = clock_mono_ms() + timeout_ms;
    log_debug("redis_link", LOG_CSTR("link", link->options.name), LOG_CSTR("from", link_state_str(old)),
              LOG_CSTR("to", link_state_str(state)));
    if (old == LINK_UP && state != LINK_UP)
        link->options.on_down(link->options.ctx);
}

static void link_measure(const struct link *link)
{
    if (link->options.library.data)
        metrics_set(M_REDIS_IN_FLIGHT, link->in_flight);
}

static void link_went_down(struct link *link, const char *why)
{
    link->redis = NULL;
    link->drop = false;
    if (link->state == LINK_STOPPED)
        return;
    if (!link->stopping && (link->state == LINK_UP || link->retry_ms == RETRY_MAX_MS))
        log_warn("redis_away", LOG_CSTR("link", link->options.name), LOG_CSTR("why", why),
                 LOG_I64("retry_ms", link->retry_ms));
    link_enter(link, LINK_DOWN, link->retry_ms);
    link->retry_ms = link->retry_ms * 2 < RETRY_MAX_MS ? link->retry_ms * 2 : RETRY_MAX_MS;
}

/* A master that was made a replica: somewhere there is, or will be, another one. */
static void link_heed(struct link *link, const redisReply *reply)
{
    if (link->drop || link->state != LINK_UP || !reply_error_is(reply, "READONLY"))
        return;
    log_warn("redis_demoted", LOG_CSTR("link", link->options.name), LOG_CSTR("answer", reply->str));
    link->drop = true;
}

static void command_cb(redisAsyncContext *redis, void *reply, void *data)
{
    struct pending *pending = data;
    struct link *link = pending->link;
    list_remove(&pending->node);
    link->in_flight--;
    link_measure(link);
    link_heed(link, reply);
    pending->reply(link->drop ? NULL : reply, pending->done, pending->ctx);
    sb_free(pending);
}

/* hiredis 0.14 says nothing when it runs out of memory: a command may be queued without its callback, or a
 * callback without its command, and from then on every answer would go to the wrong request. */
static bool link_has_callback(const struct link *link, const struct pending *pending)
{
    const redisCallback *last = link->redis->replies.tail;
    return last && last->privdata == pending;
}

bool link_issue(struct link *link, const struct cmd *cmd, link_reply_fn reply, link_done_fn done, void *ctx)
{
    if (cmd->overflow || link->in_flight >= LINK_IN_FLIGHT_MAX)
        return false;
    struct pending *pending = sb_calloc(1, sizeof *pending);
    if (!pending)
        return false;
    *pending =
        (struct pending){.link = link, .sent_ms = clock_mono_ms(), .reply = reply, .done = done, .ctx = ctx};
    list_push_back(&link->pending, &pending->node);
    if (redisAsyncCommandArgv(link->redis, command_cb, pending, cmd->argc, (const char **)cmd->argv,
                              cmd->lens) != REDIS_OK ||
        !link_has_callback(link, pending)) {
        link->drop = true;
        list_remove(&pending->node);
        sb_free(pending);
        return false;
    }
    if (link->redis->c.err)
        link->drop = true;
    link->in_flight++;
    link_measure(link);
    return true;
}

bool link_is_idle(const struct link *link)
{
    return list_empty(&link->pending);
}

bool link_is_up(const struct link *link)
{
    return link->state == LINK_UP && !link->drop;
}

bool link_send(struct link *link, const struct cmd *cmd, link_reply_fn reply, link_done_fn done, void *ctx)
{
    return link_is_up(link) && link_issue(link, cmd, reply, done, ctx);
}

/* ---- connecting ---- */

static void connect_cb(const redisAsyncContext *redis, int status)
{
    struct link *link = redis->data;
    if (status != REDIS_OK) {
        link_went_down(link, "connection refused");
        return;
    }
    link_enter(link, LINK_SETTING_UP, LINK_CONNECT_TIMEOUT_MS);
    if (!link_set_up(link))
        link->drop = true;
}

static void disconnect_cb(const redisAsyncContext *redis, int status)
{
    link_went_down(redis->data, status == REDIS_OK ? "closed" : redis->errstr);
}

static void link_attach(struct link *link, redisAsyncContext *redis)
{
    if (!redis || redis->err || !uv_adapter_attach(redis, link->loop)) {
        if (redis)
            redisAsyncFree(redis);
        link_went_down(link, "cannot open a socket");
        return;
    }
    link->redis = redis;
    redis->data = link;
    link_enter(link, LINK_CONNECTING, LINK_CONNECT_TIMEOUT_MS);
    redisAsyncSetConnectCallback(redis, connect_cb);
    redisAsyncSetDisconnectCallback(redis, disconnect_cb);
}

static void resolved_cb(uv_getaddrinfo_t *request, int status, struct addrinfo *found)
{
    struct link *link = request->data;
    char address[HOST_ADDRESS_BYTES];
    bool good = host_address(status, found, address);
    if (link->state != LINK_RESOLVING)
        return;
    if (good)
        link_attach(link, redisAsyncConnect(address, link->port));
    else
        link_went_down(link, "host name not found");
}

static void link_connect_to(struct link *link, const char *host, uint16_t port)
{
    snprintf(link->host, sizeof link->host, "%s", host);
    link->port = port;
    if (host_is_numeric(host)) {
        link_attach(link, redisAsyncConnect(host, port));
        return;
    }
    link_enter(link, LINK_RESOLVING, LINK_CONNECT_TIMEOUT_MS);
    if (!host_resolve(link->loop, &link->resolve, host, resolved_cb))
        link_went_down(link, "cannot resolve");
}

/* Two in a row have to say so, and they are asked in turn: one that is behind the others does no harm. */
static void link_heard_master(struct link *link, const char *host, uint16_t port)
{
    bool elsewhere = strcmp(host, link->host) != 0 || port != link->port;
    if (elsewhere && link->moved && !link->drop) {
        log_warn("redis_moved", LOG_CSTR("link", link->options.name), LOG_CSTR("host", host),
                 LOG_I64("port", port));
        link->drop = true;
    }
    link->moved = elsewhere;
}

static void on_master(void *ctx, const char *host, uint16_t port)
{
    struct link *link = ctx;
    if (link->state == LINK_UP && host)
        link_heard_master(link, host, port);
    if (link->state != LINK_ASKING)
        return;
    if (host)
        link_connect_to(link, host, port);
    else
        link_went_down(link, "no Sentinel says where the master is");
}

static void link_ask_sentinels(struct link *link)
{
    link_enter(link, LINK_ASKING, 0);
    link->moved = false;
    sentinel_ask(&link->sentinel);
}

static void link_connect(struct link *link)
{
    if (link->target->kind == CONFIG_REDIS_SENTINEL)
        link_ask_sentinels(link);
    else if (link->target->kind == CONFIG_REDIS_TCP)
        link_connect_to(link, link->target->server.host.data, link->target->server.port);
    else
        link_attach(link, redisAsyncConnectUnix(link->target->path.data));
}

/* ---- the timer: time limits, retries, and ending connections outside hiredis's callbacks ---- */

static bool link_oldest_overdue(const struct link *link, int64_t now_ms)
{
    struct list_node *first = list_first(&link->pending);
    return first && now_ms - container_of(first, struct pending, node)->sent_ms > LINK_COMMAND_TIMEOUT_MS;
}

static void timer_closed_cb(uv_handle_t *handle)
{
    struct link *link = handle->data;
    link->stopped(link->stopped_ctx);
}

static void link_finish(struct link *link)
{
    link_enter(link, LINK_STOPPED, 0);
    if (link->redis)
        redisAsyncFree(link->redis);
    link->redis = NULL;
    sentinel_fini(&link->sentinel);
    uv_close((uv_handle_t *)&link->timer, timer_closed_cb);
}

static void link_poll(struct link *link, int64_t now_ms)
{
    if (link->state != LINK_UP || link->target->kind != CONFIG_REDIS_SENTINEL || now_ms < link->poll_ms ||
        link->stopping || !sentinel_is_idle(&link->sentinel))
        return;
    link->poll_ms = now_ms + LINK_POLL_MS;
    sentinel_ask(&link->sentinel);
}

static void link_check(struct link *link)
{
    int64_t now_ms = clock_mono_ms();
    sentinel_check(&link->sentinel, now_ms);
    bool overdue = now_ms >= link->deadline_ms;
    if (link->stopping && (overdue || list_empty(&link->pending)) && link->state != LINK_RESOLVING &&
        !sentinel_is_resolving(&link->sentinel)) {
        link_finish(link);
        return;
    }
    if (link->redis && (link->drop || link_oldest_overdue(link, now_ms) ||
                        (overdue && (link->state == LINK_CONNECTING || link->state == LINK_SETTING_UP)))) {
        redisAsyncContext *redis = link->redis;
        if (!link->drop)
            log_warn("redis_silent", LOG_CSTR("link", link->options.name),
                     LOG_CSTR("state", link_state_str(link->state)));
        bool connected = redis->c.flags & REDIS_CONNECTED;
        redisAsyncFree(redis); /* calls back all pending with NULL, and disconnect_cb if it was connected */
        if (!connected)
            link_went_down(link, "no answer");
        return;
    }
    link_poll(link, now_ms);
    if (link->state == LINK_DOWN && overdue && !link->stopping && sentinel_is_idle(&link->sentinel))
        link_connect(link);
}

static void timer_cb(uv_timer_t *timer)
{
    link_check(timer->data);
}

struct link *link_new(uv_loop_t *loop, const struct config_redis *target, const struct link_options *options)
{
    struct link *link = sb_calloc(1, sizeof *link);
    if (!link)
        return NULL;
    *link = (struct link){.loop = loop, .target = target, .options = *options};
    link->retry_ms = LINK_RETRY_MIN_MS;
    list_init(&link->pending);
    link->resolve.data = link;
    sentinel_init(&link->sentinel, loop, target, on_master, link);
    uv_timer_init(loop, &link->timer);
    link->timer.data = link;
    uv_timer_start(&link->timer, timer_cb, 0, CHECK_INTERVAL_MS);
    return link;
}

void link_drop(struct link *link)
{
    link->drop = true;
}

void link_stop(struct link *link, void (*done)(void *ctx), void *ctx)
{
    link->stopping = true;
    link->stopped = done;
    link->stopped_ctx = ctx;
    link->deadline_ms = clock_mono_ms() + STOP_TIMEOUT_MS;
}

void link_free(struct link *link)
{
    sb_free(link);
}
