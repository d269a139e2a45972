/* Answers: at once from a handler, or later from a completion, by when the session may be gone. */
#pragma once

#include <stdint.h>

#include "base/buf.h"
#include "proto.h"
#include "session/session.h"
#include "shopbell/store.h"

/* Whom to answer later. The longest request id fits. */
struct reply_to {
    uint64_t session_id;
    struct site *site; /* the session's; lives as long as the hub */
    int64_t received_us;
    enum proto_action action;
    char request_id[PROTO_REQUEST_ID_MAX_LENGTH + 1];
};

struct reply_to reply_to(const struct session *session, const struct proto_request *request);
/* The same on the heap, as the context of one request to the store; NULL: no memory. */
struct reply_to *reply_new(const struct session *session, const struct proto_request *request);
void reply_free(struct reply_to *to);
extern const char reply_no_memory[];
/* The store refused at once: answers so, and frees. */
void reply_fail(struct reply_to *to);
/* A success has nothing to say but that it was one; anything else is refused in the usual words. */
void reply_done(const struct reply_to *to, enum store_result result);
struct session *reply_session(const struct reply_to *to); /* NULL: nobody to answer any more */
struct str reply_request_id(const struct reply_to *to);

/* The buffer to encode a frame into; empty. Then one of the two below, before anything else is encoded. */
struct buf *respond_buf(void);
/* Makes what was encoded a frame, new; NULL: no memory. */
struct frame *respond_frame(bool ephemeral);
/* Sends what was encoded to one session, as an answer. */
void respond_send(struct session *session);

void respond_empty(struct session *session, struct str request_id, enum proto_action action);
/* Refuses a request: counts, and closes a session that goes on and on. path may be NULL. */
void respond_error(struct session *session, struct str request_id, struct str action,
                   const struct proto_error *error);
void refuse(struct session *session, const struct proto_request *request, enum proto_error_type type,
            const char *message);
void refuse_later(const struct reply_to *to, enum proto_error_type type, const char *message);
/* The usual words for why the store did not do it. */
void refuse_result(const struct reply_to *to, enum store_result result);
