/* A round: each Sentinel in turn is looked up, connected to and asked, until one names the master. One that
 * wants a password is given the Redis user's. Names are looked up on the thread pool, numbers need no
 * look-up. */
#include "store/sentinel.h"

#include <hiredis/hiredis.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/cmd.h"
#include "store/host.h"
#include "store/reply.h"

static const struct config_endpoint *sentinel_endpoint(const struct sentinel *sentinel)
{
    return &sentinel->target->sentinels[sentinel->at];
}

static void sentinel_try(struct sentinel *sentinel);

static void sentinel_finish(struct sentinel *sentinel, const char *host, uint16_t port)
{
    sentinel->state = SENTINEL_IDLE;
    sentinel->done(sentinel->ctx, host, port);
}

/* The connection may still be there: the next one is tried once sentinel_check() has ended it. */
static void sentinel_next(struct sentinel *sentinel, const char *why)
{
    const struct config_endpoint *endpoint = sentinel_endpoint(sentinel);
    log_debug("sentinel_no_answer", LOG_STR("host", endpoint->host), LOG_I64("port", endpoint->port),
              LOG_CSTR("why", why));
    sentinel->at = (sentinel->at + 1) % sentinel->target->sentinels_count;
    if (sentinel->left == 0) {
        sentinel_finish(sentinel, NULL, 0);
        return;
    }
    sentinel->left--;
    if (!sentinel->wire)
        sentinel_try(sentinel);
}

static void sentinel_failed(struct sentinel *sentinel, const char *why)
{
    if (sentinel->drop || sentinel->state != SENTINEL_ASKING)
        return;
    sentinel->drop = sentinel->wire;
    sentinel_next(sentinel, why);
}

/* ---- the question ---- */

static bool sentinel_send_question(struct sentinel *sentinel)
{
    struct cmd cmd;
    cmd_init(&cmd, "SENTINEL");
    cmd_cstr(&cmd, "get-master-addr-by-name");
    cmd_arg(&cmd, sentinel->target->master);
    return wire_send(sentinel->wire, &cmd);
}

static bool sentinel_authenticate(struct sentinel *sentinel)
{
    struct cmd cmd;
    if (sentinel->authenticated || !sentinel->target->password.data)
        return false;
    sentinel->authenticated = sentinel->awaits_auth = true;
    cmd_init(&cmd, "AUTH");
    if (sentinel->target->user.data)
        cmd_arg(&cmd, sentinel->target->user);
    cmd_arg(&cmd, sentinel->target->password);
    return wire_send(sentinel->wire, &cmd) && sentinel_send_question(sentinel);
}

static void on_master(struct sentinel *sentinel, const redisReply *reply)
{
    struct str host = reply_str_at(reply, 0);
    int64_t port = reply_i64_at(reply, 1);
    if (reply_error_is(reply, "NOAUTH") && sentinel_authenticate(sentinel))
        return;
    if (reply->type == REDIS_REPLY_ERROR || host.len == 0 || host.len > SENTINEL_HOST_MAX_BYTES ||
        port <= 0 || port > UINT16_MAX) {
        if (sentinel->left == 0)
            log_warn("sentinel_knows_no_master", LOG_STR("master", sentinel->target->master),
                     LOG_CSTR("answer", reply->type == REDIS_REPLY_ERROR ? reply->str : "none of that name"));
        sentinel_failed(sentinel, "knows no master");
        return;
    }
    sentinel->drop = true;
    sentinel_finish(sentinel, host.data, (uint16_t)port);
}

static void on_authenticated(struct sentinel *sentinel, const redisReply *reply)
{
    sentinel->awaits_auth = false;
    if (reply->type == REDIS_REPLY_ERROR)
        log_error("sentinel_refused", LOG_CSTR("answer", reply->str));
}

static void on_reply(void *ctx, const redisReply *reply)
{
    struct sentinel *sentinel = ctx;
    if (sentinel->drop)
        return;
    if (sentinel->awaits_auth)
        on_authenticated(sentinel, reply);
    else
        on_master(sentinel, reply);
}

