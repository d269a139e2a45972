#include "domain/conversation.h"

#include <stdio.h>

void conversation_fini(struct conversation *conversation)
{
    sent_ids_fini(&conversation->sent);
    generations_fini(&conversation->generations);
}

static void conversation_enter(struct conversation *c, enum proto_conversation_state state)
{
    c->state = state;
}

static void conversation_given_to(struct conversation *c, struct str agent)
{
    snprintf(c->agent, sizeof c->agent, STR_FMT, STR_ARG(agent));
}

/* Another priority is another place, and nothing else. */
static void conversation_lines_up(struct conversation *c, const struct event *event)
{
    bool reserved = event->has_reason && event->reason == PROTO_EVENT_REASON_RESERVED;
    c->line_seq = event->id.seq;
    if (!event->has_reason || event->reason != PROTO_EVENT_REASON_PRIORITIZED)
        snprintf(c->adviser, sizeof c->adviser, STR_FMT, STR_ARG(reserved ? event->by : STR("")));
}

static void conversation_moved_to(struct conversation *c, struct str team)
{
    if (team.len)
        snprintf(c->team, sizeof c->team, STR_FMT, STR_ARG(team));
}

static void conversation_fold(struct conversation *c, const struct event *event)
{
    conversation_moved_to(c, event->team);
    switch (event->type) {
    case PROTO_EVENT_TYPE_MESSAGE:
        break;
    case PROTO_EVENT_TYPE_OPENED:
        c->opened_at_ms = event->at_ms;
        __attribute__((fallthrough)); /* it waits from now on */
    case PROTO_EVENT_TYPE_QUEUED:
        c->queued_at_ms = event->at_ms;
        conversation_given_to(c, STR(""));
        conversation_lines_up(c, event);
        conversation_enter(c, PROTO_CONVERSATION_STATE_QUEUED);
        break;
    case PROTO_EVENT_TYPE_ASSIGNED:
        conversation_given_to(c, event->by);
        c->adviser[0] = '\0';
        conversation_enter(c, PROTO_CONVERSATION_STATE_ASSIGNED);
        break;
    case PROTO_EVENT_TYPE_CLOSE_PROPOSED:
        conversation_enter(c, PROTO_CONVERSATION_STATE_CLOSING);
        break;
    case PROTO_EVENT_TYPE_CLOSE_DISPUTED:
        conversation_enter(c, PROTO_CONVERSATION_STATE_ASSIGNED);
        break;
    case PROTO_EVENT_TYPE_CLOSED:
        conversation_enter(c, PROTO_CONVERSATION_STATE_CLOSED);
        break;
    }
}

enum conversation_applied conversation_apply(struct conversation *c, const struct event *event)
{
    if (event->id.seq <= c->last_seq)
        return CONVERSATION_KNOWN;
    if (event->id.seq != c->last_seq + 1)
        return CONVERSATION_GAP;
    if (!generations_add(&c->generations, event->id) ||
        (event->custom_id.data &&
         !sent_ids_add(&c->sent, event->role, event->by, event->custom_id, event->id.seq)))
        return CONVERSATION_NO_MEMORY;
    c->last_seq = event->id.seq;
    conversation_fold(c, event);
    return CONVERSATION_APPLIED;
}

struct event_id conversation_id_at(const struct conversation *c, int64_t seq)
{
    return (struct event_id){generations_at(&c->generations, seq), seq};
}

struct event_id conversation_last_id(const struct conversation *c)
{
    return conversation_id_at(c, c->last_seq);
}

bool conversation_has(const struct conversation *c, struct event_id id)
{
    return id.seq > 0 && id.seq <= c->last_seq && generations_at(&c->generations, id.seq) == id.generation;
}

void conversation_forget_events(struct conversation *c)
{
    struct conversation empty = {.id = c->id, .shopper = c->shopper};
    snprintf(empty.team, sizeof empty.team, "%s", c->team);
    conversation_fini(c);
    *c = empty;
}

bool conversation_is_open(const struct conversation *c)
{
    return c->state != PROTO_CONVERSATION_STATE_CLOSED;
}

bool conversation_may_view(const struct conversation *c, enum proto_role role, struct str person)
{
    return role == PROTO_ROLE_AGENT || str_eq(id_str(&c->shopper), person);
}

enum proto_error_type conversation_may_write(const struct conversation *c, enum proto_role role,
                                             struct str person)
{
    if (!conversation_may_view(c, role, person))
        return PROTO_ERROR_NOT_FOUND;
    if (!conversation_is_open(c))
        return PROTO_ERROR_CONVERSATION_CLOSED;
    if (role == PROTO_ROLE_AGENT && !str_eq_c(person, c->agent))
        return PROTO_ERROR_WRONG_STATE;
    return PROTO_OK;
}

enum proto_author_role conversation_author_role(enum proto_role role)
{
    return role == PROTO_ROLE_AGENT ? PROTO_AUTHOR_ROLE_AGENT : PROTO_AUTHOR_ROLE_SHOPPER;
}

int64_t conversation_find_sent(const struct conversation *c, enum proto_role role, struct str person,
                               struct str custom_id)
{
    return sent_ids_find(&c->sent, conversation_author_role(role), person, custom_id);
}
