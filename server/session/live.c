#include "session/live.h"

#include "base/alloc.h"
#include "session/hub.h"
#include "session/live_internal.h"
#include "session/push.h"
#include "session/session.h"
#include "session/site.h"

struct live_waiter {
    struct list_node node;
    live_fn done;
    void *ctx;
};

struct store *live_store(const struct live *live)
{
    return live->site->hub->store;
}

/* ---- the places a conversation stands in, by its state ---- */

static void live_place_with_agent(struct live *live)
{
    const struct conversation *c = &live->conversation;
    struct agent *agent =
        conversation_is_open(c) && c->agent[0] ? site_agent(live->site, str_from(c->agent)) : NULL;
    if (agent == live->agent)
        return;
    list_remove(&live->agent_node);
    live->agent = agent;
    if (agent)
        list_push_back(&agent->lives, &live->agent_node);
}

static void live_place_in_queue(struct live *live)
{
    const struct conversation *c = &live->conversation;
    bool waits = c->state == PROTO_CONVERSATION_STATE_QUEUED && !c->adviser[0];
    struct team *team = waits ? site_team(live->site, str_from(live->conversation.team)) : NULL;
    if (team == live->team && (!team || c->line_seq == live->line_seq))
        return;
    live->line_seq = c->line_seq;
    line_leave(live);
    live->team = team;
    if (team)
        line_join(live);
}

void live_place(struct live *live)
{
    live_place_with_agent(live);
    live_place_in_queue(live);
}

/* ---- viewers ---- */

struct viewer *live_viewer(struct live *live, const struct session *session)
{
    list_for_each_safe(node, &live->viewers) {
        struct viewer *viewer = container_of(node, struct viewer, live_node);
        if (viewer->session == session)
            return viewer;
    }
    return NULL;
}

/* Whoever opens the next conversation no longer looks at the one before. */
static void session_leave_closed(struct session *session)
{
    chain_for_each_safe(node, &session->viewers) {
        struct viewer *viewer = container_of(node, struct viewer, session_node);
        if (!conversation_is_open(&viewer->live->conversation))
            viewer_free(viewer);
    }
}

static void live_shopper_came(struct live *live, struct shopper *shopper)
{
    struct live *before = shopper->current;
    shopper->current = live;
    push_shopper_presence(live);
    peers_shopper_moved(live);
    if (before && before != live)
        live_drop_if_idle(before);
}

bool live_shopper_present(const struct live *live)
{
    return shopper_present(live->site, id_str(&live->conversation.shopper)) || peers_have_shopper(live);
}

bool live_view(struct live *live, struct session *session)
{
    if (live_viewer(live, session))
        return true;
    struct viewer *viewer = sb_calloc(1, sizeof *viewer);
    if (!viewer)
        return false;
    viewer->live = live;
    viewer->session = session;
    list_push_back(&live->viewers, &viewer->live_node);
    chain_push_front(&session->viewers, &viewer->session_node);
    if (session->role == PROTO_SHOPPER && conversation_is_open(&live->conversation)) {
        session_leave_closed(session);
        session_extend_idle(session);
        live_shopper_came(live, session->who.shopper);
    }
    return true;
}

void viewer_free(struct viewer *viewer)
{
    struct live *live = viewer->live;
    list_remove(&viewer->live_node);
    chain_remove(&viewer->session_node);
    sb_free(viewer);
    live_drop_if_idle(live);
}

void live_dismiss_agents(struct live *live)
{
    list_for_each_safe(node, &live->viewers) {
        struct viewer *viewer = container_of(node, struct viewer, live_node);
        if (viewer->session->role == PROTO_AGENT && viewer->session->who.agent != live->agent)
            viewer_free(viewer);
    }
}

/* ---- from nothing to loaded, and back ---- */

static void live_free(struct live *live)
{
    struct shopper *shopper = shopper_find(live->site, id_str(&live->conversation.shopper));
    if (shopper && shopper->current == live)
        shopper->current = NULL;
    wheel_disarm(&live->site->hub->wheel, &live->retry);
    map_remove(&live->site->lives, &live->node);
    list_remove(&live->agent_node);
    line_leave(live);
    peers_leave(live);
    live_shopper_fini(&live->shopper);
    conversation_fini(&live->conversation);
    sb_free(live);
}

void live_hold(struct live *live)
{
    live->holds++;
}

void live_release(struct live *live)
{
    live->holds--;
    live_drop_if_idle(live);
}

/* Between two pages of theirs nobody looks, and other nodes are not to hear of that. */
static bool live_awaits_shopper(const struct live *live)
{
    const struct shopper *shopper = shopper_find(live->site, id_str(&live->conversation.shopper));
    return shopper && shopper->current == live;
}

bool live_is_idle(const struct live *live)
{
    return live->holds == 0 && list_empty(&live->viewers) && list_empty(&live->waiters) &&
           list_empty(&live->appends) && !live_awaits_shopper(live);
}

void live_drop_if_idle(struct live *live)
{
    if (live_is_idle(live))
        live_free(live);
}

static struct live *live_new(struct site *site, struct str id)
{
    struct live *live = sb_calloc(1, sizeof *live);
    if (!live)
        return NULL;
    live->site = site;
    list_init(&live->viewers);
    list_init(&live->waiters);
    list_init(&live->appends);
    list_node_init(&live->agent_node);
    if (id_parse(id, 'c', &live->conversation.id) &&
        map_put(&site->lives, &live->node, id_str(&live->conversation.id)))
        return live;
    sb_free(live);
    return NULL;
}

struct live *live_find(struct site *site, struct str id)
{
    struct map_node *node = map_get(&site->lives, id);
    return node ? container_of(node, struct live, node) : NULL;
}

void live_tell_waiters(struct live *live, enum store_result result)
{
    struct list waiters;
    list_init(&waiters);
    list_move_all(&waiters, &live->waiters);
    list_for_each_safe(node, &waiters) {
        struct live_waiter *waiter = container_of(node, struct live_waiter, node);
        list_remove(node);
        waiter->done(waiter->ctx, result, result == STORE_OK ? live : NULL);
        sb_free(waiter);
    }
}

static bool live_wait(struct live *live, live_fn done, void *ctx)
{
    struct live_waiter *waiter = sb_calloc(1, sizeof *waiter);
    if (!waiter)
        return false;
    waiter->done = done;
    waiter->ctx = ctx;
    list_push_back(&live->waiters, &waiter->node);
    return true;
}

void live_open(struct site *site, struct str id, live_fn done, void *ctx)
{
    struct live *live = live_find(site, id);
    bool is_new = !live;
    if (live && live->state == LIVE_CURRENT) {
        live_hold(live);
        done(ctx, STORE_OK, live);
        live_release(live);
        return;
    }
    if (is_new)
        live = live_new(site, id);
    if (!live || !live_wait(live, done, ctx)) {
        if (live && is_new)
            live_free(live);
        done(ctx, STORE_UNAVAILABLE, NULL);
        return;
    }
    if (live->reading)
        return;
    if (live->record_read) {
        live_follow(live, 0);
    } else if (!live_load(live)) {
        live_hold(live);
        live_ready(live, STORE_UNAVAILABLE);
        live_release(live);
    }
}

void live_free_all(struct site *site)
{
    map_for_each_safe(node, &site->lives) {
        live_free(container_of(node, struct live, node));
    }
}
