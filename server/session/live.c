#include "session/live.h"

#include <stdio.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "session/append.h"
#include "session/hub.h"
#include "session/invite.h"
#include "session/push.h"
#include "session/session.h"
#include "session/site.h"
#include "session/team.h"

enum { READ_BATCH = 500, RETRY_DELAY_MS = 1000 };

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

static void live_place(struct live *live)
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
    list_for_each_safe(node, &session->viewers) {
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
    list_push_back(&session->viewers, &viewer->session_node);
    if (session->role == PROTO_SHOPPER && conversation_is_open(&live->conversation)) {
        session_leave_closed(session);
        live_shopper_came(live, session->who.shopper);
    }
    return true;
}

void viewer_free(struct viewer *viewer)
{
    struct live *live = viewer->live;
    list_remove(&viewer->live_node);
    list_remove(&viewer->session_node);
    sb_free(viewer);
    live_drop_if_idle(live);
}

/* Agents look at what is theirs; a shopper goes on seeing what was theirs. */
static void live_dismiss_agents(struct live *live)
{
    list_for_each_safe(node, &live->viewers) {
        struct viewer *viewer = container_of(node, struct viewer, live_node);
        if (viewer->session->role == PROTO_AGENT && viewer->session->who.agent != live->agent)
            viewer_free(viewer);
    }
}

/* ---- events ---- */

static void live_after(struct live *live, const struct event *event)
{
    if (event->type == PROTO_EVENT_TYPE_MESSAGE)
        return;
    live_place(live);
    live_dismiss_agents(live);
    if (event->type == PROTO_EVENT_TYPE_ASSIGNED || event->type == PROTO_EVENT_TYPE_OPENED)
        invite(live);
}

static void live_retry(struct wheel_timer *timer)
{
    live_follow(container_of(timer, struct live, retry), 0);
}

/* While the store is away there is no use in asking: on its return every view is read. */
void live_distrust(struct live *live)
{
    if (live->state == LIVE_LOADING)
        return;
    live->state = LIVE_STALE;
    if (store_is_up(live_store(live)))
        wheel_arm(&live->site->hub->wheel, &live->retry, RETRY_DELAY_MS, live_retry);
}

bool live_apply(struct live *live, const struct event *event, const struct session *except,
                int64_t received_us)
{
    bool whole = true;
    live_hold(live);
    switch (conversation_apply(&live->conversation, event)) {
    case CONVERSATION_APPLIED:
        if (live->state == LIVE_LOADING)
            break;
        push_event(live, event, except, received_us);
        live_after(live, event);
        break;
    case CONVERSATION_KNOWN:
        break;
    case CONVERSATION_GAP:
    case CONVERSATION_NO_MEMORY:
        live_distrust(live);
        whole = false;
        break;
    }
    live_release(live);
    return whole;
}

/* ---- reading ---- */

static void live_tell_waiters(struct live *live, enum store_result result)
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

void live_ready(struct live *live, enum store_result result)
{
    live_hold(live);
    if (result == STORE_OK)
        append_next(live);
    else
        append_fail_all(live);
    live_tell_waiters(live, result);
    live_release(live);
}

static void live_read(struct live *live);
static bool live_load(struct live *live);

/* Acknowledged, and no longer there. When the stream has grown again meanwhile, how many is not known. */
static void live_note_lost(struct live *live)
{
    int64_t has = live->conversation.last_seq, lost = live->had_seq > has ? live->had_seq - has : 1;
    if (live->had_seq == 0)
        return;
    log_error("stream_shorter", LOG_STR("conversation", id_str(&live->conversation.id)),
              LOG_I64("had", live->had_seq), LOG_I64("has", has), LOG_I64("lost", lost));
    metrics_add(M_EVENTS_LOST, lost);
    live->had_seq = 0;
}

static void live_caught_up(struct live *live)
{
    live_note_lost(live);
    if (live->state == LIVE_LOADING)
        live->told_present = live_shopper_present(live);
    live->state = LIVE_CURRENT;
    wheel_disarm(&live->site->hub->wheel, &live->retry);
    live_place(live);
    if (!live->peers.registered)
        peers_register(live);
    live_ready(live, STORE_OK);
}

static void live_read_failed(struct live *live, enum store_result result)
{
    live_distrust(live);
    live_ready(live, result);
}

void live_doubt(struct live *live)
{
    live->doubted = true;
}

static void live_send_viewers_back(struct live *live)
{
    list_for_each_safe(node, &live->viewers) {
        struct viewer *viewer = container_of(node, struct viewer, live_node);
        session_close(viewer->session, PROTO_CLOSE_TRY_AGAIN_LATER);
        viewer_free(viewer);
    }
}

