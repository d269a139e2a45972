/* propose_close, confirm_close, dispute_close. */
#include "session/handlers.h"
#include "session/hub.h"
#include "session/site.h"
#include "session/transition.h"

static bool ask_propose(struct session *session, const struct proto_request *request,
                        store_transition_fn done, void *ctx)
{
    struct hub *hub = session_hub(session);
    return store_propose_close(hub->store, session->site->id, request->as.propose_close.conversation_id,
                               session_person(session), hub->config->close_timeout_ms, done, ctx);
}

static bool ask_confirm(struct session *session, const struct proto_request *request,
                        store_transition_fn done, void *ctx)
{
    return store_confirm_close(session_hub(session)->store, session->site->id,
                               request->as.confirm_close.conversation_id, session_person(session), done, ctx);
}

static bool ask_dispute(struct session *session, const struct proto_request *request,
                        store_transition_fn done, void *ctx)
{
    return store_dispute_close(session_hub(session)->store, session->site->id,
                               request->as.dispute_close.conversation_id, session_person(session), done, ctx);
}

void on_propose_close(struct session *session, const struct proto_request *request)
{
    transition_request(session, request, ask_propose);
}

void on_confirm_close(struct session *session, const struct proto_request *request)
{
    transition_request(session, request, ask_confirm);
}

void on_dispute_close(struct session *session, const struct proto_request *request)
{
    transition_request(session, request, ask_dispute);
}
