/* Prints one frame a line: every response, push and error that the encoders make, once with everything in it
 * and, where something is optional, once with nothing but what must be. The TypeScript runner checks each
 * against the schemas and against the client's own check. */
#include <stdio.h>

#include "base/buf.h"
#include "proto.h"

#define TEXT(literal)                                                                                        \
    {                                                                                                        \
        (literal), sizeof(literal) - 1                                                                       \
    }
#define RECEIPT(delivered, seen)                                                                             \
    {                                                                                                        \
        .delivered_up_to = (delivered), .seen_up_to = (seen)                                                 \
    }
#define COUNT(array) (sizeof(array) / sizeof *(array))

static const int64_t AT = 1760000000000;
static const struct str CONVERSATION = TEXT("c_0123456789abcdefghjk");
static const struct str ID = TEXT("r-1.2:3_");

static const struct proto_agent_profile mia = {.id = TEXT("mia"),
                                               .name = TEXT("Mia Lindqvist"),
                                               .title = TEXT("Shoe adviser"),
                                               .photo = TEXT("/demo/mia.jpg")};
static const struct proto_agent_profile plain_agent = {.id = TEXT("bo"), .name = TEXT("Bo")};
static const struct proto_page page = {.url = TEXT("https://store.example/?q=\"a\\b\""),
                                       .title = TEXT("R\xc3\xb6"
                                                     "d")};
static const struct proto_page plain_page = {.url = TEXT("https://store.example/")};
static const struct proto_shopper_profile ana = {
    .id = TEXT("s_zyxwvtsrqpnmkjhgfedc"),
    .name = TEXT("<b>Ana</b>\n\t\x01"),
    .email = TEXT("ana@example.com"),
    .has_present = true,
    .present = true,
    .page = &page,
};
static const struct proto_shopper_profile plain_shopper = {.id = TEXT("s_zyxwvtsrqpnmkjhgfedc")};
static const struct proto_shopper_profile away_shopper = {
    .id = TEXT("s_zyxwvtsrqpnmkjhgfedc"), .has_present = true, .present = false, .page = &plain_page};

static const struct proto_event events[] = {
    {.seq = 1, .type = PROTO_EVENT_TYPE_OPENED, .at = 0, .author = {.role = PROTO_AUTHOR_ROLE_SYSTEM}},
    {
        .seq = 9007199254740991,
        .generation = 9007199254740991,
        .type = PROTO_EVENT_TYPE_MESSAGE,
        .at = 1760000000000,
        .author = {.role = PROTO_AUTHOR_ROLE_SHOPPER, .id = TEXT("s_zyxwvtsrqpnmkjhgfedc")},
        .custom_id = TEXT("m-0001_abcDEF"),
        .text = TEXT("</script> \xe2\x80\xa8 \x7f \xf0\x9f\x98\x80"),
        .agent = &mia,
        .has_reason = true,
        .reason = PROTO_EVENT_REASON_TIMED_OUT,
        .team = TEXT("sales"),
    },
};
static const struct proto_conversation conversations[] = {
    {
        .id = TEXT("c_0123456789abcdefghjk"),
        .state = PROTO_CONVERSATION_STATE_CLOSING,
        .team = TEXT("sales"),
        .opened_at = 1760000000000,
        .last_seq = 2,
        .has_rewound = true,
        .rewound = true,
        .events = events,
        .events_count = COUNT(events),
        .has_earlier = true,
        .has_has_more = true,
        .has_more = false,
        .receipts = {.shopper = RECEIPT(2, 1), .agent = RECEIPT(0, 0)},
        .shopper = &ana,
        .agent = &plain_agent,
        .has_agent_present = true,
        .agent_present = true,
        .has_queue_position = true,
        .queue_position = 12,
    },
    {
        .id = TEXT("c_0123456789abcdefghjk"),
        .state = PROTO_CONVERSATION_STATE_QUEUED,
        .team = TEXT("sales"),
        .receipts = {.shopper = RECEIPT(2, 1), .agent = RECEIPT(0, 0)},
        .adviser = &mia,
    },
};
static const struct proto_agent_profile faces[] = {
    {.id = TEXT("mia"), .name = TEXT("Mia")},
    {.id = TEXT("bo"), .name = TEXT("Bo")},
};
static const struct proto_team_status teams[] = {
    {
        .team = TEXT("sales"),
        .name = TEXT("Sales"),
        .status = PROTO_TEAM_STATUS_VALUE_BUSY,
        .agents = faces,
        .agents_count = COUNT(faces),
    },
    {.team = TEXT("help"), .name = TEXT("Help"), .status = PROTO_TEAM_STATUS_VALUE_AWAY},
};
static const struct proto_queue_summary queues[] = {
    {.team = TEXT("sales"),
     .name = TEXT("Sales"),
     .length = 3,
     .has_oldest_at = true,
     .oldest_at = 1760000000000},
    {.team = TEXT("help"), .name = TEXT("Help"), .length = 0},
};

