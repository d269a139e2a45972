#include "unit.h"

#include <inttypes.h>
#include <stdio.h>

#include "client/put.h"

static void assert_put(uint64_t number)
{
    char expected[24], out[24];
    snprintf(expected, sizeof expected, "%" PRIu64, number);
    assert_str(((struct str){out, (size_t)(put_u64(out, number) - out)}), expected);
    snprintf(expected, sizeof expected, "%" PRIx32, (uint32_t)number);
    assert_str(((struct str){out, (size_t)(put_hex(out, (uint32_t)number) - out)}), expected);
}

static void numbers_are_as_printf_has_them(void **state)
{
    for (uint64_t i = 0; i < 12345; i++)
        assert_put(i);
    for (uint64_t power = 1; power <= UINT64_MAX / 10; power *= 10) {
        assert_put(power * 10 - 1);
        assert_put(power * 10);
        assert_put(power * 10 + 1);
    }
    for (int bit = 0; bit < 64; bit++)
        assert_put((uint64_t)1 << bit);
    assert_put(UINT32_MAX);
    assert_put(UINT64_MAX);
}

static void pieces_follow_each_other(void **state)
{
    char out[16];
    char *end = put_literal(put_str(put_u64(put_literal(out, "a"), 10), STR("bc")), "");
    assert_str(((struct str){out, (size_t)(end - out)}), "a10bc");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_as_printf_has_them),
        cmocka_unit_test(pieces_follow_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
