/* How a live view follows its stream: the record once, then the events, in batches, in order. */
#include <stdio.h>

#include "base/log.h"
#include "base/metrics.h"
#include "session/append.h"
#include "session/hub.h"
#include "session/invite.h"
#include "session/live_internal.h"
#include "session/push.h"
#include "session/session.h"
#include "session/site.h"

enum { READ_BATCH = 500, RETRY_DELAY_MS = 1000 };

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
    peers_settle(live);
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
    peers_doubt(live);
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

/* From a teller who knows another history than this node, or of a view that may be behind or ahead, the
 * stream is believed alone. */
void live_hear(struct live *live, const struct event *event, int64_t generation)
{
    const struct site *site = live->site;
    struct event_id last = conversation_last_id(&live->conversation);
    bool is_same_history = site->generation_sure && site->generation == generation && !live->doubted &&
                           event->id.generation == last.generation;
    if (live->state == LIVE_CURRENT && is_same_history && event->id.seq == last.seq + 1)
        live_apply(live, event, NULL, 0);
    else
        live_follow(live, event->id.seq);
}

/* ---- the record ---- */

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

bool live_load(struct live *live)
{
    bool sent = store_load_conversation(live_store(live), live->site->id, id_str(&live->conversation.id),
                                        on_record, live);
    live->reading = sent;
    if (sent)
        live_hold(live);
    return sent;
}