static void print(struct buf *out)
{
    if (buf_ok(out))
        printf(STR_FMT "\n", STR_ARG(buf_str(out)));
    else
        printf("out of memory\n");
    buf_reset(out);
}

static void print_logins(struct buf *out)
{
    const struct str agent_teams[] = {STR("sales"), STR("help")};
    const struct proto_agent_self self = {
        .profile = mia,
        .email = STR("mia@demo.example"),
        .routing_status = PROTO_ROUTING_STATUS_ACCEPTING,
        .capacity = 4,
        .teams = agent_teams,
        .teams_count = COUNT(agent_teams),
    };
    struct proto_login_response login = {
        .ping_interval_ms = PROTO_PING_INTERVAL_MS,
        .site = {.id = STR("demo"), .name = STR("Demo"), .accent = STR("#c2410c")},
        .service = {.writable = false},
    };
    proto_encode_login_response(out, ID, &login);
    print(out);
    login.token = STR("v1.token");
    login.shopper = &ana;
    login.has_idle_ping_interval_ms = true;
    login.idle_ping_interval_ms = PROTO_IDLE_PING_INTERVAL_MS;
    login.agent = &self;
    login.conversations = conversations;
    login.conversations_count = COUNT(conversations);
    login.teams = teams;
    login.teams_count = COUNT(teams);
    login.has_queues = true;
    login.queues = queues;
    login.queues_count = COUNT(queues);
    proto_encode_login_response(out, ID, &login);
    print(out);
}

static void print_empty_responses(struct buf *out)
{
    static void (*const encoders[])(struct buf *, struct str) = {
        proto_encode_ping_response,
        proto_encode_logout_response,
        proto_encode_send_typing_indicator_response,
        proto_encode_mark_events_as_delivered_response,
        proto_encode_mark_events_as_seen_response,
        proto_encode_update_page_response,
        proto_encode_propose_close_response,
        proto_encode_confirm_close_response,
        proto_encode_dispute_close_response,
        proto_encode_transfer_conversation_response,
        proto_encode_take_over_conversation_response,
        proto_encode_pick_conversation_response,
        proto_encode_set_priority_response,
    };
    for (size_t i = 0; i < COUNT(encoders); i++) {
        encoders[i](out, ID);
        print(out);
    }
}

static void print_sends(struct buf *out)
{
    proto_encode_start_conversation_response(
        out, ID,
        &(struct proto_start_conversation_response){
            .conversation = conversations[0], .seq = 2, .generation = AT, .at = AT, .duplicate = true});
    print(out);
    proto_encode_send_event_response(
        out, ID, &(struct proto_send_event_response){.conversation_id = CONVERSATION, .seq = 7, .at = AT});
    print(out);
}

static void print_lists(struct buf *out)
{
    const struct proto_conversation_summary summaries[] = {
        {.id = CONVERSATION,
         .state = PROTO_CONVERSATION_STATE_ASSIGNED,
         .team = STR("sales"),
         .opened_at = AT},
        {
            .id = CONVERSATION,
            .state = PROTO_CONVERSATION_STATE_CLOSED,
            .team = STR("sales"),
            .opened_at = AT,
            .has_closed_at = true,
            .closed_at = AT,
            .last_seq = 9,
            .preview = STR("Hello?"),
            .shopper = &away_shopper,
            .agent = &mia,
        },
    };
    const struct proto_queue_entry entries[] = {
        {.conversation_id = CONVERSATION,
         .team = STR("sales"),
         .position = 1,
         .waiting_since = AT,
         .shopper = ana},
        {
            .conversation_id = CONVERSATION,
            .team = STR("sales"),
            .position = 2,
            .waiting_since = AT,
            .shopper = plain_shopper,
            .preview = STR("Hello?"),
            .has_priority = true,
            .priority = 9,
            .adviser = &mia,
        },
    };
    proto_encode_list_events_response(out, ID,
                                      &(struct proto_list_events_response){.conversation_id = CONVERSATION,
                                                                           .events = events,
                                                                           .events_count = COUNT(events),
                                                                           .has_more = true});
    print(out);
    proto_encode_list_events_response(out, ID,
                                      &(struct proto_list_events_response){.conversation_id = CONVERSATION});
    print(out);
    proto_encode_list_conversations_response(
        out, ID,
        &(struct proto_list_conversations_response){.conversations = summaries,
                                                    .conversations_count = COUNT(summaries)});
    print(out);
    proto_encode_list_assigned_response(
        out, ID,
        &(struct proto_list_assigned_response){.conversations = summaries,
                                               .conversations_count = COUNT(summaries)});
    print(out);
    proto_encode_list_queue_response(
        out, ID, &(struct proto_list_queue_response){.entries = entries, .entries_count = COUNT(entries)});
    print(out);
}

