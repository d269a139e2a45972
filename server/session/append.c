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

/* There is one. */
static struct append *first_append(const struct live *live)
{
    return container_of(live->appends.head.next, struct append, node);
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

/* False: the view did not fit, and is to be read again. */
static bool append_stored(struct append *append)
{
    struct live *live = append->live;
    struct append_outcome outcome = {.id = append->event.id, .at_ms = append->event.at_ms};
    metrics_observe_us(H_ACK, clock_mono_us() - append->to.received_us);
    metrics_add_labelled(M_MESSAGES, str_from(proto_role_str(append->role)), 1);
    bool whole = live_apply(live, &append->event, reply_session(&append->to), append->to.received_us);
    peers_tell_event(live, &append->event);
    append_finish(append, &outcome);
    return whole;
}

static void appends_stored(struct live *live)
{
    bool whole = true;
    while (live->appends_in_flight > 0) {
        struct append *append = first_append(live);
        live->appends_in_flight--;
        whole = append_stored(append) && whole;
    }
    if (whole)
        append_next(live);
    else
        live_follow(live, 0);
}

/* Whether they were written is open after UNAVAILABLE; after a conflict too the stream may hold what was not
 * read. */
static void appends_failed(struct live *live, enum store_result result)
{
    struct append *append = first_append(live);
    live->appends_in_flight = 0;
    live_distrust(live);
    if (result == STORE_UNAVAILABLE)
        append_fail_all(live);
    else if (append->attempts == ATTEMPTS_MAX)
        append_refuse(append, PROTO_ERROR_UNAVAILABLE);
    if (result != STORE_UNAVAILABLE)
        live_follow(live, 0);
}

static void on_appended(void *ctx, enum store_result result)
{
    struct live *live = ctx; /* held by those in flight */
    live_hold(live);
    if (result == STORE_OK)
        appends_stored(live);
    else
        appends_failed(live, result);
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

static int64_t sent_seq(const struct append *append)
{
    return conversation_find_sent(&append->live->conversation, append->role, append->event.by,
                                  append->event.custom_id);
}

/* True when the message needs no writing now: it is there already, or may not be written. */
static bool append_decided(struct append *append)
{
    const struct conversation *conversation = &append->live->conversation;
    int64_t seq = sent_seq(append);
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

static bool is_resend(const struct event *event, const struct event *const *before, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(before[i]->custom_id, event->custom_id))
            return true;
    return false;
}

/* Nothing is to be decided of it, if those before it are written. */
static bool goes_along(const struct append *append, const struct event *const *before, size_t count)
{
    const struct event *event = &append->event;
    return sent_seq(append) == 0 && !is_resend(event, before, count) &&
           conversation_may_write(&append->live->conversation, append->role, event->by) == PROTO_OK;
}

static void append_number(struct append *append, struct event_id id)
{
    append->event.id = id;
    append->event.at_ms = clock_wall_ms();
    append->attempts++;
}

/* The first, and those behind it as far as they go along, numbered after id. */
static size_t gather(struct live *live, struct event_id id,
                     const struct event *events[STORE_APPEND_MAX_COUNT])
{
    size_t count = 0;
    list_for_each_safe(node, &live->appends) {
        struct append *append = container_of(node, struct append, node);
        if (count == STORE_APPEND_MAX_COUNT || (count > 0 && !goes_along(append, events, count)))
            break;
        id.seq++;
        append_number(append, id);
        events[count++] = &append->event;
    }
    return count;
}

static bool appends_send(struct live *live, struct event_id top, const struct event *const *events,
                         size_t count)
{
    struct str site = live->site->id, conversation = id_str(&live->conversation.id);
    if (count > 1 || events[0]->id.generation != top.generation)
        return store_append_all(live_store(live), site, conversation, top, events, count, on_appended, live);
    return store_append(live_store(live), site, conversation, events[0], on_appended, live);
}

static void appends_write(struct live *live)
{
    const struct event *events[STORE_APPEND_MAX_COUNT];
    struct event_id top = conversation_last_id(&live->conversation), id = top;
    if (live->site->generation > top.generation)
        id.generation = live->site->generation;
    size_t count = gather(live, id, events);
    if (live->site->generation_sure && appends_send(live, top, events, count))
        live->appends_in_flight = count;
    else
        append_refuse(first_append(live), PROTO_ERROR_UNAVAILABLE);
}

void append_next(struct live *live)
{
    live_hold(live);
    while (live->state == LIVE_CURRENT && live->appends_in_flight == 0 && !list_empty(&live->appends)) {
        if (!append_decided(first_append(live)))
            appends_write(live);
    }
    live_release(live);
}

void append_fail_all(struct live *live)
{
    size_t in_flight = live->appends_in_flight;
    live_hold(live);
    list_for_each_safe(node, &live->appends) {
        if (in_flight > 0)
            in_flight--;
        else
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
