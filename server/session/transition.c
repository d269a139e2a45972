#include "session/transition.h"

#include "session/respond.h"
#include "session/site.h"

static void on_done(void *ctx, enum store_result result, const struct store_transition *transition)
{
    struct reply_to *to = ctx;
    reply_done(to, result);
    if (result == STORE_OK)
        site_apply(to->site, &transition->changes);
    reply_free(to);
}

void transition_request(struct session *session, const struct proto_request *request, transition_fn ask)
{
    struct reply_to *to = reply_new(session, request);
    if (!to)
        refuse(session, request, PROTO_ERROR_UNAVAILABLE, reply_no_memory);
    else if (!ask(session, request, on_done, to))
        reply_fail(to);
}
