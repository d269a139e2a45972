/* Messages on their way into a conversation's stream: in line, the first of them in flight as one, each written
 * with the seq that follows what this node has read. Where another node was faster Redis refuses the seq; the view
 * catches up and the message is looked at again: it may be a resend, or the sender may have lost the
 * conversation meanwhile. */
#pragma once

#include "proto.h"
#include "session/live.h"
#include "session/respond.h"

struct append;

struct append_outcome {
    enum proto_error_type error; /* PROTO_OK: it is stored */
    struct event_id id;
    int64_t at_ms; /* 0 when it was stored before, which the stream knows better */
    bool duplicate;
};
typedef void (*append_fn)(struct live *live, const struct reply_to *to, const struct append_outcome *outcome);

/* Takes copies of what it needs. False: no memory, and done does not run; else it runs once, maybe before the
 * return. */
bool append_submit(struct live *live, struct session *session, const struct reply_to *to,
                   struct str custom_id, struct str text, append_fn done);
/* The view is current: go on. */
void append_next(struct live *live);
/* The store is away: refuse all that wait. */
void append_fail_all(struct live *live);
