#include "session/hub.h"

#include "base/alloc.h"
#include "base/metrics.h"
#include "session/live.h"
#include "session/push.h"
#include "session/session.h"
#include "shopbell/hub.h"

enum { TICK_MS = 400, REQUEST_ARENA_BYTES = 128 * 1024 };

static struct hub the_hub;

struct hub *hub_get(void)
{
    return &the_hub;
}

/* ---- what net asks ---- */

bool session_origin_allowed(struct str origin)
{
    return config_any_site_allows_origin(the_hub.config, origin);
}

bool session_ready(const char **why)
{
    *why = "ready";
    if (the_hub.draining)
        *why = "draining";
    else if (!the_hub.store || !store_is_up(the_hub.store))
        *why = "redis away";
    else if (!the_hub.writable)
        *why = "redis refuses writes";
    for (size_t i = 0; i < the_hub.sites_count; i++)
        if (!site_ready(&the_hub.sites[i]) && strcmp(*why, "ready") == 0)
            *why = "starting";
    return strcmp(*why, "ready") == 0;
}

/* ---- what the store tells ---- */

void hub_on_store_up(void *ctx)
{
    for (size_t i = 0; i < the_hub.sites_count; i++)
        site_on_store_up(&the_hub.sites[i]);
    hub_set_writable(true);
}

void hub_on_store_down(void *ctx)
{
    for (size_t i = 0; i < the_hub.sites_count; i++)
        site_on_store_down(&the_hub.sites[i]);
    hub_set_writable(false);
}

static void hub_tell_writable(void)
{
    if (the_hub.told_writable != the_hub.writable && push_service_status(the_hub.writable))
        the_hub.told_writable = the_hub.writable;
}

void hub_set_writable(bool writable)
{
    the_hub.writable = writable;
    hub_tell_writable();
}

struct site *hub_site(struct str id)
{
    for (size_t i = 0; i < the_hub.sites_count; i++)
        if (str_eq(the_hub.sites[i].id, id))
            return &the_hub.sites[i];
    return NULL;
}

void hub_on_changes(void *ctx, struct str site_id, const struct store_changes *changes)
{
    struct site *site = hub_site(site_id);
    if (site)
        site_apply(site, changes);
}

void hub_on_peer(void *ctx, struct str site_id, struct str conversation, struct str node, bool looks,
                 bool shopper_there)
{
    struct site *site = hub_site(site_id);
    struct live *live = site ? live_find(site, conversation) : NULL;
    if (live)
        peers_set(live, node, looks, shopper_there);
}

void hub_on_told(void *ctx, struct str site_id, const struct store_told *told)
{
    struct site *site = hub_site(site_id);
    struct live *live = site ? live_find(site, told->conversation) : NULL;
    if (!live)
        return;
    live_hold(live);
    peers_heard(live, told);
    live_release(live);
}

void hub_on_gap(void *ctx)
{
    for (size_t i = 0; i < the_hub.sites_count; i++)
        site_read_again(&the_hub.sites[i]);
}

/* ---- lifetime ---- */

static void hub_measure(void)
{
    static const char *const states[] = {"queued", "assigned", "closing"};
    for (size_t state = 0; state < 3; state++) {
        int64_t count = 0;
        for (size_t i = 0; i < the_hub.sites_count; i++)
            count += the_hub.sites[i].counts[state];
        metrics_set_labelled(M_CONVERSATIONS, str_from(states[state]), count);
    }
}

static void tick_cb(uv_timer_t *timer)
{
    for (size_t i = 0; i < the_hub.sites_count; i++)
        site_tick(&the_hub.sites[i]);
    hub_measure();
    hub_tell_writable();
}

static bool hub_open_sites(struct hub *hub)
{
    hub->sites = sb_calloc(hub->config->sites_count + 1, sizeof *hub->sites);
    if (!hub->sites)
        return false;
    for (size_t i = 0; i < hub->config->sites_count; i++) {
        hub->sites_count = i + 1;
        if (!site_init(&hub->sites[i], hub, &hub->config->sites[i]))
            return false;
    }
    return true;
}

bool hub_open(uv_loop_t *loop, const struct config *config, const struct session_transport *transport)
{
    struct hub *hub = &the_hub;
    *hub = (struct hub){.loop = loop, .config = config, .transport = *transport};
    sessions_init();
    wheel_init(&hub->wheel, loop);
    login_guard_init(&hub->login_guard);
    buf_init(&hub->scratch);
    uv_timer_init(loop, &hub->tick);
    uv_timer_start(&hub->tick, tick_cb, TICK_MS, TICK_MS);
    return arena_init(&hub->request_arena, REQUEST_ARENA_BYTES) && hub_open_sites(hub);
}

void hub_use_store(struct store *store)
{
    the_hub.store = store;
}

void hub_leave(void)
{
    for (size_t i = 0; i < the_hub.sites_count; i++)
        store_node_left(the_hub.store, the_hub.sites[i].id, site_on_changes, &the_hub.sites[i]);
}

void hub_stop(void)
{
    wheel_stop(&the_hub.wheel);
    uv_close((uv_handle_t *)&the_hub.tick, NULL);
}

void hub_close(void)
{
    for (size_t i = 0; i < the_hub.sites_count; i++)
        site_fini(&the_hub.sites[i]);
    sb_free(the_hub.sites);
    login_guard_fini(&the_hub.login_guard);
    arena_fini(&the_hub.request_arena);
    buf_fini(&the_hub.scratch);
    sessions_fini();
}