/* ---- connecting ---- */

static void on_connected(void *ctx)
{
    struct sentinel *sentinel = ctx;
    if (!sentinel->drop && !sentinel_send_question(sentinel))
        sentinel_failed(sentinel, "no memory");
}

static void on_lost(void *ctx, const char *why)
{
    struct sentinel *sentinel = ctx;
    sentinel->wire = NULL;
    if (!sentinel->drop)
        sentinel_failed(sentinel, why);
}

static const struct wire_events wire_events = {.connected = on_connected, .reply = on_reply, .lost = on_lost};

static void sentinel_connect(struct sentinel *sentinel, const char *address)
{
    sentinel->state = SENTINEL_ASKING;
    sentinel->authenticated = sentinel->awaits_auth = sentinel->drop = false;
    sentinel->deadline_ms = clock_mono_ms() + SENTINEL_TIMEOUT_MS;
    sentinel->wire =
        wire_open_tcp(sentinel->loop, address, sentinel_endpoint(sentinel)->port, &wire_events, sentinel);
    if (!sentinel->wire)
        sentinel_failed(sentinel, "cannot open a socket");
}

static void resolved_cb(uv_getaddrinfo_t *request, int status, struct addrinfo *found)
{
    struct sentinel *sentinel = request->data;
    char address[HOST_ADDRESS_BYTES];
    bool good = host_address(status, found, address);
    sentinel->state = SENTINEL_ASKING;
    if (good)
        sentinel_connect(sentinel, address);
    else
        sentinel_failed(sentinel, "host name not found");
}

static void sentinel_try(struct sentinel *sentinel)
{
    const char *host = sentinel_endpoint(sentinel)->host.data;
    sentinel->drop = false;
    if (host_is_numeric(host)) {
        sentinel_connect(sentinel, host);
        return;
    }
    sentinel->state = SENTINEL_RESOLVING;
    if (!host_resolve(sentinel->loop, &sentinel->resolve, host, resolved_cb)) {
        sentinel->state = SENTINEL_ASKING;
        sentinel_failed(sentinel, "cannot resolve");
    }
}

/* ---- what the owner calls ---- */

void sentinel_init(struct sentinel *sentinel, uv_loop_t *loop, const struct config_redis *target,
                   sentinel_fn done, void *ctx)
{
    *sentinel = (struct sentinel){.loop = loop, .target = target, .done = done, .ctx = ctx};
    sentinel->resolve.data = sentinel;
}

bool sentinel_is_idle(const struct sentinel *sentinel)
{
    return sentinel->state == SENTINEL_IDLE && !sentinel->wire;
}

bool sentinel_is_resolving(const struct sentinel *sentinel)
{
    return sentinel->state == SENTINEL_RESOLVING;
}

void sentinel_ask(struct sentinel *sentinel)
{
    sentinel->at = (sentinel->at + 1) % sentinel->target->sentinels_count;
    sentinel->left = sentinel->target->sentinels_count - 1;
    sentinel_try(sentinel);
}

static void sentinel_disconnect(struct sentinel *sentinel)
{
    sentinel->drop = true;
    if (sentinel->wire)
        wire_close(sentinel->wire);
    sentinel->wire = NULL;
}

void sentinel_check(struct sentinel *sentinel, int64_t now_ms)
{
    if (sentinel->state == SENTINEL_ASKING && !sentinel->drop && now_ms >= sentinel->deadline_ms)
        sentinel_failed(sentinel, "no answer");
    if (!sentinel->drop)
        return;
    sentinel_disconnect(sentinel);
    if (sentinel->state == SENTINEL_ASKING)
        sentinel_try(sentinel);
}

void sentinel_fini(struct sentinel *sentinel)
{
    sentinel_disconnect(sentinel);
    sentinel->state = SENTINEL_IDLE;
}
