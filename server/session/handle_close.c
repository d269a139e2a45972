/* propose_close, confirm_close, dispute_close: the Redis function decides, and its event tells everybody. */
#include "base/alloc.h"
#include "session/handlers.h"
#include "session/hub.h"
#include "session/respond.h"
#include "session/site.h"

static void on_done(void *ctx, enum store_result result, const struct store_transition *transition)
{
    struct reply_to *to = ctx;
    struct session *session = reply_session(to);
    if (result != STORE_OK)
        refuse_result(to, result);
    else if (session)
        respond_empty(session, reply_request_id(to), to->action);
    if (result == STORE_OK)
        site_apply(to->site, &transition->changes);
    reply_free(to);
}

void on_propose_close(struct session *session, const struct proto_request *request)
{
    struct hub *hub = session_hub(session);
    struct reply_to *to = reply_new(session, request);
    if (!to)
        refuse(session, request, PROTO_ERROR_UNAVAILABLE, reply_no_memory);
    else if (!store_propose_close(hub->store, session->site->id, request->as.propose_close.conversation_id,
                                  session_person(session), hub->config->close_timeout_ms, on_done, to))
        reply_fail(to);
}

void on_confirm_close(struct session *session, const struct proto_request *request)
{
    struct reply_to *to = reply_new(session, request);
    if (!to)
        refuse(session, request, PROTO_ERROR_UNAVAILABLE, reply_no_memory);
    else if (!store_confirm_close(session_hub(session)->store, session->site->id,
                                  request->as.confirm_close.conversation_id, session_person(session), on_done,
                                  to))
        reply_fail(to);
}

void on_dispute_close(struct session *session, const struct proto_request *request)
{
    struct reply_to *to = reply_new(session, request);
    if (!to)
        refuse(session, request, PROTO_ERROR_UNAVAILABLE, reply_no_memory);
    else if (!store_dispute_close(session_hub(session)->store, session->site->id,
                                  request->as.dispute_close.conversation_id, session_person(session), on_done,
                                  to))
        reply_fail(to);
}
