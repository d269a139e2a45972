#include "session/dispatch.h"

#include "base/clock.h"
#include "session/handlers.h"
#include "session/hub.h"
#include "session/respond.h"

static const handler_fn handlers[PROTO_ACTION_COUNT] = {
    [PROTO_LOGIN] = on_login,
    [PROTO_PING] = on_ping,
    [PROTO_LOGOUT] = on_logout,
    [PROTO_START_CONVERSATION] = on_start_conversation,
    [PROTO_SEND_EVENT] = on_send_event,
    [PROTO_SEND_TYPING_INDICATOR] = on_send_typing_indicator,
    [PROTO_MARK_EVENTS_AS_DELIVERED] = on_mark_events_as_delivered,
    [PROTO_MARK_EVENTS_AS_SEEN] = on_mark_events_as_seen,
    [PROTO_UPDATE_PAGE] = on_update_page,
    [PROTO_UPDATE_SHOPPER] = on_update_shopper,
    [PROTO_LIST_EVENTS] = on_list_events,
    [PROTO_LIST_CONVERSATIONS] = on_list_conversations,
    [PROTO_LIST_QUEUE] = on_list_queue,
    [PROTO_LIST_ASSIGNED] = on_list_assigned,
    [PROTO_SET_ROUTING_STATUS] = on_set_routing_status,
    [PROTO_PROPOSE_CLOSE] = on_propose_close,
    [PROTO_CONFIRM_CLOSE] = on_confirm_close,
    [PROTO_DISPUTE_CLOSE] = on_dispute_close,
    [PROTO_TRANSFER_CONVERSATION] = on_transfer_conversation,
    [PROTO_TAKE_OVER_CONVERSATION] = on_take_over_conversation,
    [PROTO_SET_PRIORITY] = on_set_priority,
    [PROTO_PICK_CONVERSATION] = on_pick_conversation,
    [PROTO_LIST_AGENTS] = on_list_agents,
};

static struct proto_error check_role(const struct session *session, enum proto_action action)
{
    struct proto_error error = {.type = PROTO_OK};
    if (proto_actions[action].roles & session->role)
        return error;
    if (session->role == PROTO_ANONYMOUS) {
        error.type = PROTO_ERROR_NOT_LOGGED_IN;
        error.message = STR("Log in first: the first message on a socket is login.");
    } else if (action == PROTO_LOGIN) {
        error.type = PROTO_ERROR_ALREADY_LOGGED_IN;
        error.message = STR("This socket is logged in. Open another one to log in as somebody else.");
    } else {
        error.type = PROTO_ERROR_NOT_ALLOWED;
        error.message = STR("This action is not for your role.");
    }
    return error;
}

static struct proto_error check_rate(struct session *session, const struct rate_limit *limit,
                                     enum proto_action action)
{
    struct proto_error error = {.type = PROTO_OK};
    int64_t wait_ms = rate_take(&session->rate, limit, proto_actions[action].cost, clock_mono_ms());
    if (wait_ms == 0)
        return error;
    return (struct proto_error){
        .type = PROTO_ERROR_RATE_LIMITED,
        .message = STR("Too many requests at once. Wait for retry_after_ms and send it again."),
        .retryable = true,
        .has_retry_after_ms = true,
        .retry_after_ms = wait_ms,
    };
}

static void dispatch_frame(struct session *session, const struct rate_limit *limit,
                           const struct proto_frame_in *frame, struct arena *arena)
{
    struct proto_request request;
    struct proto_fault fault = {.type = PROTO_OK};
    struct proto_error error = check_role(session, frame->action);
    if (error.type == PROTO_OK)
        error = check_rate(session, limit, frame->action);
    if (error.type == PROTO_OK && !proto_decode_payload(frame, arena, &request, &fault))
        error = proto_fault_error(&fault);
    if (error.type == PROTO_OK)
        handlers[frame->action](session, &request);
    else
        respond_error(session, frame->request_id, frame->action_name, &error);
}

void dispatch(struct session *session, const struct rate_limit *limit, struct str message)
{
    struct arena *arena = &hub_get()->request_arena;
    struct proto_frame_in frame;
    struct proto_fault fault = {.type = PROTO_OK};
    arena_reset(arena);
    if (proto_decode_frame(message, arena, &frame, &fault)) {
        dispatch_frame(session, limit, &frame, arena);
    } else {
        struct proto_error error = proto_fault_error(&fault);
        if (error.type == PROTO_ERROR_INTERNAL && !frame.request_id.data)
            session_close(session, PROTO_CLOSE_TRY_AGAIN_LATER); /* no memory: whose answer would it be? */
        else
            respond_error(session, frame.request_id, frame.action_name, &error);
    }
}
