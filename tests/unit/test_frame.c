#include "unit.h"

#include "base/alloc.h"
#include "shopbell/frame.h"

static void lives_until_its_last_reader_lets_go(void **state)
{
    struct frame *frame = frame_new(STR("{\"x\":1}"), true);
    assert_non_null(frame);
    assert_true(frame->ephemeral);
    assert_int_equal(frame->len_bytes, 7);
    assert_memory_equal(frame->bytes, "{\"x\":1}", 7);
    assert_ptr_equal(frame_ref(frame), frame);
    frame_unref(frame);
    memset(frame->headroom, 0xff, FRAME_HEADROOM_BYTES);
    assert_memory_equal(frame->bytes, "{\"x\":1}", 7);
    frame_unref(frame);
    frame_unref(NULL);
}

static void may_be_empty(void **state)
{
    struct frame *frame = frame_new((struct str){0}, false);
    assert_int_equal(frame->len_bytes, 0);
    frame_unref(frame);
}

static void is_null_without_memory(void **state)
{
    sb_alloc_fail_from(1);
    struct frame *frame = frame_new(STR("x"), false);
    sb_alloc_fail_from(0);
    assert_null(frame);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lives_until_its_last_reader_lets_go),
        cmocka_unit_test(may_be_empty),
        cmocka_unit_test(is_null_without_memory),
    };
    return cmocka_run_group_tests_name("frame", tests, NULL, NULL);
}
