#include "session/push.h"

#include "session/hub.h"
#include "session/receipts.h"
#include "session/respond.h"
#include "session/session.h"

static bool push_wants(enum push_to to, const struct session *session)
{
    return to == PUSH_TO_ALL || (to == PUSH_TO_AGENTS) == (session->role == PROTO_AGENT);
}

/* Without memory for what may not be left out the session ends: it comes back and reads what it missed. */
static void push_frame(struct session *session, enum proto_push push, struct frame *frame)
{
    if (frame)
        session_send(session, frame);
    else if (!proto_push_is_ephemeral(push))
        session_close(session, PROTO_CLOSE_TRY_AGAIN_LATER);
}

/* Sends what was just encoded to a conversation's viewers. A send may close a session, never free it. */
static void push_to_viewers(struct live *live, enum push_to to, const struct session *except,
                            enum proto_push push, int64_t received_us)
{
    struct frame *frame = respond_frame(proto_push_is_ephemeral(push));
    if (frame)
        frame->received_us = received_us;
    list_for_each_safe(node, &live->viewers) {
        struct session *session = container_of(node, struct viewer, live_node)->session;
        if (session != except && push_wants(to, session))
            push_frame(session, push, frame);
    }
    frame_unref(frame);
}

static void push_to_sessions(struct chain *sessions, struct frame *frame)
{
    chain_for_each_safe(node, sessions) {
        session_send(container_of(node, struct session, person_node), frame);
    }
}

static bool live_has_viewers(const struct live *live)
{
    return !list_empty(&live->viewers);
}

struct proto_event push_event_view(struct site *site, const struct event *event)
{
    bool of_agent = event->role != PROTO_AUTHOR_ROLE_SHOPPER;
    return (struct proto_event){
        .seq = event->id.seq,
        .generation = event->id.generation,
        .type = event->type,
        .at = event->at_ms,
        .author = {.role = event->role, .id = event->by.len ? event->by : (struct str){NULL, 0}},
        .custom_id = event->custom_id,
        .text = event->text,
        .agent = of_agent ? site_agent_profile(site, event->by) : NULL,
        .has_reason = event->has_reason,
        .reason = event->reason,
        .team = event->team,
    };
}

void push_event(struct live *live, const struct event *event, const struct session *except,
                int64_t received_us)
{
    if (!live_has_viewers(live))
        return;
    struct proto_incoming_event_push push = {
        .conversation_id = id_str(&live->conversation.id),
        .event = push_event_view(live->site, event),
    };
    proto_encode_incoming_event_push(respond_buf(), &push);
    push_to_viewers(live, PUSH_TO_ALL, except, PROTO_PUSH_INCOMING_EVENT, received_us);
}

void push_typing(struct live *live, enum proto_role role, struct str person, bool is_typing)
{
    struct proto_incoming_typing_indicator_push push = {
        .conversation_id = id_str(&live->conversation.id),
        .author = {.role = conversation_author_role(role), .id = person},
        .is_typing = is_typing,
    };
    proto_encode_incoming_typing_indicator_push(respond_buf(), &push);
    push_to_viewers(live, role == PROTO_ROLE_AGENT ? PUSH_TO_SHOPPER : PUSH_TO_AGENTS, NULL,
                    PROTO_PUSH_INCOMING_TYPING_INDICATOR, 0);
}

void push_receipt(struct live *live, enum proto_role of, const struct session *except)
{
    struct proto_receipts_updated_push push = {
        .conversation_id = id_str(&live->conversation.id),
        .role = of,
        .receipt = receipt_of(&live->receipts, of),
    };
    proto_encode_receipts_updated_push(respond_buf(), &push);
    push_to_viewers(live, PUSH_TO_ALL, except, PROTO_PUSH_RECEIPTS_UPDATED, 0);
}

static void push_presence(struct live *live, enum proto_role role, bool present)
{
    struct proto_presence_updated_push push = {
        .conversation_id = id_str(&live->conversation.id),
        .role = role,
        .present = present,
    };
    proto_encode_presence_updated_push(respond_buf(), &push);
    push_to_viewers(live, role == PROTO_ROLE_AGENT ? PUSH_TO_SHOPPER : PUSH_TO_AGENTS, NULL,
                    PROTO_PUSH_PRESENCE_UPDATED, 0);
}