/* What stands here is ahead of the stream, or beside it. Messages in line are refused: what their senders had
 * acknowledged before comes first, and they know of it once they come back. */
static void live_rebuild(struct live *live)
{
    struct site *site = live->site;
    live->had_seq = live->conversation.last_seq;
    if (conversation_last_id(&live->conversation).generation >= site->generation)
        site_begin_generation(site, true);
    append_fail_all(live);
    live_send_viewers_back(live);
    list_remove(&live->agent_node);
    live->agent = NULL;
    line_leave(live);
    conversation_forget_events(&live->conversation);
    live->state = LIVE_LOADING;
    live->record_read = live->doubted = false;
    if (!live_load(live))
        live_ready(live, STORE_UNAVAILABLE);
}

static bool live_ends_as_known(const struct live *live, const struct event *events, size_t count)
{
    return count > 0 && conversation_has(&live->conversation, events[0].id);
}

static void on_read(void *ctx, enum store_result result, const struct event *events, size_t count)
{
    struct live *live = ctx;
    bool shorter = live->checking && result == STORE_OK && !live_ends_as_known(live, events, count);
    live->reading = false;
    live_hold(live);
    if (result == STORE_OK)
        live->doubted = false;
    for (size_t i = 0; i < count && result == STORE_OK && !shorter; i++)
        if (!live_apply(live, &events[i], NULL, 0))
            result = STORE_UNAVAILABLE;
    if (shorter)
        live_rebuild(live);
    else if (result != STORE_OK)
        live_read_failed(live, result);
    else if (count == READ_BATCH || live->read_again)
        live_read(live);
    else
        live_caught_up(live);
    live_release(live);
    live_release(live); /* the read's own hold */
}

static void live_read(struct live *live)
{
    struct event_id last = conversation_last_id(&live->conversation);
    bool (*read)(struct store *, struct str, struct str, struct event_id, int, store_events_fn, void *);
    live->read_again = false;
    live->checking = live->doubted && last.seq > 0;
    read = live->checking ? store_read_from : store_read_after;
    live->reading = read(live_store(live), live->site->id, id_str(&live->conversation.id), last, READ_BATCH,
                         on_read, live);
    if (live->reading)
        live_hold(live);
    else
        live_read_failed(live, STORE_UNAVAILABLE);
}

void live_follow(struct live *live, int64_t seq)
{
    if (seq > 0 && seq <= live->conversation.last_seq)
        return;
    if (live->state == LIVE_LOADING && !live->record_read)
        return; /* its events are read after its record, so it will see this one */
    if (live->state == LIVE_CURRENT)
        live->state = LIVE_STALE;
    if (live->reading)
        live->read_again = true;
    else
        live_read(live);
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

static bool live_take_shopper(struct live *live, const struct store_conversation *record)
{
    return live_shopper_set(&live->shopper, record->who.name, record->who.email) &&
           live_shopper_move(&live->shopper, record->who.url, record->who.title);
}

static bool live_take_record(struct live *live, const struct store_conversation *record)
{
    struct conversation *c = &live->conversation;
    id_parse(record->shopper, 's', &c->shopper);
    snprintf(c->team, sizeof c->team, STR_FMT, STR_ARG(record->team));
    live->receipts = record->receipts;
    return live_take_shopper(live, record);
}

static void on_record(void *ctx, enum store_result result, const struct store_conversation *record)
{
    struct live *live = ctx;
    live->reading = false;
    live_hold(live);
    if (result == STORE_NOT_FOUND)
        live_note_lost(live);
    if (result == STORE_OK && !live_take_record(live, record))
        result = STORE_UNAVAILABLE;
    if (result == STORE_OK) {
        live->record_read = true;
        live_read(live);
    } else {
        live_ready(live, result);
    }
    live_release(live);
    live_release(live); /* the load's own hold */
}

static void on_record_again(void *ctx, enum store_result result, const struct store_conversation *record)
{
    struct live *live = ctx;
    if (result == STORE_OK && live_take_shopper(live, record))
        push_shopper(live);
    live_release(live);
}

void live_reload_record(struct live *live)
{
    if (store_load_conversation(live_store(live), live->site->id, id_str(&live->conversation.id),
                                on_record_again, live))
        live_hold(live);
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

static bool live_load(struct live *live)
{
    bool sent = store_load_conversation(live_store(live), live->site->id, id_str(&live->conversation.id),
                                        on_record, live);
    live->reading = sent;
    if (sent)
        live_hold(live);
    return sent;
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
