/* session/outbound.h: bounded, in order, and it drops only what may be dropped. */
#include "unit.h"

#include "base/metrics.h"
#include "session/outbound.h"

static enum outbound_result push(struct outbound *out, size_t bytes, bool ephemeral, char mark)
{
    char *text = test_malloc(bytes);
    memset(text, mark, bytes);
    struct frame *frame = frame_new((struct str){text, bytes}, ephemeral);
    enum outbound_result result = outbound_push(out, frame);
    frame_unref(frame);
    test_free(text);
    return result;
}

static char pop_mark(struct outbound *out)
{
    struct frame *frame = outbound_pop(out);
    char mark = frame ? (char)frame->bytes[0] : '\0';
    frame_unref(frame);
    return mark;
}

static void frames_come_out_in_order_and_leave_no_memory(void **state)
{
    struct outbound out = {0};
    for (int round = 0; round < 3; round++) {
        for (char mark = 'a'; mark <= 'z'; mark++)
            assert_int_equal(push(&out, 10, false, mark), OUTBOUND_QUEUED);
        for (char mark = 'a'; mark <= 'z'; mark++)
            assert_int_equal(pop_mark(&out), mark);
        assert_null(outbound_pop(&out));
        assert_null(out.ring);
    }
}

static void only_what_is_ephemeral_is_left_out(void **state)
{
    struct outbound out = {0};
    assert_int_equal(push(&out, OUTBOUND_SOFT_BYTES + 1, false, 'a'), OUTBOUND_QUEUED);
    assert_int_equal(push(&out, 10, true, 'b'), OUTBOUND_LEFT_OUT);
    assert_int_equal(push(&out, 10, false, 'c'), OUTBOUND_QUEUED);
    assert_int_equal(pop_mark(&out), 'a');
    assert_int_equal(pop_mark(&out), 'c');
    outbound_fini(&out);
}

static void past_the_hard_limit_the_reader_is_too_slow(void **state)
{
    struct outbound out = {0};
    int queued = 0;
    while (queued < 1000 && push(&out, 50000, false, 'a') == OUTBOUND_QUEUED)
        queued++;
    assert_int_equal(queued, OUTBOUND_HARD_BYTES / 50000 + 1); /* the one that reaches the limit is taken */
    assert_true(out.ring->bytes < OUTBOUND_HARD_BYTES + 50000);
    outbound_fini(&out);
    assert_int_equal(metrics_get(M_OUTBOUND_BYTES), 0);
}

static void small_frames_are_counted_too(void **state)
{
    struct outbound out = {0};
    int queued = 0;
    while (queued < 100000 && push(&out, 1, false, 'a') == OUTBOUND_QUEUED)
        queued++;
    assert_int_equal(queued, OUTBOUND_MAX_FRAMES);
    outbound_fini(&out);
}

static void what_is_first_is_before_all_that_waits(void **state)
{
    struct outbound out = {0};
    for (char mark = 'b'; mark <= 'i'; mark++) /* as many as the smallest ring takes */
        push(&out, 1, false, mark);
    struct frame *first = frame_new(STR("a"), false);
    assert_int_equal(outbound_push_first(&out, first), OUTBOUND_QUEUED);
    frame_unref(first);
    for (char mark = 'a'; mark <= 'i'; mark++)
        assert_int_equal(pop_mark(&out), mark);
    assert_null(out.ring);
}

static int setup(void **state)
{
    metrics_init();
    return 0;
}

static int teardown(void **state)
{
    metrics_fini();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_come_out_in_order_and_leave_no_memory),
        cmocka_unit_test(only_what_is_ephemeral_is_left_out),
        cmocka_unit_test(past_the_hard_limit_the_reader_is_too_slow),
        cmocka_unit_test(small_frames_are_counted_too),
        cmocka_unit_test(what_is_first_is_before_all_that_waits),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
