/* Pushes: one frame, built once, for all who are to see it. */
#pragma once

#include "session/live.h"
#include "session/site.h"
#include "shopbell/event.h"

/* Which viewers of a conversation. */
enum push_to { PUSH_TO_ALL, PUSH_TO_SHOPPER, PUSH_TO_AGENTS };

/* An event as it goes over the wire; texts are borrowed from the event and the site. */
struct proto_event push_event_view(struct site *site, const struct event *event);

void push_event(struct live *live, const struct event *event, const struct session *except,
                int64_t received_us);
/* person is typing, to the other side. */
void push_typing(struct live *live, enum proto_role role, struct str person, bool is_typing);
void push_receipt(struct live *live, enum proto_role of, const struct session *except);
void push_shopper_presence(struct live *live); /* if it is not what was told last */
void push_agent_presence(struct live *live);
void push_shopper(struct live *live);
void push_position(struct live *live); /* and the wait, as in_line has them */
void push_conversation(struct session *session, const struct proto_conversation *conversation);
void push_routing_status(struct agent *agent, const struct session *except);
/* To many: without memory nobody is told, and it is to be tried again. */
bool push_queue(struct team *team);
bool push_team_status(struct team *team);
bool push_service_status(bool writable);
