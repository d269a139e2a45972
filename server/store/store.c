#include "shopbell/store.h"

#include "base/alloc.h"
#include "base/config.h"
#include "base/log.h"
#include "base/metrics.h"
#include "store/feed.h"
#include "store/functions.h"
#include "store/store_internal.h"

const char *store_result_str(enum store_result result)
{
    static const char *const names[] = {"ok",         "exists",      "duplicate",  "not_found",
                                        "not_yours",  "wrong_state", "agent_away", "agent_full",
                                        "queue_full", "conflict",    "unavailable"};
    return names[result];
}

static void on_link_up(void *ctx)
{
    struct store *store = ctx;
    store->up = true;
    metrics_set(M_REDIS_UP, 1);
    store->upcalls.on_up(store->upcalls.ctx);
}

static void on_link_down(void *ctx)
{
    struct store *store = ctx;
    store->up = false;
    metrics_set(M_REDIS_UP, 0);
    store->upcalls.on_down(store->upcalls.ctx);
}

static bool store_choose_target(struct store *store, uv_loop_t *loop, const struct config *config)
{
    store->target = config->redis;
    if (config->redis.kind != CONFIG_REDIS_PRIVATE)
        return true;
    store->private_redis = private_redis_new(loop, config->data_dir);
    if (!store->private_redis)
        return false;
    store->target.kind = CONFIG_REDIS_UNIX;
    store->target.path = str_from(private_redis_socket(store->private_redis));
    return true;
}

struct store *store_new(uv_loop_t *loop, const struct config *config, const struct store_upcalls *upcalls)
{
    struct store *store = sb_calloc(1, sizeof *store);
    if (!store)
        return NULL;
    store->upcalls = *upcalls;
    store->node = id_new('n');
    store->library = (struct str){(const char *)store_functions, store_functions_len};
    if (!store_choose_target(store, loop, config)) {
        sb_free(store);
        return NULL;
    }
    struct link_options options = {.name = "commands",
                                   .ctx = store,
                                   .on_up = on_link_up,
                                   .on_down = on_link_down,
                                   .library = store->library};
    store->link = link_new(loop, &store->target, &options);
    store->feed = store->link ? feed_new(loop, store, &store->target, config, &store->node, upcalls) : NULL;
    if (!store->feed) {
        private_redis_free(store->private_redis);
        sb_free(store);
        return NULL;
    }
    log_info("store", LOG_STR("node", id_str(&store->node)),
             LOG_CSTR("redis", config_redis_kind_str(config->redis.kind)));
    return store;
}

static void on_redis_stopped(void *ctx)
{
    struct store *store = ctx;
    store->stopped(store->stopped_ctx);
}

static void on_link_stopped(void *ctx)
{
    struct store *store = ctx;
    if (store->private_redis)
        private_redis_stop(store->private_redis, on_redis_stopped, store);
    else
        store->stopped(store->stopped_ctx);
}

static void on_feed_stopped(void *ctx)
{
    struct store *store = ctx;
    link_stop(store->link, on_link_stopped, store);
}

void store_stop(struct store *store, void (*done)(void *ctx), void *ctx)
{
    store->stopped = done;
    store->stopped_ctx = ctx;
    feed_stop(store->feed, on_feed_stopped, store);
}

void store_free(struct store *store)
{
    if (!store)
        return;
    feed_free(store->feed);
    link_free(store->link);
    private_redis_free(store->private_redis);
    sb_free(store);
}

bool store_is_up(const struct store *store)
{
    return store->up && link_is_up(store->link);
}

bool store_is_idle(const struct store *store)
{
    return !store_is_up(store) || link_is_idle(store->link);
}
