/* What the decoder hands on, and the tables and the error texts, value by value. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "proto.h"

struct fixture {
    struct arena arena;
    struct proto_frame_in frame;
    struct proto_request request;
    struct proto_fault fault;
};

static int setup(void **state)
{
    static struct fixture fixture;
    *state = &fixture;
    return arena_init(&fixture.arena, 16 * 1024) ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    arena_fini(&fixture->arena);
    return 0;
}

/* Decodes a copy that is overwritten afterwards: nothing may point into the bytes or the parsed JSON. */
static bool decode(struct fixture *it, const char *text)
{
    char bytes[2048];
    size_t len = strlen(text);
    memcpy(bytes, text, len);
    bool ok = proto_decode_frame((struct str){bytes, len}, &it->arena, &it->frame, &it->fault) &&
              proto_decode_payload(&it->frame, &it->arena, &it->request, &it->fault);
    memset(bytes, '#', sizeof bytes);
    return ok;
}

static void assert_text(struct str text, const char *expected)
{
    assert_non_null(text.data);
    assert_int_equal(text.data[text.len], '\0');
    assert_string_equal(text.data, expected);
}

static void test_full_login(void **state)
{
    struct fixture *it = *state;
    assert_true(decode(
        it, "{\"request_id\":\"r1\",\"action\":\"login\",\"payload\":{\"role\":\"agent\",\"site\":\"demo\","
            "\"token\":\"t\",\"page\":{\"url\":\"u\",\"title\":\"\"},\"cursors\":["
            "{\"conversation_id\":\"c_0123456789abcdefghjk\",\"seq\":0},"
            "{\"seq\":9007199254740991,\"conversation_id\":\"c_zzzzzzzzzzzzzzzzzzzz\"}]}}"));
    const struct proto_login_request *login = &it->request.as.login;
    assert_int_equal(it->request.action, PROTO_LOGIN);
    assert_text(it->request.request_id, "r1");
    assert_int_equal(login->role, PROTO_ROLE_AGENT);
    assert_text(login->site, "demo");
    assert_text(login->token, "t");
    assert_null(login->email.data);
    assert_null(login->password.data);
    assert_text(login->page->url, "u");
    assert_text(login->page->title, "");
    assert_true(login->has_cursors);
    assert_int_equal(login->cursors_count, 2);
    assert_int_equal(login->cursors[0].seq, 0);
    assert_text(login->cursors[1].conversation_id, "c_zzzzzzzzzzzzzzzzzzzz");
    assert_int_equal(login->cursors[1].seq, 9007199254740991);
}

static void test_absent_and_empty_cursors_differ(void **state)
{
    struct fixture *it = *state;
    assert_true(decode(
        it, "{\"request_id\":\"1\",\"action\":\"login\",\"payload\":{\"role\":\"shopper\",\"site\":\"d\"}}"));
    assert_false(it->request.as.login.has_cursors);
    assert_null(it->request.as.login.page);
    assert_true(decode(
        it, "{\"request_id\":\"1\",\"action\":\"login\",\"payload\":{\"role\":\"shopper\",\"site\":\"d\","
            "\"cursors\":[]}}"));
    assert_true(it->request.as.login.has_cursors);
    assert_int_equal(it->request.as.login.cursors_count, 0);
}

static void test_optional_numbers(void **state)
{
    struct fixture *it = *state;
    assert_true(decode(it,
                       "{\"request_id\":\"1\",\"action\":\"list_events\",\"payload\":{\"conversation_id\":"
                       "\"c_0123456789abcdefghjk\",\"after\":0}}"));
    const struct proto_list_events_request *list = &it->request.as.list_events;
    assert_true(list->has_after);
    assert_int_equal(list->after, 0);
    assert_false(list->has_before);
    assert_false(list->has_limit);
}

static void test_payload_may_be_left_out(void **state)
{
    struct fixture *it = *state;
    assert_true(decode(it, "{\"request_id\":\"1\",\"action\":\"list_conversations\"}"));
    assert_null(it->request.as.list_conversations.shopper_id.data);
    assert_false(it->request.as.list_conversations.has_limit);
}

static void test_escapes_become_text(void **state)
{
    struct fixture *it = *state;
    assert_true(decode(it, "{\"request_id\":\"1\",\"action\":\"update_shopper\",\"payload\":"
                           "{\"name\":\"\\u00e9\\ud83d\\ude00\\n\\\"\"}}"));
    assert_text(it->request.as.update_shopper.name, "\xc3\xa9\xf0\x9f\x98\x80\n\"");
}

static void test_what_could_be_read_is_kept_for_the_error(void **state)
{
    struct fixture *it = *state;
    assert_false(decode(it, "{\"request_id\":\"r7\",\"action\":\"fly\"}"));
    assert_int_equal(it->fault.type, PROTO_ERROR_UNKNOWN_ACTION);
    assert_text(it->frame.request_id, "r7");
    assert_text(it->frame.action_name, "fly");
    assert_false(decode(it, "{\"request_id\":\"r8\",\"action\":4}"));
    assert_text(it->frame.request_id, "r8");
    assert_null(it->frame.action_name.data);
    assert_false(decode(it, "["));
    assert_null(it->frame.request_id.data);
}

