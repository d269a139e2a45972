/* ping and logout. */
#include "base/log.h"
#include "session/handlers.h"
#include "session/hub.h"
#include "session/people.h"
#include "session/respond.h"
#include "session/site.h"

void on_ping(struct session *session, const struct proto_request *request)
{
    respond_empty(session, request->request_id, PROTO_PING);
}

/* Every window that came in by the same log-in goes. */
static void close_windows_of(struct agent *agent, struct str token_hash)
{
    list_for_each_safe(node, &agent->sessions)
    {
        struct session *session = container_of(node, struct session, person_node);
        if (session->token_hash && str_eq_c(token_hash, session->token_hash))
            session_close(session, PROTO_CLOSE_LOGGED_OUT);
    }
}

static void on_token_dropped(void *ctx, enum store_result result, struct str text)
{
    struct reply_to *to = ctx;
    struct session *session = reply_session(to);
    if (session && result == STORE_OK) {
        respond_empty(session, reply_request_id(to), to->action);
        close_windows_of(session->who.agent, str_from(session->token_hash));
    } else {
        refuse_result(to, result);
    }
    reply_free(to);
}

void on_logout(struct session *session, const struct proto_request *request)
{
    struct reply_to *to = reply_new(session, request);
    if (!to)
        refuse(session, request, PROTO_ERROR_UNAVAILABLE, reply_no_memory);
    else if (!store_token_drop(session_hub(session)->store, session->site->id, str_from(session->token_hash),
                               on_token_dropped, to))
        reply_fail(to);
}
