#include "session/invite.h"

#include <stdint.h>

#include "session/hub.h"
#include "session/push.h"
#include "session/session.h"
#include "session/site.h"
#include "session/view.h"

/* For want of memory: the next log-in brings it. Of a store that was away an agent is told on its return. */
static void invite_failed(struct session *session, enum store_result result)
{
    if (result == STORE_UNAVAILABLE && store_is_up(session_hub(session)->store))
        session_close(session, PROTO_CLOSE_TRY_AGAIN_LATER);
}

static void on_view(void *ctx, enum store_result result, struct live *live, struct view *view)
{
    struct session *session = session_by_id((uint64_t)(uintptr_t)ctx);
    if (session && view && !view->looked_before)
        push_conversation(session, &view->conversation);
    else if (session && !view)
        invite_failed(session, result);
    view_free(view);
}

static bool session_joins(const struct session *session, const struct id *conversation)
{
    return session->role == PROTO_SHOPPER && session->its.joining &&
           id_eq(session->its.joining, conversation);
}

static void invite_session(struct live *live, struct session *session)
{
    if (session->closing || live_viewer(live, session) || session_joins(session, &live->conversation.id))
        return;
    view_read(live, session->id, view_newest, VIEW_BYTES_MAX, on_view, (void *)(uintptr_t)session->id);
}

static void invite_sessions(struct live *live, struct chain *sessions)
{
    chain_for_each_safe(node, sessions) {
        invite_session(live, container_of(node, struct session, person_node));
    }
}

void invite(struct live *live)
{
    struct shopper *shopper = shopper_find(live->site, id_str(&live->conversation.shopper));
    if (!conversation_is_open(&live->conversation))
        return;
    if (shopper)
        invite_sessions(live, &shopper->sessions);
    if (live->agent)
        invite_sessions(live, &live->agent->sessions);
}
