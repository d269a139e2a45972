/* mark_events_as_delivered and mark_events_as_seen. Receipts only grow, are never past the last event, and
 * are kept beside the stream: they are about it, not in it. */
#include "base/alloc.h"
#include "session/handlers.h"
#include "session/hub.h"
#include "session/live.h"
#include "session/push.h"
#include "session/receipts.h"
#include "session/respond.h"
#include "session/site.h"

struct marking {
    struct reply_to to;
    int64_t up_to;
    bool seen;
};

static bool receipts_save(struct live *live, enum proto_role role, const struct store_receipts *grown)
{
    struct proto_receipt receipt = receipt_of(grown, role);
    return store_save_receipt(live_store(live), live->site->id, id_str(&live->conversation.id), role,
                              receipt.delivered_up_to, receipt.seen_up_to);
}

/* An agent's marks count while the conversation is theirs. */
static bool may_mark(const struct live *live, const struct session *session)
{
    if (session->role == PROTO_AGENT)
        return str_eq_c(session_person(session), live->conversation.agent);
    return conversation_may_view(&live->conversation, PROTO_ROLE_SHOPPER, session_person(session));
}

static void mark(struct live *live, struct session *session, const struct reply_to *to, int64_t up_to,
                 bool seen)
{
    enum proto_role role = session_role(session);
    int64_t last = live->conversation.last_seq;
    if (!may_mark(live, session)) {
        refuse_result(to, session->role == PROTO_AGENT ? STORE_NOT_YOURS : STORE_NOT_FOUND);
        return;
    }
    struct store_receipts grown = live->receipts;
    if (receipts_grow(&grown, role, up_to < last ? up_to : last, seen)) {
        if (!receipts_save(live, role, &grown)) {
            refuse_result(to, STORE_UNAVAILABLE);
            return;
        }
        live->receipts = grown;
        push_receipt(live, role, session);
        peers_tell_receipt(live, role);
    }
    respond_empty(session, reply_request_id(to), to->action);
}

static void on_live(void *ctx, enum store_result result, struct live *live)
{
    struct marking *marking = ctx;
    struct session *session = reply_session(&marking->to);
    if (!live)
        refuse_result(&marking->to, result);
    else if (session)
        mark(live, session, &marking->to, marking->up_to, marking->seen);
    sb_free(marking);
}

static void mark_request(struct session *session, const struct proto_request *request,
                         struct str conversation, int64_t up_to, bool seen)
{
    struct marking *marking = sb_malloc(sizeof *marking);
    if (!marking) {
        refuse(session, request, PROTO_ERROR_UNAVAILABLE, reply_no_memory);
        return;
    }
    *marking = (struct marking){.to = reply_to(session, request), .up_to = up_to, .seen = seen};
    live_open(session->site, conversation, on_live, marking);
}

void on_mark_events_as_delivered(struct session *session, const struct proto_request *request)
{
    const struct proto_mark_events_as_delivered_request *payload = &request->as.mark_events_as_delivered;
    mark_request(session, request, payload->conversation_id, payload->up_to, false);
}

void on_mark_events_as_seen(struct session *session, const struct proto_request *request)
{
    const struct proto_mark_events_as_seen_request *payload = &request->as.mark_events_as_seen;
    mark_request(session, request, payload->conversation_id, payload->up_to, true);
}