/* The messages go into logs, so no value that a client sent may be in them. */
static void test_messages_quote_no_values(void **state)
{
    static const char *const frames[] = {
        "{\"request_id\":\"1\",\"action\":\"ping\" SECRET",
        "{\"request_id\":\"1\",\"action\":\"ping\",\"payload\":\"SECRET\"}",
        "{\"request_id\":\"1 SECRET\",\"action\":\"ping\"}",
        "{\"request_id\":\"1\",\"action\":\"login\",\"payload\":{\"role\":\"SECRET\",\"site\":\"d\"}}",
        "{\"request_id\":\"1\",\"action\":\"login\",\"payload\":{\"role\":\"agent\",\"site\":\"SECRET\"}}",
        "{\"request_id\":\"1\",\"action\":\"update_shopper\",\"payload\":{\"name\":\"SECRET\",\"email\":7}}",
        "SECRET",
        "\"SECRET\"",
    };
    struct fixture *it = *state;
    for (size_t i = 0; i < sizeof frames / sizeof *frames; i++) {
        assert_false(decode(it, frames[i]));
        assert_null(strstr(it->fault.message, "SECRET"));
        assert_null(strstr(it->fault.path, "SECRET"));
    }
}

static void test_long_names_are_cut_between_code_points(void **state)
{
    struct fixture *it = *state;
    assert_false(decode(
        it, "{\"request_id\":\"1\",\"action\":\"login\",\"payload\":{\"role\":\"agent\",\"site\":\"d\","
            "\"page\":{\"url\":\"u\",\"x\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac"
            "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac"
            "\xe2\x82\xac\xe2\x82\xac\":1}}}"));
    assert_int_equal(strlen(it->fault.path), strlen("payload.page.x") + 13 * 3);
}

static void test_names_both_ways(void **state)
{
    (void)state;
    for (int i = 0; i < PROTO_ACTION_COUNT; i++) {
        enum proto_action action;
        assert_true(proto_action_find(str_from(proto_action_str((enum proto_action)i)), &action));
        assert_int_equal(action, i);
        assert_string_equal(proto_actions[i].name, proto_action_str(action));
    }
    for (int i = PROTO_OK + 1; i < PROTO_ERROR_TYPE_COUNT; i++) {
        enum proto_error_type type;
        assert_true(proto_error_type_parse(str_from(proto_error_type_str((enum proto_error_type)i)), &type));
        assert_int_equal(type, i);
    }
    assert_string_equal(proto_event_type_str((enum proto_event_type)99), "unknown");
    assert_string_equal(proto_error_type_str(PROTO_OK), "ok");
    assert_string_equal(proto_close_code_str(PROTO_CLOSE_SLOW_READER), "slow_reader");
}

static void test_rules_of_actions(void **state)
{
    (void)state;
    assert_int_equal(proto_actions[PROTO_LOGIN].roles, PROTO_ANONYMOUS);
    assert_int_equal(proto_actions[PROTO_PING].roles, PROTO_ANONYMOUS | PROTO_SHOPPER | PROTO_AGENT);
    assert_int_equal(proto_actions[PROTO_START_CONVERSATION].cost, 10);
    assert_true(proto_push_is_ephemeral(PROTO_PUSH_INCOMING_TYPING_INDICATOR));
    assert_false(proto_push_is_ephemeral(PROTO_PUSH_INCOMING_EVENT));
    assert_true(proto_error_type_is_retryable(PROTO_ERROR_UNAVAILABLE));
    assert_false(proto_error_type_is_retryable(PROTO_ERROR_INVALID_PAYLOAD));
}

static void test_encoded_ack(void **state)
{
    (void)state;
    struct buf out = BUF_INIT;
    proto_encode_send_event_response(
        &out, STR("42"),
        &(struct proto_send_event_response){
            .conversation_id = STR("c_1"), .seq = 7, .generation = 3, .at = 1000, .duplicate = true});
    assert_true(str_eq_c(buf_str(&out),
                         "{\"type\":\"response\",\"request_id\":\"42\",\"action\":\"send_event\","
                         "\"success\":true,\"payload\":{\"conversation_id\":\"c_1\",\"seq\":7,"
                         "\"generation\":3,\"at\":1000,\"duplicate\":true}}"));
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_full_login, setup, teardown),
        cmocka_unit_test_setup_teardown(test_absent_and_empty_cursors_differ, setup, teardown),
        cmocka_unit_test_setup_teardown(test_optional_numbers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_payload_may_be_left_out, setup, teardown),
        cmocka_unit_test_setup_teardown(test_escapes_become_text, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_could_be_read_is_kept_for_the_error, setup, teardown),
        cmocka_unit_test_setup_teardown(test_messages_quote_no_values, setup, teardown),
        cmocka_unit_test_setup_teardown(test_long_names_are_cut_between_code_points, setup, teardown),
        cmocka_unit_test(test_names_both_ways),
        cmocka_unit_test(test_rules_of_actions),
        cmocka_unit_test(test_encoded_ack),
    };
    proto_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
