/* What is read in one pass is read as the scanner reads it, or not at all. */
#include "unit.h"

#include <stdlib.h>

#include "client/event.h"
#include "client/frame.h"
#include "client/plain.h"
#include "client/scan.h"

#define AGENT "\"author\":{\"role\":\"agent\",\"id\":\"agent1\"}"
#define SHOPPER "\"author\":{\"role\":\"shopper\",\"id\":\"s_1ayj7kevjcjd014s3p08\"}"
#define SHOPPERS                                                                                             \
    "{\"seq\":28,\"generation\":2,\"type\":\"message\",\"at\":1795327888648," SHOPPER                        \
    ",\"custom_id\":\"b52e8f6c4-s0-2-14\",\"text\":\"35753582622 xxxx\"}"
#define AGENTS                                                                                               \
    "{\"seq\":29,\"generation\":2,\"type\":\"message\",\"at\":1795327888657," AGENT                          \
    ",\"custom_id\":\"b52e8f6c4-a0-0-13\",\"text\":\"35753590963 xxxx\","                                    \
    "\"agent\":{\"id\":\"agent1\",\"name\":\"Agent 1\"}}"
#define ASSIGNED                                                                                             \
    "{\"seq\":3,\"generation\":0,\"type\":\"assigned\",\"at\":1795327886099," AGENT                          \
    ",\"agent\":{\"id\":\"agent1\",\"name\":\"Agent 1\"}}"
#define PUSH(event)                                                                                          \
    "{\"type\":\"push\",\"action\":\"incoming_event\",\"payload\":{\"conversation_id\":\"c_rq281h0e3\","     \
    "\"event\":" event "}}"
#define ACK(id, action, success, rest)                                                                       \
    "{\"type\":\"response\",\"request_id\":\"" id "\",\"action\":\"" action "\",\"success\":" success        \
    ",\"payload\":{\"conversation_id\":\"c_rq281h0e3\",\"seq\":28,\"generation\":2,\"at\":"                  \
    "1795327888648," rest
#define TAKEN ACK("m7.14", "send_event", "true", "\"duplicate\":false}}")

static void assert_same(const struct event *one, const struct event *other)
{
    assert_int_equal(one->seq, other->seq);
    assert_int_equal(one->generation, other->generation);
    assert_true(str_eq(one->type, other->type));
    assert_true(str_eq(one->custom_id, other->custom_id) && !one->custom_id.data == !other->custom_id.data);
    assert_true(str_eq(one->text, other->text) && !one->text.data == !other->text.data);
}

/* Whether it was read; then the scanner must have read the same. */
static bool reads_push(struct str text)
{
    struct plain_push push;
    if (!plain_read_push(text, &push))
        return false;
    struct frame frame = frame_read(text);
    struct event event = event_read(scan_member(frame.payload, "event"));
    assert_true(frame.is_push);
    assert_true(str_eq(frame.action, STR("incoming_event")));
    assert_true(str_eq(push.conversation_id, scan_member_text(frame.payload, "conversation_id")));
    assert_same(&push.event, &event);
    return true;
}

static bool reads_ack(struct str text)
{
    struct plain_ack plain;
    if (!plain_read_ack(text, &plain))
        return false;
    struct frame frame = frame_read(text);
    struct ack ack = event_read_ack(frame.payload);
    struct str id = frame.request_id;
    const char *dot = memchr(id.data, '.', id.len);
    assert_int_equal(*id.data, 'm');
    assert_int_equal(plain.chat, scan_i64((struct str){id.data + 1, (size_t)(dot - id.data) - 1}, -1));
    assert_int_equal(plain.n, scan_i64((struct str){dot + 1, (size_t)(id.data + id.len - dot) - 1}, -1));
    assert_true(!frame.is_push && frame.success && str_eq(frame.action, STR("send_event")));
    assert_null(scan_member(frame.payload, "conversation").data);
    assert_int_equal(plain.ack.seq, ack.seq);
    assert_int_equal(plain.ack.generation, ack.generation);
    assert_int_equal(plain.ack.is_duplicate, ack.is_duplicate);
    return true;
}

static void what_the_server_writes_is_plain(void **state)
{
    struct plain_push push;
    struct plain_ack ack;
    assert_true(reads_push(STR(PUSH(SHOPPERS))));
    assert_true(reads_push(STR(PUSH(AGENTS))));
    assert_true(plain_read_push(STR(PUSH(AGENTS)), &push));
    assert_str(push.conversation_id, "c_rq281h0e3");
    assert_str(push.event.custom_id, "b52e8f6c4-a0-0-13");
    assert_str(push.event.text, "35753590963 xxxx");
    assert_int_equal(push.event.seq, 29);
    assert_int_equal(push.event.generation, 2);
    assert_true(reads_ack(STR(TAKEN)));
    assert_true(plain_read_ack(STR(TAKEN), &ack));
    assert_int_equal(ack.chat, 7);
    assert_int_equal(ack.n, 14);
    assert_int_equal(ack.ack.seq, 28);
}

