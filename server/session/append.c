#include "session/append.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/metrics.h"
#include "session/session.h"
#include "session/site.h"

enum { ATTEMPTS_MAX = 16 };

struct append {
    struct list_node node; /* in live->appends */
    struct live *live;
    struct reply_to to;
    append_fn done;
    struct event event;
    enum proto_role role;
    int attempts;
    bool is_sure; /* that it may not be written: the stream was read to its end since that first seemed so */
    char texts[]; /* what event points to */
};

static struct str keep(char **at, struct str text)
{
    char *copy = *at;
    memcpy(copy, text.data, text.len);
    *at += text.len;
    return (struct str){copy, text.len};
}

static struct append *append_new(struct live *live, const struct session *session, const struct reply_to *to,
                                 struct str custom_id, struct str text, append_fn done)
{
    struct str person = session_person(session);
    struct append *append = sb_malloc(sizeof *append + person.len + custom_id.len + text.len);
    if (!append)
        return NULL;
    char *at = append->texts;
    *append = (struct append){.live = live, .to = *to, .done = done, .role = session_role(session)};
    append->event = (struct event){
        .type = PROTO_EVENT_TYPE_MESSAGE,
        .role = conversation_author_role(append->role),
        .by = keep(&at, person),
        .custom_id = keep(&at, custom_id),
        .text = keep(&at, text),
    };
    return append;
}

/* Out of line, then told: telling may submit the next one. */
static void append_finish(struct append *append, const struct append_outcome *outcome)
{
    struct live *live = append->live;
    list_remove(&append->node);
    append->done(live, &append->to, outcome);
    sb_free(append);
    live_release(live);
}

static void append_refuse(struct append *append, enum proto_error_type error)
{
    append_finish(append, &(struct append_outcome){.error = error});
}

static void append_stored(struct append *append)
{
    struct live *live = append->live;
    struct append_outcome outcome = {.id = append->event.id, .at_ms = append->event.at_ms};
    metrics_observe_us(H_ACK, clock_mono_us() - append->to.received_us);
    metrics_add_labelled(M_MESSAGES, str_from(proto_role_str(append->role)), 1);
    bool whole = live_apply(live, &append->event, reply_session(&append->to), append->to.received_us);
    peers_tell_grown(live);
    live_hold(live);
    append_finish(append, &outcome);
    if (whole)
        append_next(live);
    else
        live_follow(live, 0);
    live_release(live);
}

static void on_appended(void *ctx, enum store_result result)
{
    struct append *append = ctx;
    struct live *live = append->live;
    live->append_in_flight = false;
    if (result == STORE_OK) {
        append_stored(append);
        return;
    }
    /* Whether it was written is open after UNAVAILABLE; after either, the stream may hold what was not read.
     */
    live_hold(live);
    live_distrust(live);
    if (result == STORE_UNAVAILABLE)
        append_fail_all(live);
    else if (append->attempts == ATTEMPTS_MAX)
        append_refuse(append, PROTO_ERROR_UNAVAILABLE);
    if (result != STORE_UNAVAILABLE)
        live_follow(live, 0);
    live_release(live);
}

/* It may not be written, as far as this view knows, which may be a little behind. What is refused for good is
 * refused by the stream. */
static void append_forbidden(struct append *append, enum proto_error_type error)
{
    struct live *live = append->live;
    if (append->is_sure) {
        append_refuse(append, error);
        return;
    }
    append->is_sure = true;
    live_follow(live, 0);
}

/* True when the message needs no writing now: it is there already, or may not be written. */
static bool append_decided(struct append *append)
{
    const struct conversation *conversation = &append->live->conversation;
    int64_t seq =
        conversation_find_sent(conversation, append->role, append->event.by, append->event.custom_id);
    if (seq > 0) {
        peers_tell_grown(append->live); /* whoever wrote it may not have come to that */
        append_finish(
            append, &(struct append_outcome){.id = conversation_id_at(conversation, seq), .duplicate = true});
        return true;
    }
    enum proto_error_type error = conversation_may_write(conversation, append->role, append->event.by);
    if (error != PROTO_OK)
        append_forbidden(append, error);
    return error != PROTO_OK;
}

static bool append_send(struct append *append, struct event_id top)
{
    struct live *live = append->live;
    struct str site = live->site->id, conversation = id_str(&live->conversation.id);
    if (append->event.id.generation != top.generation)
        return store_append_first(live_store(live), site, conversation, top, &append->event, on_appended,
                                  append);
    return store_append(live_store(live), site, conversation, &append->event, on_appended, append);
}

static void append_write(struct append *append)
{
    struct live *live = append->live;
    struct event_id top = conversation_last_id(&live->conversation);
    int64_t generation = live->site->generation;
    append->event.id.seq = top.seq + 1;
    append->event.id.generation = generation > top.generation ? generation : top.generation;
    append->event.at_ms = clock_wall_ms();
    append->attempts++;
    live->append_in_flight = live->site->generation_sure && append_send(append, top);
    if (!live->append_in_flight)
        append_refuse(append, PROTO_ERROR_UNAVAILABLE);
}

void append_next(struct live *live)
{
    live_hold(live);
    while (live->state == LIVE_CURRENT && !live->append_in_flight && !list_empty(&live->appends)) {
        struct append *append = container_of(list_first(&live->appends), struct append, node);
        if (!append_decided(append))
            append_write(append);
    }
    live_release(live);
}

void append_fail_all(struct live *live)
{
    live_hold(live);
    list_for_each_safe(node, &live->appends) {
        if (!live->append_in_flight || node != list_first(&live->appends))
            append_refuse(container_of(node, struct append, node), PROTO_ERROR_UNAVAILABLE);
    }
    live_release(live);
}

bool append_submit(struct live *live, struct session *session, const struct reply_to *to,
                   struct str custom_id, struct str text, append_fn done)
{
    struct append *append = append_new(live, session, to, custom_id, text, done);
    if (!append)
        return false;
    live_hold(live); /* the append's own */
    live_hold(live);
    list_push_back(&live->appends, &append->node);
    if (live->state == LIVE_STALE)
        live_follow(live, 0);
    append_next(live);
    live_release(live);
    return true;
}
