/* domain/conversation.h: the state follows from the events, in order, each once. */
#include "unit.h"

#include <stdio.h>

#include "base/crypto.h"
#include "domain/conversation.h"

static const char shopper[] = "s_00000000000000000000";

static struct event event_of(int64_t seq, enum proto_event_type type, enum proto_author_role role,
                             const char *by)
{
    return (struct event){
        .id = {0, seq}, .type = type, .role = role, .by = str_from(by), .at_ms = 1000 + seq};
}

static void apply(struct conversation *c, enum proto_event_type type, enum proto_author_role role,
                  const char *by)
{
    struct event event = event_of(c->last_seq + 1, type, role, by);
    assert_int_equal(conversation_apply(c, &event), CONVERSATION_APPLIED);
}

static struct conversation opened(void)
{
    struct conversation c = {0};
    assert_true(id_parse(STR(shopper), 's', &c.shopper));
    apply(&c, PROTO_EVENT_TYPE_OPENED, PROTO_AUTHOR_ROLE_SHOPPER, shopper);
    return c;
}

static void message(struct conversation *c, enum proto_author_role role, const char *by,
                    const char *custom_id)
{
    struct event event = event_of(c->last_seq + 1, PROTO_EVENT_TYPE_MESSAGE, role, by);
    event.custom_id = str_from(custom_id);
    assert_int_equal(conversation_apply(c, &event), CONVERSATION_APPLIED);
}

static void every_event_leads_to_its_state(void **state)
{
    static const struct {
        enum proto_event_type type;
        enum proto_conversation_state state;
        const char *agent;
    } steps[] = {
        {PROTO_EVENT_TYPE_ASSIGNED, PROTO_CONVERSATION_STATE_ASSIGNED, "maya"},
        {PROTO_EVENT_TYPE_QUEUED, PROTO_CONVERSATION_STATE_QUEUED, ""},
        {PROTO_EVENT_TYPE_ASSIGNED, PROTO_CONVERSATION_STATE_ASSIGNED, "maya"},
        {PROTO_EVENT_TYPE_CLOSE_PROPOSED, PROTO_CONVERSATION_STATE_CLOSING, "maya"},
        {PROTO_EVENT_TYPE_CLOSE_DISPUTED, PROTO_CONVERSATION_STATE_ASSIGNED, "maya"},
        {PROTO_EVENT_TYPE_CLOSE_PROPOSED, PROTO_CONVERSATION_STATE_CLOSING, "maya"},
        {PROTO_EVENT_TYPE_CLOSED, PROTO_CONVERSATION_STATE_CLOSED, "maya"},
    };
    struct conversation c = opened();
    assert_int_equal(c.state, PROTO_CONVERSATION_STATE_QUEUED);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        apply(&c, steps[i].type, PROTO_AUTHOR_ROLE_AGENT, "maya");
        assert_int_equal(c.state, steps[i].state);
        assert_string_equal(c.agent, steps[i].agent);
    }
    conversation_fini(&c);
}

static void a_hand_over_may_change_the_team(void **state)
{
    struct conversation c = opened();
    struct event moved = event_of(2, PROTO_EVENT_TYPE_QUEUED, PROTO_AUTHOR_ROLE_AGENT, "maya");
    snprintf(c.team, sizeof c.team, "support");
    moved.team = STR("orders");
    assert_int_equal(conversation_apply(&c, &moved), CONVERSATION_APPLIED);
    assert_string_equal(c.team, "orders");
    assert_string_equal(c.agent, "");
    apply(&c, PROTO_EVENT_TYPE_ASSIGNED, PROTO_AUTHOR_ROLE_AGENT, "kofi");
    assert_string_equal(c.team, "orders");
    conversation_fini(&c);
}

static void queued_because(struct conversation *c, enum proto_event_reason reason, const char *by)
{
    struct event event = event_of(c->last_seq + 1, PROTO_EVENT_TYPE_QUEUED, PROTO_AUTHOR_ROLE_SYSTEM, by);
    event.has_reason = true;
    event.reason = reason;
    assert_int_equal(conversation_apply(c, &event), CONVERSATION_APPLIED);
    assert_int_equal(c->line_seq, c->last_seq);
}

