/* What a conversation is, as its events tell it: apply them in order and the state follows.
 *
 * This is a reading, never a decision: a transition is decided by the Redis functions
 * (server/store/functions), which append the event that is applied here.
 *
 *   event            state after   agent after
 *   opened           queued        none
 *   assigned         assigned      who it names
 *   queued           queued        none; adviser who it names when reserved, same when prioritized, else none
 *   close_proposed   closing       same
 *   close_disputed   assigned      same
 *   closed           closed        same
 *   message          same          same
 *
 * assigned and queued may name the team that it is in from now on. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/ids.h"
#include "domain/sent_ids.h"
#include "shopbell/event.h"

struct conversation {
    struct id id;
    struct id shopper;
    char team[PROTO_TEAM_ID_MAX_LENGTH + 1];
    char agent[PROTO_AGENT_ID_MAX_LENGTH + 1];   /* "": nobody's */
    char adviser[PROTO_AGENT_ID_MAX_LENGTH + 1]; /* it waits for this agent alone; "": for anybody */
    int64_t line_seq;                            /* of the event that gave it its place in line */
    enum proto_conversation_state state;
    int64_t last_seq; /* of the events applied; 0: none yet */
    int64_t last_at_ms;
    int64_t opened_at_ms;
    int64_t queued_at_ms;
    struct sent_ids sent;
};

enum conversation_applied {
    CONVERSATION_APPLIED,
    CONVERSATION_KNOWN, /* applied before */
    CONVERSATION_GAP,   /* events before it are missing: read them first */
    CONVERSATION_NO_MEMORY,
};

void conversation_fini(struct conversation *conversation);
enum conversation_applied conversation_apply(struct conversation *conversation, const struct event *event);

/* Is this the very event that was applied last? Another one may stand under its seq when the stream was put
 * back to an earlier state and has grown again. */
bool conversation_ends_with(const struct conversation *conversation, const struct event *event);
/* Back to where no event was applied; whose and which it is stays. */
void conversation_forget_events(struct conversation *conversation);

/* May this person write a message now? PROTO_OK, or why not. Somebody else's conversation is
 * PROTO_ERROR_NOT_FOUND for a shopper and PROTO_ERROR_WRONG_STATE for an agent, who may see it but does not
 * have it. */
enum proto_error_type conversation_may_write(const struct conversation *conversation, enum proto_role role,
                                             struct str person);
/* May this person see it, mark it, type in it? */
bool conversation_may_view(const struct conversation *conversation, enum proto_role role, struct str person);
bool conversation_is_open(const struct conversation *conversation);
/* The seq of this sender's message with this custom_id; 0: not stored yet. */
int64_t conversation_find_sent(const struct conversation *conversation, enum proto_role role,
                               struct str person, struct str custom_id);
enum proto_author_role conversation_author_role(enum proto_role role);