void push_shopper_presence(struct live *live)
{
    bool present = live_shopper_present(live);
    if (present == live->told_present)
        return;
    live->told_present = present;
    push_presence(live, PROTO_ROLE_SHOPPER, present);
}

void push_agent_presence(struct live *live)
{
    push_presence(live, PROTO_ROLE_AGENT, live->agent && live->agent->present);
}

void push_shopper(struct live *live)
{
    struct proto_page page;
    struct proto_shopper_updated_push push = {
        .conversation_id = id_str(&live->conversation.id),
        .shopper = live_shopper_profile(live, &page),
    };
    proto_encode_shopper_updated_push(respond_buf(), &push);
    push_to_viewers(live, PUSH_TO_AGENTS, NULL, PROTO_PUSH_SHOPPER_UPDATED, 0);
}

void push_position(struct live *live)
{
    struct proto_queue_position_updated_push push = {
        .conversation_id = id_str(&live->conversation.id),
        .position = live->in_line.position,
        .has_wait_p50_ms = live->in_line.wait.p50_ms > 0,
        .wait_p50_ms = live->in_line.wait.p50_ms,
        .has_wait_p90_ms = live->in_line.wait.p90_ms > 0,
        .wait_p90_ms = live->in_line.wait.p90_ms,
    };
    proto_encode_queue_position_updated_push(respond_buf(), &push);
    push_to_viewers(live, PUSH_TO_SHOPPER, NULL, PROTO_PUSH_QUEUE_POSITION_UPDATED, 0);
}

void push_conversation(struct session *session, const struct proto_conversation *conversation)
{
    struct proto_incoming_conversation_push push = {.conversation = *conversation};
    proto_encode_incoming_conversation_push(respond_buf(), &push);
    struct frame *frame = respond_frame(false);
    push_frame(session, PROTO_PUSH_INCOMING_CONVERSATION, frame);
    frame_unref(frame);
}

void push_routing_status(struct agent *agent, const struct session *except)
{
    struct proto_routing_status_updated_push push = {
        .status = agent->accepting ? PROTO_ROUTING_STATUS_ACCEPTING : PROTO_ROUTING_STATUS_AWAY,
    };
    proto_encode_routing_status_updated_push(respond_buf(), &push);
    struct frame *frame = respond_frame(false);
    chain_for_each_safe(node, &agent->sessions) {
        struct session *session = container_of(node, struct session, person_node);
        if (session != except)
            push_frame(session, PROTO_PUSH_ROUTING_STATUS_UPDATED, frame);
    }
    frame_unref(frame);
}

static void push_to_agents_of(struct team *team, struct frame *frame)
{
    struct site *site = team->site;
    for (size_t i = 0; i < site->config->agents_count; i++)
        if (config_agent_in_team(site->agents[i].config, team->config->id))
            push_to_sessions(&site->agents[i].sessions, frame);
}

bool push_queue(struct team *team)
{
    struct proto_queue_updated_push push = {.queue = team_queue(team)};
    proto_encode_queue_updated_push(respond_buf(), &push);
    struct frame *frame = respond_frame(proto_push_is_ephemeral(PROTO_PUSH_QUEUE_UPDATED));
    if (!frame)
        return false;
    push_to_agents_of(team, frame);
    frame_unref(frame);
    return true;
}

bool push_team_status(struct team *team)
{
    struct proto_team_status_updated_push push = {.status = *team_status(team)};
    proto_encode_team_status_updated_push(respond_buf(), &push);
    struct frame *frame = respond_frame(proto_push_is_ephemeral(PROTO_PUSH_TEAM_STATUS_UPDATED));
    if (!frame)
        return false;
    push_to_agents_of(team, frame);
    map_for_each_safe(node, &team->site->shoppers) {
        push_to_sessions(&container_of(node, struct shopper, node)->sessions, frame);
    }
    frame_unref(frame);
    return true;
}

static void send_if_logged_in(struct session *session, void *frame)
{
    if (session->role != PROTO_ANONYMOUS)
        session_send(session, frame);
}

bool push_service_status(bool writable)
{
    struct proto_service_status_updated_push push = {.service = {.writable = writable}};
    proto_encode_service_status_updated_push(respond_buf(), &push);
    struct frame *frame = respond_frame(false);
    if (!frame)
        return false;
    sessions_each(send_if_logged_in, frame);
    frame_unref(frame);
    return true;
}
