#include "unit.h"

#include "base/alloc.h"
#include "base/buf.h"

static void grows_as_it_is_appended_to(void **state)
{
    struct buf buf = BUF_INIT;
    for (int i = 0; i < 1000; i++)
        buf_append_str(&buf, STR("0123456789"));
    assert_true(buf_ok(&buf));
    assert_int_equal(buf_str(&buf).len, 10000);
    assert_memory_equal(buf_str(&buf).data + 9990, "0123456789", 10);
    buf_fini(&buf);
}

static void writes_numbers_of_every_size(void **state)
{
    struct buf buf = BUF_INIT;
    const int64_t numbers[] = {0, 7, -1, 1234567890123, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        buf_append_i64(&buf, numbers[i]);
        buf_append_char(&buf, ' ');
    }
    assert_str(buf_str(&buf), "0 7 -1 1234567890123 9223372036854775807 -9223372036854775808 ");
    buf_fini(&buf);
}

static void formats(void **state)
{
    struct buf buf = BUF_INIT;
    buf_append_fmt(&buf, "%s=%d", "n", 5);
    buf_append_fmt(&buf, "%300s", "wide");
    assert_int_equal(buf_str(&buf).len, 303);
    buf_fini(&buf);
}

static void stays_failed_until_reset(void **state)
{
    struct buf buf = BUF_INIT;
    buf_append_cstr(&buf, "fits");
    sb_alloc_fail_from(1);
    char big[1000] = {0};
    buf_append(&buf, big, sizeof big);
    buf_append_cstr(&buf, "x");
    sb_alloc_fail_from(0);
    buf_append_cstr(&buf, "would fit");
    assert_false(buf_ok(&buf));
    assert_int_equal(buf_str(&buf).len, 0);
    buf_reset(&buf);
    buf_append_cstr(&buf, "again");
    assert_str(buf_str(&buf), "again");
    buf_fini(&buf);
}

static void refuses_a_size_that_would_overflow(void **state)
{
    struct buf buf = BUF_INIT;
    buf_append_cstr(&buf, "x");
    assert_false(buf_reserve(&buf, SIZE_MAX));
    assert_false(buf_ok(&buf));
    buf_fini(&buf);
}

static void an_empty_one_is_an_empty_text(void **state)
{
    struct buf buf;
    buf_init(&buf);
    buf_append(&buf, NULL, 0);
    assert_non_null(buf_str(&buf).data);
    assert_int_equal(buf_str(&buf).len, 0);
    buf_fini(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows_as_it_is_appended_to),
        cmocka_unit_test(writes_numbers_of_every_size),
        cmocka_unit_test(formats),
        cmocka_unit_test(stays_failed_until_reset),
        cmocka_unit_test(refuses_a_size_that_would_overflow),
        cmocka_unit_test(an_empty_one_is_an_empty_text),
    };
    return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
