/* States: DOWN -> ASKING (Sentinels) -> RESOLVING -> CONNECTING -> SETTING_UP -> UP, and from each back to
 * DOWN; STOPPED ends it. Whoever wants a connection gone sets `drop` and the timer does it, so that nobody's
 * answer comes while they ask; answers that still come until then are not believed. */
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "store/host.h"
#include "store/link_internal.h"
#include "store/reply.h"

enum { CHECK_INTERVAL_MS = 50, RETRY_MAX_MS = 1000, STOP_TIMEOUT_MS = 1500 };

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
    link->drop = false;
    if (!link->stopping && (link->state == LINK_UP || link->retry_ms == RETRY_MAX_MS))
        log_warn("redis_away", LOG_CSTR("link", link->options.name), LOG_CSTR("why", why),
                 LOG_I64("retry_ms", link->retry_ms));
    link_enter(link, LINK_DOWN, link->retry_ms);
    link->retry_ms = link->retry_ms * 2 < RETRY_MAX_MS ? link->retry_ms * 2 : RETRY_MAX_MS;
}

/* A master that was made a replica: somewhere there is, or will be, another one. */
static void link_heed(struct link *link, const redisReply *reply)
{
    if (!reply || link->drop || link->state != LINK_UP || !reply_error_is(reply, "READONLY"))
        return;
    log_warn("redis_demoted", LOG_CSTR("link", link->options.name), LOG_CSTR("answer", reply->str));
    link->drop = true;
}

static void pending_end(struct pending *pending, const redisReply *reply)
{
    struct link *link = pending->link;
    list_remove(&pending->node);
    link->in_flight--;
    link_measure(link);
    link_heed(link, reply);
    pending->reply(link->drop ? NULL : reply, pending->done, pending->ctx);
    sb_free(pending);
}

static void on_reply(void *ctx, const redisReply *reply)
{
    struct link *link = ctx;
    struct list_node *first = list_first(&link->pending);
    link->heard_ms = clock_mono_ms();
    if (first)
        pending_end(container_of(first, struct pending, node), reply);
    else
        link_hear(link, reply);
}

/* All that were in flight are answered with NULL. */
static void link_disconnect(struct link *link)
{
    struct list_node *first;
    if (link->wire)
        wire_close(link->wire);
    link->wire = NULL;
    link->drop = true;
    while ((first = list_first(&link->pending)))
        pending_end(container_of(first, struct pending, node), NULL);
}

bool link_issue(struct link *link, const struct cmd *cmd, link_reply_fn reply, link_done_fn done, void *ctx)
{
    if (cmd->overflow || link->in_flight >= LINK_IN_FLIGHT_MAX)
        return false;
    struct pending *pending = sb_malloc(sizeof *pending);
    if (!pending || !wire_send(link->wire, cmd)) {
        sb_free(pending);
        return false;
    }
    *pending =
        (struct pending){.link = link, .sent_ms = clock_mono_ms(), .reply = reply, .done = done, .ctx = ctx};
    list_push_back(&link->pending, &pending->node);
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

static void on_connected(void *ctx)
{
    struct link *link = ctx;
    link_enter(link, LINK_SETTING_UP, LINK_CONNECT_TIMEOUT_MS);
    if (!link_set_up(link))
        link->drop = true;
}

static void on_lost(void *ctx, const char *why)
{
    struct link *link = ctx;
    link->wire = NULL;
    link_disconnect(link);
    link_went_down(link, why);
}

static const struct wire_events wire_events = {.connected = on_connected, .reply = on_reply, .lost = on_lost};

static void link_attach(struct link *link, struct wire *wire)
{
    link->wire = wire;
    if (wire)
        link_enter(link, LINK_CONNECTING, LINK_CONNECT_TIMEOUT_MS);
    else
        link_went_down(link, "cannot open a socket");
}

static void link_attach_tcp(struct link *link, const char *address)
{
    link_attach(link, wire_open_tcp(link->loop, address, link->port, &wire_events, link));
}

static void resolved_cb(uv_getaddrinfo_t *request, int status, struct addrinfo *found)
{
    struct link *link = request->data;
    char address[HOST_ADDRESS_BYTES];
    bool good = host_address(status, found, address);
    if (link->state != LINK_RESOLVING)
        return;
    if (good)
        link_attach_tcp(link, address);
    else
        link_went_down(link, "host name not found");
}

static void link_connect_to(struct link *link, const char *host, uint16_t port)
{
    snprintf(link->host, sizeof link->host, "%s", host);
    link->port = port;
    if (host_is_numeric(host)) {
        link_attach_tcp(link, host);
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
        link_attach(link, wire_open_unix(link->loop, link->target->path.data, &wire_events, link));
}

/* ---- the timer: time limits, retries, and ending connections ---- */

/* Answers come in turn, so one that comes is a sign of life for all behind it: many that are long in coming
 * are load, and giving them up would only add to it. What came while this loop was held up is not read yet.
 */
static bool link_is_silent(struct link *link, int64_t now_ms)
{
    struct list_node *first = list_first(&link->pending);
    if (now_ms - link->checked_ms > LINK_COMMAND_TIMEOUT_MS / 2)
        link->heard_ms = now_ms;
    link->checked_ms = now_ms;
    return first && now_ms - link->heard_ms > LINK_COMMAND_TIMEOUT_MS &&
           now_ms - container_of(first, struct pending, node)->sent_ms > LINK_COMMAND_TIMEOUT_MS;
}

static void timer_closed_cb(uv_handle_t *handle)
{
    struct link *link = handle->data;
    link->stopped(link->stopped_ctx);
}

static void link_finish(struct link *link)
{
    link_enter(link, LINK_STOPPED, 0);
    link_disconnect(link);
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
    bool silent = link_is_silent(link, now_ms);
    sentinel_check(&link->sentinel, now_ms);
    bool overdue = now_ms >= link->deadline_ms;
    if (link->stopping && (overdue || list_empty(&link->pending)) && link->state != LINK_RESOLVING &&
        !sentinel_is_resolving(&link->sentinel)) {
        link_finish(link);
        return;
    }
    if (link->wire && (link->drop || silent ||
                       (overdue && (link->state == LINK_CONNECTING || link->state == LINK_SETTING_UP)))) {
        if (!link->drop)
            log_warn("redis_silent", LOG_CSTR("link", link->options.name),
                     LOG_CSTR("state", link_state_str(link->state)));
        link_disconnect(link);
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