static void what_looks_otherwise_is_left_to_the_scanner(void **state)
{
    static const char *const others[] = {
        "",
        "{}",
        PUSH(ASSIGNED),
        PUSH(SHOPPERS) " ",
        PUSH("{\"seq\":1,\"generation\":0,\"type\":\"message\",\"at\":1," SHOPPER
             ",\"custom_id\":\"x-1\",\"text\":\"a\\\"b\"}"),
        PUSH("{\"seq\":1,\"generation\":0,\"type\":\"message\",\"at\":1," SHOPPER
             ",\"custom_id\":\"x-1\",\"text\":\"a\\\\\"}"),
        PUSH("{\"seq\":1,\"generation\":0,\"type\":\"message\",\"at\":1," SHOPPER
             ",\"custom_id\":\"x-1\",\"text\":\"\"}"),
        PUSH("{\"seq\":1,\"generation\":0,\"type\":\"message\",\"at\":1," SHOPPER
             ",\"custom_id\":\"x-1\",\"text\":\"a\",\"new\":1}"),
        PUSH("{\"generation\":0,\"seq\":1,\"type\":\"message\",\"at\":1," SHOPPER
             ",\"custom_id\":\"x-1\",\"text\":\"a\"}"),
        PUSH("{\"seq\": 1,\"generation\":0,\"type\":\"message\",\"at\":1," SHOPPER
             ",\"custom_id\":\"x-1\",\"text\":\"a\"}"),
        PUSH("{\"seq\":1234567890123456,\"generation\":0,\"type\":\"message\",\"at\":1," SHOPPER
             ",\"custom_id\":\"x-1\",\"text\":\"a\"}"),
        ACK("m7.14", "send_event", "true", "\"duplicate\":true}}"),
        ACK("m7.14", "send_event", "true", "\"duplicate\":false,\"new\":1}}"),
        ACK("m7.14", "send_event", "false", "\"duplicate\":false}}"),
        ACK("m7.14", "start_conversation", "true", "\"duplicate\":false,\"conversation\":{}}}"),
        ACK("m7", "send_event", "true", "\"duplicate\":false}}"),
        ACK("m7.4294967296", "send_event", "true", "\"duplicate\":false}}"),
        ACK("h7.14", "send_event", "true", "\"duplicate\":false}}"),
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_false(reads_push(str_from(others[i])));
        assert_false(reads_ack(str_from(others[i])));
    }
}

/* Whatever one byte is changed to: neither reads what the other does not. */
static void one_other_byte_makes_no_difference_to_what_is_read(void **state)
{
    static const char *const frames[] = {PUSH(SHOPPERS), PUSH(AGENTS), TAKEN};
    static const char bytes[] = "\"\\{}[]:,. 09ax";
    for (size_t i = 0; i < sizeof frames / sizeof *frames; i++) {
        char *text = strdup(frames[i]);
        struct str frame = str_from(text);
        for (size_t at = 0; at < frame.len; at++) {
            for (size_t b = 0; b < sizeof bytes - 1; b++) {
                text[at] = bytes[b];
                reads_push(frame);
                reads_ack(frame);
            }
            text[at] = frames[i][at];
        }
        free(text);
    }
}

/* Each text is copied to its exact size, so that the sanitizer sees a read past its end. */
static void what_is_cut_off_is_not_read(void **state)
{
    static const char *const frames[] = {PUSH(SHOPPERS), PUSH(AGENTS), TAKEN};
    for (size_t i = 0; i < sizeof frames / sizeof *frames; i++)
        for (size_t len = 0; len < strlen(frames[i]); len++) {
            char *cut = test_malloc(len + 1);
            memcpy(cut, frames[i], len);
            assert_false(reads_push((struct str){cut, len}));
            assert_false(reads_ack((struct str){cut, len}));
            test_free(cut);
        }
}

static void arrays_mix_both(void **state)
{
    static const char *const expected[] = {
        SHOPPERS, ASSIGNED, AGENTS, "{ \"seq\" : 4, \"text\":\"a\\\"\", \"custom_id\":\"x\" }", SHOPPERS};
    struct str rest = STR("[" SHOPPERS "," ASSIGNED "," AGENTS
                          " , { \"seq\" : 4, \"text\":\"a\\\"\", \"custom_id\":\"x\" }," SHOPPERS "]");
    struct event event, scanned;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        assert_true(event_next(&rest, &event));
        scanned = event_read(str_from(expected[i]));
        assert_same(&event, &scanned);
    }
    assert_false(event_next(&rest, &event));
    assert_str(event_what(&(struct event){.type = STR("closed")}), "closed");
    assert_str(event_what(&event), "b52e8f6c4-s0-2-14");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_server_writes_is_plain),
        cmocka_unit_test(what_looks_otherwise_is_left_to_the_scanner),
        cmocka_unit_test(one_other_byte_makes_no_difference_to_what_is_read),
        cmocka_unit_test(what_is_cut_off_is_not_read),
        cmocka_unit_test(arrays_mix_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
