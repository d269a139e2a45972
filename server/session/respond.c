#include "session/respond.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "session/hub.h"

enum { QUEUE_FULL_RETRY_MS = 5000 };

struct reply_to reply_to(const struct session *session, const struct proto_request *request)
{
    struct reply_to to = {.session_id = session->id,
                          .site = session->site,
                          .received_us = clock_mono_us(),
                          .action = request->action};
    memcpy(to.request_id, request->request_id.data, request->request_id.len); /* at most so long: proto.h */
    return to;
}

const char reply_no_memory[] = "The server is short of memory. Send the same request again in a moment.";

struct reply_to *reply_new(const struct session *session, const struct proto_request *request)
{
    struct reply_to *to = sb_malloc(sizeof *to);
    if (to)
        *to = reply_to(session, request);
    return to;
}

void reply_free(struct reply_to *to)
{
    sb_free(to);
}

void reply_fail(struct reply_to *to)
{
    refuse_result(to, STORE_UNAVAILABLE);
    reply_free(to);
}

void reply_done(const struct reply_to *to, enum store_result result)
{
    struct session *session = reply_session(to);
    if (result != STORE_OK)
        refuse_result(to, result);
    else if (session)
        respond_empty(session, reply_request_id(to), to->action);
}

struct session *reply_session(const struct reply_to *to)
{
    return session_by_id(to->session_id);
}

struct str reply_request_id(const struct reply_to *to)
{
    return str_from(to->request_id);
}

struct buf *respond_buf(void)
{
    buf_reset(&hub_get()->scratch);
    return &hub_get()->scratch;
}

struct frame *respond_frame(bool ephemeral)
{
    struct buf *buf = &hub_get()->scratch;
    return buf_ok(buf) ? frame_new(buf_str(buf), ephemeral) : NULL;
}

void respond_send(struct session *session)
{
    struct frame *frame = respond_frame(false);
    session->errors = 0;
    if (!frame) {
        session_close(session, PROTO_CLOSE_TRY_AGAIN_LATER);
        return;
    }
    session_send(session, frame);
    frame_unref(frame);
}

void respond_empty(struct session *session, struct str request_id, enum proto_action action)
{
    proto_encode_empty_response(respond_buf(), request_id, action);
    respond_send(session);
}

void respond_error(struct session *session, struct str request_id, struct str action,
                   const struct proto_error *error)
{
    int errors = session->errors + 1;
    metrics_add_labelled(M_REQUEST_ERRORS, str_from(proto_error_type_str(error->type)), 1);
    log_debug("request_refused", LOG_I64("session", session->id), LOG_STR("action", action),
              LOG_CSTR("type", proto_error_type_str(error->type)), LOG_STR("path", error->path));
    proto_encode_error(respond_buf(), request_id, action, error);
    respond_send(session);
    session->errors = (uint8_t)errors;
    if (errors >= PROTO_ERRORS_IN_A_ROW_MAX_COUNT)
        session_close(session, PROTO_CLOSE_TOO_MANY_ERRORS);
}

/* Of those that are to be asked again later, when a pause of seconds would only be in the way of others. */
static int64_t retry_after_ms(enum proto_error_type type)
{
    return type == PROTO_ERROR_QUEUE_FULL ? QUEUE_FULL_RETRY_MS : 0;
}

static void refuse_as(struct session *session, struct str request_id, enum proto_action action,
                      enum proto_error_type type, const char *message)
{
    struct proto_error error = {
        .type = type,
        .message = str_from(message),
        .retryable = proto_error_type_is_retryable(type),
        .has_retry_after_ms = retry_after_ms(type) > 0,
        .retry_after_ms = retry_after_ms(type),
    };
    respond_error(session, request_id, str_from(proto_action_str(action)), &error);
}

void refuse(struct session *session, const struct proto_request *request, enum proto_error_type type,
            const char *message)
{
    refuse_as(session, request->request_id, request->action, type, message);
}

void refuse_later(const struct reply_to *to, enum proto_error_type type, const char *message)
{
    struct session *session = reply_session(to);
    if (session)
        refuse_as(session, reply_request_id(to), to->action, type, message);
}

void refuse_result(const struct reply_to *to, enum store_result result)
{
    switch (result) {
    case STORE_NOT_FOUND:
        refuse_later(to, PROTO_ERROR_NOT_FOUND, "There is no such conversation for you.");
        break;
    case STORE_NOT_YOURS:
        refuse_later(to, PROTO_ERROR_WRONG_STATE, "The conversation is not assigned to you (any more).");
        break;
    case STORE_WRONG_STATE:
        refuse_later(to, PROTO_ERROR_WRONG_STATE, "The conversation is not in a state that allows this.");
        break;
    case STORE_AGENT_AWAY:
        refuse_later(to, PROTO_ERROR_AGENT_UNAVAILABLE,
                     "Nobody you could give it to is free: away or not there. Choose somebody else.");
        break;
    case STORE_AGENT_FULL:
        refuse_later(to, PROTO_ERROR_AGENT_UNAVAILABLE,
                     to->action == PROTO_TRANSFER_CONVERSATION
                         ? "That agent has as many conversations as they can. Choose somebody else."
                         : "You have as many conversations as you can. Close or transfer one first.");
        break;
    case STORE_QUEUE_FULL:
        refuse_later(to, PROTO_ERROR_QUEUE_FULL,
                     "As many people wait as this team can help. Keep the message and send it again later.");
        break;
    default:
        refuse_later(to, PROTO_ERROR_UNAVAILABLE,
                     "The message store cannot be reached just now. Send the same request again.");
        break;
    }
}
