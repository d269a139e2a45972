/* set_routing_status, list_queue and set_priority: what an agent does with the queue. */
#include "base/alloc.h"
#include "session/handlers.h"
#include "session/hub.h"
#include "session/listed.h"
#include "session/respond.h"
#include "session/site.h"
#include "session/transition.h"

/* ---- set_routing_status ---- */

static void on_status(void *ctx, enum store_result result, const struct store_transition *transition)
{
    struct reply_to *to = ctx;
    struct session *session = reply_session(to);
    if (result != STORE_OK)
        refuse_result(to, result);
    if (result == STORE_OK && session) {
        struct proto_set_routing_status_response response = {.status = PROTO_ROUTING_STATUS_AWAY};
        proto_routing_status_parse(transition->values[0], &response.status);
        proto_encode_set_routing_status_response(respond_buf(), reply_request_id(to), &response);
        respond_send(session);
    }
    if (result == STORE_OK)
        site_apply(to->site, &transition->changes);
    reply_free(to);
}

void on_set_routing_status(struct session *session, const struct proto_request *request)
{
    bool accepting = request->as.set_routing_status.status == PROTO_ROUTING_STATUS_ACCEPTING;
    struct reply_to *to = reply_new(session, request);
    if (!to)
        refuse(session, request, PROTO_ERROR_UNAVAILABLE, reply_no_memory);
    else if (!store_set_routing_status(session_hub(session)->store, session->site->id,
                                       session_person(session), accepting, on_status, to))
        reply_fail(to);
}

/* ---- list_queue ---- */

enum { QUEUE_LIST_DEFAULT = 50 };

struct queue_rows {
    struct proto_queue_entry entries[PROTO_LIST_QUEUE_RESPONSE_ENTRIES_MAX_COUNT];
    struct proto_page pages[PROTO_LIST_QUEUE_RESPONSE_ENTRIES_MAX_COUNT];
};

static void queue_row_fill(struct queue_rows *rows, size_t i, struct site *site,
                           const struct store_conversation *c)
{
    rows->entries[i] = (struct proto_queue_entry){
        .conversation_id = c->id,
        .team = c->team,
        .position = c->queue_position,
        .waiting_since = c->queued_at_ms,
        .preview = c->preview,
        .has_priority = c->priority > 0,
        .priority = c->priority,
        .adviser = site_agent_profile(site, c->adviser),
        .shopper = listed_shopper(site, c, &rows->pages[i]),
    };
}

static void queue_answer(const struct reply_to *to, struct session *session,
                         const struct store_conversation *list, size_t count)
{
    struct queue_rows *rows = sb_malloc(sizeof *rows);
    if (!rows) {
        refuse_result(to, STORE_UNAVAILABLE);
        return;
    }
    if (count > PROTO_LIST_QUEUE_RESPONSE_ENTRIES_MAX_COUNT)
        count = PROTO_LIST_QUEUE_RESPONSE_ENTRIES_MAX_COUNT;
    for (size_t i = 0; i < count; i++)
        queue_row_fill(rows, i, session->site, &list[i]);
    struct proto_list_queue_response response = {.entries = rows->entries, .entries_count = count};
    proto_encode_list_queue_response(respond_buf(), reply_request_id(to), &response);
    respond_send(session);
    sb_free(rows);
}

static void on_queue(void *ctx, enum store_result result, const struct store_conversation *list, size_t count)
{
    listed_done(ctx, result, list, count, queue_answer);
}

void on_list_queue(struct session *session, const struct proto_request *request)
{
    const struct proto_list_queue_request *payload = &request->as.list_queue;
    int limit = payload->has_limit ? (int)payload->limit : QUEUE_LIST_DEFAULT;
    struct reply_to *to = reply_new(session, request);
    if (!to)
        refuse(session, request, PROTO_ERROR_UNAVAILABLE, reply_no_memory);
    else if (!store_list_queue(session_hub(session)->store, session->site->id,
                               str_from(session->who.agent->teams), limit, on_queue, to))
        reply_fail(to);
}

/* ---- set_priority ---- */

static bool ask_priority(struct session *session, const struct proto_request *request,
                         store_transition_fn done, void *ctx)
{
    const struct proto_set_priority_request *payload = &request->as.set_priority;
    return store_set_priority(session_hub(session)->store, session->site->id, payload->conversation_id,
                              session_person(session), payload->priority, done, ctx);
}

void on_set_priority(struct session *session, const struct proto_request *request)
{
    transition_request(session, request, ask_priority);
}
