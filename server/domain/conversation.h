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
#include "domain/generations.h"
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
    int64_t opened_at_ms;
    int64_t queued_at_ms;
    struct generations generations;
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

/* Was this very event applied? Another one may stand under its seq, or none, when a failover has lost it. */
bool conversation_has(const struct conversation *conversation, struct event_id id);
/* Of the event with this seq; of one that is still to come, as if it were of the last one's generation. */
struct event_id conversation_id_at(const struct conversation *conversation, int64_t seq);
struct event_id conversation_last_id(const struct conversation *conversation); /* 0-0: none yet */
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
