/* One handler an action, one file a verb or a family of verbs: handle_<verb>.c. A handler is called with a
 * request that is well-formed, allowed for the session's role, and within its rate; what it points to is gone
 * when it returns. */
#pragma once

#include "proto.h"
#include "session/session.h"

typedef void (*handler_fn)(struct session *session, const struct proto_request *request);

void on_login(struct session *session, const struct proto_request *request);
void on_ping(struct session *session, const struct proto_request *request);
void on_logout(struct session *session, const struct proto_request *request);
void on_start_conversation(struct session *session, const struct proto_request *request);
void on_send_event(struct session *session, const struct proto_request *request);
void on_send_typing_indicator(struct session *session, const struct proto_request *request);
void on_mark_events_as_delivered(struct session *session, const struct proto_request *request);
void on_mark_events_as_seen(struct session *session, const struct proto_request *request);
void on_update_page(struct session *session, const struct proto_request *request);
void on_update_shopper(struct session *session, const struct proto_request *request);
void on_list_events(struct session *session, const struct proto_request *request);
void on_list_conversations(struct session *session, const struct proto_request *request);
void on_list_queue(struct session *session, const struct proto_request *request);
void on_list_assigned(struct session *session, const struct proto_request *request);
void on_set_routing_status(struct session *session, const struct proto_request *request);
void on_propose_close(struct session *session, const struct proto_request *request);
void on_confirm_close(struct session *session, const struct proto_request *request);
void on_dispute_close(struct session *session, const struct proto_request *request);
void on_transfer_conversation(struct session *session, const struct proto_request *request);
void on_take_over_conversation(struct session *session, const struct proto_request *request);
void on_set_priority(struct session *session, const struct proto_request *request);
void on_pick_conversation(struct session *session, const struct proto_request *request);
void on_list_agents(struct session *session, const struct proto_request *request);