static void print_agents(struct buf *out)
{
    const struct str teams_of[] = {TEXT("sales"), TEXT("returns")};
    const struct proto_colleague colleagues[] = {
        {.profile = mia,
         .teams = teams_of,
         .teams_count = COUNT(teams_of),
         .present = true,
         .routing_status = PROTO_ROUTING_STATUS_ACCEPTING,
         .load = 3,
         .capacity = 4},
        {.profile = plain_agent, .routing_status = PROTO_ROUTING_STATUS_AWAY},
    };
    proto_encode_list_agents_response(
        out, ID,
        &(struct proto_list_agents_response){.agents = colleagues, .agents_count = COUNT(colleagues)});
    print(out);
}

static void print_small_responses(struct buf *out)
{
    proto_encode_update_shopper_response(out, ID,
                                         &(struct proto_update_shopper_response){.shopper = plain_shopper});
    print(out);
    proto_encode_set_routing_status_response(
        out, ID, &(struct proto_set_routing_status_response){.status = PROTO_ROUTING_STATUS_AWAY});
    print(out);
}

static void print_conversation_pushes(struct buf *out)
{
    for (size_t i = 0; i < COUNT(conversations); i++) {
        proto_encode_incoming_conversation_push(
            out, &(struct proto_incoming_conversation_push){.conversation = conversations[i]});
        print(out);
    }
    for (size_t i = 0; i < COUNT(events); i++) {
        proto_encode_incoming_event_push(
            out, &(struct proto_incoming_event_push){.conversation_id = CONVERSATION, .event = events[i]});
        print(out);
    }
    proto_encode_incoming_typing_indicator_push(out,
                                                &(struct proto_incoming_typing_indicator_push){
                                                    .conversation_id = CONVERSATION,
                                                    .author = {.role = PROTO_AUTHOR_ROLE_AGENT, .id = mia.id},
                                                    .is_typing = true});
    print(out);
    proto_encode_receipts_updated_push(
        out, &(struct proto_receipts_updated_push){
                 .conversation_id = CONVERSATION, .role = PROTO_ROLE_SHOPPER, .receipt = RECEIPT(2, 1)});
    print(out);
    proto_encode_presence_updated_push(
        out, &(struct proto_presence_updated_push){
                 .conversation_id = CONVERSATION, .role = PROTO_ROLE_AGENT, .present = true});
    print(out);
    proto_encode_shopper_updated_push(
        out, &(struct proto_shopper_updated_push){.conversation_id = CONVERSATION, .shopper = ana});
    print(out);
    proto_encode_queue_position_updated_push(
        out, &(struct proto_queue_position_updated_push){.conversation_id = CONVERSATION, .position = 3});
    print(out);
    proto_encode_queue_position_updated_push(
        out, &(struct proto_queue_position_updated_push){.conversation_id = CONVERSATION,
                                                         .position = 3,
                                                         .has_wait_p50_ms = true,
                                                         .wait_p50_ms = 120000,
                                                         .has_wait_p90_ms = true,
                                                         .wait_p90_ms = 300000});
    print(out);
}

static void print_status_pushes(struct buf *out)
{
    for (size_t i = 0; i < COUNT(queues); i++) {
        proto_encode_queue_updated_push(out, &(struct proto_queue_updated_push){.queue = queues[i]});
        print(out);
        proto_encode_team_status_updated_push(out,
                                              &(struct proto_team_status_updated_push){.status = teams[i]});
        print(out);
    }
    proto_encode_routing_status_updated_push(
        out, &(struct proto_routing_status_updated_push){.status = PROTO_ROUTING_STATUS_ACCEPTING});
    print(out);
    proto_encode_service_status_updated_push(
        out, &(struct proto_service_status_updated_push){.service = {.writable = true}});
    print(out);
}

static void print_errors(struct buf *out)
{
    for (int type = PROTO_OK + 1; type < PROTO_ERROR_TYPE_COUNT; type++) {
        const struct proto_error error = {
            .type = (enum proto_error_type)type,
            .message = STR("what was wrong, where, and what to do"),
            .retryable = proto_error_type_is_retryable((enum proto_error_type)type),
        };
        proto_encode_error(out, ID, STR("send_event"), &error);
        print(out);
    }
    const struct proto_error full = {
        .type = PROTO_ERROR_RATE_LIMITED,
        .message = STR("slow down"),
        .path = STR("payload"),
        .retryable = true,
        .has_retry_after_ms = true,
        .retry_after_ms = 1500,
    };
    proto_encode_error(out, STR(""), STR(""), &full);
    print(out);
}

int main(void)
{
    struct buf out = BUF_INIT;
    print_logins(&out);
    print_empty_responses(&out);
    print_sends(&out);
    print_lists(&out);
    print_agents(&out);
    print_small_responses(&out);
    print_conversation_pushes(&out);
    print_status_pushes(&out);
    print_errors(&out);
    buf_fini(&out);
    return 0;
}
