#include "base/alloc.h"
#include "session/append.h"
#include "session/handlers.h"
#include "session/hub.h"
#include "session/live.h"
#include "session/respond.h"
#include "session/site.h"
#include "session/stored_at.h"

/* The conversation is usually in view; when it is not, the message waits here while it is read. */
struct sending {
    struct reply_to to;
    char custom_id[PROTO_CUSTOM_ID_MAX_LENGTH + 1];
    size_t text_len;
    char text[];
};

static void send_ack(const struct reply_to *to, struct str conversation, struct event_id id, int64_t at_ms,
                     bool duplicate)
{
    struct session *session = reply_session(to);
    if (!session)
        return;
    struct proto_send_event_response response = {
        .conversation_id = conversation,
        .seq = id.seq,
        .generation = id.generation,
        .at = at_ms,
        .duplicate = duplicate,
    };
    proto_encode_send_event_response(respond_buf(), reply_request_id(to), &response);
    respond_send(session);
}

static void on_stored_at(const struct reply_to *to, struct live *live, struct event_id id, int64_t at_ms)
{
    send_ack(to, id_str(&live->conversation.id), id, at_ms, true);
}

static void send_refused(const struct reply_to *to, enum proto_error_type error)
{
    switch (error) {
    case PROTO_ERROR_CONVERSATION_CLOSED:
        refuse_later(to, error,
                     "The conversation is closed. Send it with start_conversation to open the next one.");
        break;
    case PROTO_ERROR_WRONG_STATE:
        refuse_result(to, STORE_NOT_YOURS);
        break;
    case PROTO_ERROR_NOT_FOUND:
        refuse_result(to, STORE_NOT_FOUND);
        break;
    default:
        refuse_result(to, STORE_UNAVAILABLE);
        break;
    }
}

static void on_append(struct live *live, const struct reply_to *to, const struct append_outcome *outcome)
{
    if (outcome->error != PROTO_OK)
        send_refused(to, outcome->error);
    else if (outcome->duplicate)
        stored_at(to, live, outcome->id, on_stored_at);
    else
        send_ack(to, id_str(&live->conversation.id), outcome->id, outcome->at_ms, false);
}

static void on_live(void *ctx, enum store_result result, struct live *live)
{
    struct sending *sending = ctx;
    struct session *session = reply_session(&sending->to);
    struct str text = {sending->text, sending->text_len};
    if (!live)
        refuse_result(&sending->to, result);
    else if (session &&
             !append_submit(live, session, &sending->to, str_from(sending->custom_id), text, on_append))
        refuse_later(&sending->to, PROTO_ERROR_UNAVAILABLE, reply_no_memory);
    sb_free(sending);
}

static struct sending *sending_new(struct session *session, const struct proto_request *request)
{
    const struct proto_send_event_request *payload = &request->as.send_event;
    struct sending *sending = sb_calloc(1, sizeof *sending + payload->text.len);
    if (!sending)
        return NULL;
    sending->to = reply_to(session, request);
    memcpy(sending->custom_id, payload->custom_id.data, payload->custom_id.len);
    sending->text_len = payload->text.len;
    memcpy(sending->text, payload->text.data, payload->text.len);
    return sending;
}

void on_send_event(struct session *session, const struct proto_request *request)
{
    const struct proto_send_event_request *payload = &request->as.send_event;
    struct live *live = live_find(session->site, payload->conversation_id);
    if (live && live->state != LIVE_LOADING) {
        struct reply_to to = reply_to(session, request);
        if (!append_submit(live, session, &to, payload->custom_id, payload->text, on_append))
            refuse(session, request, PROTO_ERROR_UNAVAILABLE, reply_no_memory);
        return;
    }
    struct sending *sending = sending_new(session, request);
    if (sending)
        live_open(session->site, payload->conversation_id, on_live, sending);
    else
        refuse(session, request, PROTO_ERROR_UNAVAILABLE, reply_no_memory);
}