static void it_may_wait_for_one_agent(void **state)
{
    struct conversation c = opened();
    assert_string_equal(c.adviser, "");
    queued_because(&c, PROTO_EVENT_REASON_RESERVED, "maya");
    assert_string_equal(c.adviser, "maya");
    assert_string_equal(c.agent, "");
    queued_because(&c, PROTO_EVENT_REASON_PRIORITIZED, "jonas");
    assert_string_equal(c.adviser, "maya");
    queued_because(&c, PROTO_EVENT_REASON_RELEASED, "maya");
    assert_string_equal(c.adviser, "");
    queued_because(&c, PROTO_EVENT_REASON_RESERVED, "maya");
    apply(&c, PROTO_EVENT_TYPE_ASSIGNED, PROTO_AUTHOR_ROLE_AGENT, "jonas");
    assert_string_equal(c.adviser, "");
    conversation_fini(&c);
}

static void a_message_changes_nothing_but_the_seq(void **state)
{
    struct conversation c = opened();
    apply(&c, PROTO_EVENT_TYPE_ASSIGNED, PROTO_AUTHOR_ROLE_AGENT, "maya");
    message(&c, PROTO_AUTHOR_ROLE_SHOPPER, shopper, "custom-1");
    assert_int_equal(c.state, PROTO_CONVERSATION_STATE_ASSIGNED);
    assert_int_equal(c.last_seq, 3);
    conversation_fini(&c);
}

static void known_events_and_gaps_are_told_apart(void **state)
{
    struct conversation c = opened();
    struct event again = event_of(1, PROTO_EVENT_TYPE_CLOSED, PROTO_AUTHOR_ROLE_SYSTEM, "");
    struct event ahead = event_of(3, PROTO_EVENT_TYPE_CLOSED, PROTO_AUTHOR_ROLE_SYSTEM, "");
    assert_int_equal(conversation_apply(&c, &again), CONVERSATION_KNOWN);
    assert_int_equal(conversation_apply(&c, &ahead), CONVERSATION_GAP);
    assert_int_equal(c.state, PROTO_CONVERSATION_STATE_QUEUED);
    assert_int_equal(c.last_seq, 1);
    conversation_fini(&c);
}

static void a_resend_is_found_by_its_sender_only(void **state)
{
    struct conversation c = opened();
    message(&c, PROTO_AUTHOR_ROLE_SHOPPER, shopper, "custom-1");
    assert_int_equal(conversation_find_sent(&c, PROTO_ROLE_SHOPPER, STR(shopper), STR("custom-1")), 2);
    assert_int_equal(conversation_find_sent(&c, PROTO_ROLE_SHOPPER, STR(shopper), STR("custom-2")), 0);
    assert_int_equal(conversation_find_sent(&c, PROTO_ROLE_AGENT, STR(shopper), STR("custom-1")), 0);
    assert_int_equal(conversation_find_sent(&c, PROTO_ROLE_AGENT, STR("maya"), STR("custom-1")), 0);
    conversation_fini(&c);
}

static void every_message_of_a_long_conversation_is_found(void **state)
{
    enum { MESSAGES = 5000 };
    char custom_id[32];
    struct conversation c = opened();
    for (int i = 0; i < MESSAGES; i++) {
        snprintf(custom_id, sizeof custom_id, "custom-%d", i);
        message(&c, PROTO_AUTHOR_ROLE_SHOPPER, shopper, custom_id);
    }
    for (int i = 0; i < MESSAGES; i++) {
        snprintf(custom_id, sizeof custom_id, "custom-%d", i);
        assert_int_equal(conversation_find_sent(&c, PROTO_ROLE_SHOPPER, STR(shopper), str_from(custom_id)),
                         i + 2);
    }
    conversation_fini(&c);
}

