#include "unit.h"

#include "base/alloc.h"
#include "net/message.h"
#include "proto.h"

static char filler[PROTO_FRAME_MAX_BYTES + 1];

static enum message_status add(struct message *message, const char *bytes, size_t len, size_t left,
                               bool is_last, struct str *whole)
{
    struct message_piece piece = {
        .bytes = {bytes, len}, .fragment_left = left, .is_last_fragment = is_last && left == 0};
    return message_add(message, &piece, whole);
}

static void hands_on_a_whole_message_without_a_copy(void **state)
{
    struct message message = {0};
    struct str whole;
    assert_int_equal(add(&message, filler, 100, 0, true, &whole), MESSAGE_COMPLETE);
    assert_ptr_equal(whole.data, filler);
    assert_int_equal(whole.len, 100);
    assert_null(message.data);
    message_reset(&message);
    assert_int_equal(add(&message, "", 0, 0, true, &whole), MESSAGE_COMPLETE);
    assert_int_equal(whole.len, 0);
}

static void joins_pieces_and_fragments(void **state)
{
    struct message message = {0};
    struct str whole;
    assert_int_equal(add(&message, "", 0, 0, false, &whole), MESSAGE_INCOMPLETE);
    assert_int_equal(add(&message, "one ", 4, 3, false, &whole), MESSAGE_INCOMPLETE);
    assert_int_equal(add(&message, "two", 3, 0, false, &whole), MESSAGE_INCOMPLETE);
    assert_int_equal(add(&message, " three", 6, 0, true, &whole), MESSAGE_COMPLETE);
    assert_str(whole, "one two three");
    assert_int_equal(message.fragments_count, 3); /* the second came in two pieces */
    message_reset(&message);
    assert_null(message.data);
}

static void takes_exactly_the_largest_message(void **state)
{
    struct message message = {0};
    struct str whole;
    assert_int_equal(add(&message, filler, PROTO_FRAME_MAX_BYTES, 0, true, &whole), MESSAGE_COMPLETE);
    message_reset(&message);
    for (int i = 0; i < PROTO_FRAME_MAX_BYTES / 512; i++) {
        size_t left = (size_t)PROTO_FRAME_MAX_BYTES - 512u * (size_t)(i + 1);
        assert_int_equal(add(&message, filler, 512, left, true, &whole),
                         left ? MESSAGE_INCOMPLETE : MESSAGE_COMPLETE);
    }
    assert_int_equal(whole.len, PROTO_FRAME_MAX_BYTES);
    message_reset(&message);
}

static void refuses_one_byte_more(void **state)
{
    struct message message = {0};
    struct str whole;
    assert_int_equal(add(&message, filler, PROTO_FRAME_MAX_BYTES + 1, 0, true, &whole), MESSAGE_TOO_LARGE);
    message_reset(&message);
    assert_int_equal(add(&message, filler, 1, PROTO_FRAME_MAX_BYTES, true, &whole), MESSAGE_TOO_LARGE);
    message_reset(&message);
    assert_int_equal(add(&message, filler, 1, SIZE_MAX, true, &whole), MESSAGE_TOO_LARGE);
    message_reset(&message);
    assert_int_equal(add(&message, filler, PROTO_FRAME_MAX_BYTES, 0, false, &whole), MESSAGE_INCOMPLETE);
    assert_int_equal(add(&message, filler, 1, 0, true, &whole), MESSAGE_TOO_LARGE);
    message_reset(&message);
}

static void counts_fragments(void **state)
{
    struct message message = {0};
    struct str whole;
    for (int i = 0; i < PROTO_FRAGMENT_MAX_COUNT; i++)
        assert_int_equal(add(&message, "", 0, 0, false, &whole), MESSAGE_INCOMPLETE);
    assert_int_equal(add(&message, "", 0, 0, true, &whole), MESSAGE_TOO_MANY_FRAGMENTS);
    message_reset(&message);
}

static void holds_no_memory_that_was_only_promised(void **state)
{
    struct message message = {0};
    struct str whole;
    assert_int_equal(add(&message, filler, 1, PROTO_FRAME_MAX_BYTES - 1, true, &whole), MESSAGE_INCOMPLETE);
    assert_true(message.cap <= 1024);
    message_reset(&message);
}

static void reports_no_memory(void **state)
{
    struct message message = {0};
    struct str whole;
    sb_alloc_fail_from(1);
    enum message_status status = add(&message, "a", 1, 1, true, &whole);
    sb_alloc_fail_from(0);
    assert_int_equal(status, MESSAGE_NO_MEMORY);
    message_reset(&message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hands_on_a_whole_message_without_a_copy),
        cmocka_unit_test(joins_pieces_and_fragments),
        cmocka_unit_test(takes_exactly_the_largest_message),
        cmocka_unit_test(refuses_one_byte_more),
        cmocka_unit_test(counts_fragments),
        cmocka_unit_test(holds_no_memory_that_was_only_promised),
        cmocka_unit_test(reports_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
