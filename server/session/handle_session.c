/* ping and logout. */
#include "base/alloc.h"
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

struct logging_out {
    struct reply_to to;
    struct agent *agent;
    char token_hash[]; /* the window that asked may be gone by the time of the answer */
};

/* Every window that came in by the same log-in goes. */
static void close_windows_of(struct agent *agent, struct str token_hash)
{
    agent->signed_out = true;
    chain_for_each_safe(node, &agent->sessions) {
        struct session *session = container_of(node, struct session, person_node);
        if (str_eq_c(token_hash, session->its.token_hash))
            session_close(session, PROTO_CLOSE_LOGGED_OUT);
        else
            agent->signed_out = false;
    }
}

static void on_token_dropped(void *ctx, enum store_result result, struct str text)
{
    struct logging_out *leaving = ctx;
    reply_done(&leaving->to, result);
    if (result == STORE_OK)
        close_windows_of(leaving->agent, str_from(leaving->token_hash));
    sb_free(leaving);
}

static struct logging_out *logging_out_new(const struct session *session, const struct proto_request *request)
{
    size_t len = strlen(session->its.token_hash);
    struct logging_out *leaving = sb_calloc(1, sizeof *leaving + len + 1);
    if (!leaving)
        return NULL;
    leaving->to = reply_to(session, request);
    leaving->agent = session->who.agent;
    memcpy(leaving->token_hash, session->its.token_hash, len);
    return leaving;
}

void on_logout(struct session *session, const struct proto_request *request)
{
    struct logging_out *leaving = logging_out_new(session, request);
    if (!leaving) {
        refuse(session, request, PROTO_ERROR_UNAVAILABLE, reply_no_memory);
    } else if (!store_token_drop(session_hub(session)->store, session->site->id,
                                 str_from(session->its.token_hash), on_token_dropped, leaving)) {
        refuse_result(&leaving->to, STORE_UNAVAILABLE);
        sb_free(leaving);
    }
}