static void who_may_write_when(void **state)
{
    struct conversation c = opened();
    assert_int_equal(conversation_may_write(&c, PROTO_ROLE_SHOPPER, STR(shopper)), PROTO_OK);
    assert_int_equal(conversation_may_write(&c, PROTO_ROLE_SHOPPER, STR("s_10000000000000000000")),
                     PROTO_ERROR_NOT_FOUND);
    assert_int_equal(conversation_may_write(&c, PROTO_ROLE_AGENT, STR("maya")), PROTO_ERROR_WRONG_STATE);
    apply(&c, PROTO_EVENT_TYPE_ASSIGNED, PROTO_AUTHOR_ROLE_AGENT, "maya");
    assert_int_equal(conversation_may_write(&c, PROTO_ROLE_AGENT, STR("maya")), PROTO_OK);
    assert_int_equal(conversation_may_write(&c, PROTO_ROLE_AGENT, STR("jonas")), PROTO_ERROR_WRONG_STATE);
    apply(&c, PROTO_EVENT_TYPE_CLOSE_PROPOSED, PROTO_AUTHOR_ROLE_AGENT, "maya");
    assert_int_equal(conversation_may_write(&c, PROTO_ROLE_AGENT, STR("maya")), PROTO_OK);
    apply(&c, PROTO_EVENT_TYPE_CLOSED, PROTO_AUTHOR_ROLE_SHOPPER, shopper);
    assert_int_equal(conversation_may_write(&c, PROTO_ROLE_SHOPPER, STR(shopper)),
                     PROTO_ERROR_CONVERSATION_CLOSED);
    assert_int_equal(conversation_may_write(&c, PROTO_ROLE_AGENT, STR("maya")),
                     PROTO_ERROR_CONVERSATION_CLOSED);
    conversation_fini(&c);
}

static void message_in(struct conversation *c, int64_t generation)
{
    struct event event =
        event_of(c->last_seq + 1, PROTO_EVENT_TYPE_MESSAGE, PROTO_AUTHOR_ROLE_SHOPPER, shopper);
    event.id.generation = generation;
    assert_int_equal(conversation_apply(c, &event), CONVERSATION_APPLIED);
}

static bool has(const struct conversation *c, int64_t generation, int64_t seq)
{
    return conversation_has(c, (struct event_id){generation, seq});
}

/* 0-1 0-2 0-3 | 70-4 70-5 | 900-6 */
static void events_of_other_generations_are_told_apart(void **state)
{
    struct conversation c = opened();
    static const int64_t generations[] = {0, 0, 0, 0, 70, 70, 900};
    assert_false(has(&c, 0, 0));
    for (size_t seq = 2; seq < sizeof generations / sizeof *generations; seq++)
        message_in(&c, generations[seq]);
    for (int64_t seq = 1; seq <= 6; seq++)
        for (int64_t generation = 0; generation <= 1000; generation += 10)
            assert_int_equal(has(&c, generation, seq), generation == generations[seq]);
    assert_false(has(&c, 900, 7));
    assert_int_equal(conversation_last_id(&c).generation, 900);
    assert_int_equal(conversation_last_id(&c).seq, 6);
    assert_int_equal(conversation_id_at(&c, 4).generation, 70);
    assert_int_equal(conversation_id_at(&c, 9).generation, 900);
    assert_int_equal(conversation_id_at(&c, 0).generation, 0);
    conversation_forget_events(&c);
    assert_false(has(&c, 0, 1));
    message_in(&c, 5);
    assert_true(has(&c, 5, 1));
    assert_false(has(&c, 0, 1));
    conversation_fini(&c);
}

static void all_events_can_be_forgotten(void **state)
{
    struct conversation c = opened();
    snprintf(c.team, sizeof c.team, "support");
    message(&c, PROTO_AUTHOR_ROLE_SHOPPER, shopper, "custom-1");
    conversation_forget_events(&c);
    assert_int_equal(c.last_seq, 0);
    assert_string_equal(c.team, "support");
    assert_str(id_str(&c.shopper), shopper);
    assert_int_equal(conversation_find_sent(&c, PROTO_ROLE_SHOPPER, STR(shopper), STR("custom-1")), 0);
    apply(&c, PROTO_EVENT_TYPE_OPENED, PROTO_AUTHOR_ROLE_SHOPPER, shopper);
    conversation_fini(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_event_leads_to_its_state),
        cmocka_unit_test(a_hand_over_may_change_the_team),
        cmocka_unit_test(it_may_wait_for_one_agent),
        cmocka_unit_test(a_message_changes_nothing_but_the_seq),
        cmocka_unit_test(known_events_and_gaps_are_told_apart),
        cmocka_unit_test(a_resend_is_found_by_its_sender_only),
        cmocka_unit_test(every_message_of_a_long_conversation_is_found),
        cmocka_unit_test(who_may_write_when),
        cmocka_unit_test(events_of_other_generations_are_told_apart),
        cmocka_unit_test(all_events_can_be_forgotten),
    };
    crypto_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
