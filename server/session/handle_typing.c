#include "session/handlers.h"
#include "session/live.h"
#include "session/push.h"
#include "session/respond.h"
#include "session/site.h"

static void tell_typing(struct live *live, const struct session *session, bool is_typing)
{
    push_typing(live, session_role(session), session_person(session), is_typing);
    peers_tell_typing(live, session_role(session), session_person(session), is_typing);
}

/* Ephemeral: only for a conversation in view here, nothing is read for it and nothing kept. */
void on_send_typing_indicator(struct session *session, const struct proto_request *request)
{
    const struct proto_send_typing_indicator_request *payload = &request->as.send_typing_indicator;
    struct live *live = live_find(session->site, payload->conversation_id);
    if (!live || !live_viewer(live, session)) {
        refuse(session, request, PROTO_ERROR_NOT_FOUND, "You have no such conversation open.");
        return;
    }
    if (conversation_may_write(&live->conversation, session_role(session), session_person(session)) ==
        PROTO_OK)
        tell_typing(live, session, payload->is_typing);
    respond_empty(session, request->request_id, request->action);
}
