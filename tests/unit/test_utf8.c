#include "unit.h"

#include <stdio.h>

#include "base/utf8.h"

static void takes_every_length(void **state)
{
    assert_true(utf8_valid((struct str){0}));
    assert_true(utf8_valid(STR("plain ASCII that is longer than one word of eight")));
    assert_true(utf8_valid(
        STR("\x7f \xc2\x80 \xdf\xbf \xe0\xa0\x80 \xef\xbf\xbf \xf0\x90\x80\x80 \xf4\x8f\xbf\xbf")));
    assert_true(utf8_valid((struct str){"a\0b", 3}));
    assert_true(utf8_valid(STR("\xed\x9f\xbf\xee\x80\x80")));
}

static void refuses_every_bad_form(void **state)
{
    static const char *const bad[] = {
        "\x80",
        "\xbf",
        "\xc0\x80",
        "\xc1\xbf", /* tail alone; overlong two */
        "\xe0\x80\x80",
        "\xe0\x9f\xbf", /* overlong three */
        "\xf0\x80\x80\x80",
        "\xf0\x8f\xbf\xbf", /* overlong four */
        "\xed\xa0\x80",
        "\xed\xbf\xbf",
        "\xed\xa0\xbd\xed\xb2\x94", /* surrogates, a pair of them too */
        "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80",
        "\xff",
        "\xfe", /* past U+10FFFF */
        "\xf8\x88\x80\x80\x80",
        "\xfc\x84\x80\x80\x80\x80", /* five and six bytes */
        "\xc3",
        "\xe2\x82",
        "\xf0\x9f\x94", /* cut short */
        "\xc3(",
        "\xe2(\xa1",
        "\xe2\x82(",
        "\xf0\x9f\x94(", /* a tail that is none */
        "\xc3\xa9\xa9",  /* a tail too many */
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[64];
        assert_false(utf8_valid(str_from(bad[i])));
        for (int before = 0; before < 17; before++) {
            int len = snprintf(text, sizeof text, "%.*s%s%s", before, "aaaaaaaaaaaaaaaa", bad[i],
                               i % 2 ? "" : "zzzzzzzzz");
            assert_false(utf8_valid((struct str){text, (size_t)len}));
        }
    }
}

/* Each code point there is, written by hand, is read back; the surrogates are not. */
static void every_code_point_goes_both_ways(void **state)
{
    for (uint32_t point = 0x80; point <= 0x10ffff; point++) {
        unsigned char b[4];
        size_t len = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
        static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
        for (size_t i = 1; i < len; i++)
            b[i] = 0x80 | (point >> 6 * (len - 1 - i) & 0x3f);
        b[0] = (unsigned char)(lead[len] | point >> 6 * (len - 1));
        uint32_t read = 0;
        bool surrogate = point >= 0xd800 && point <= 0xdfff;
        if (utf8_decode((struct str){(char *)b, len}, &read) != (surrogate ? 0 : len) ||
            (!surrogate && read != point))
            fail_msg("U+%04X", (unsigned)point);
    }
}

static void counts_code_points(void **state)
{
    assert_int_equal(utf8_count((struct str){0}), 0);
    assert_int_equal(utf8_count(STR("gr\xc3\xbc\xc3\x9f \xf0\x9f\x94\x94")), 6);
}

static void cuts_between_code_points(void **state)
{
    struct str text = STR("a\xf0\x9f\x94\x94z");
    assert_int_equal(utf8_cut(text, 99).len, 6);
    assert_int_equal(utf8_cut(text, 5).len, 5);
    assert_int_equal(utf8_cut(text, 4).len, 1);
    assert_int_equal(utf8_cut(text, 1).len, 1);
    assert_int_equal(utf8_cut(text, 0).len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_every_length),
        cmocka_unit_test(refuses_every_bad_form),
        cmocka_unit_test(every_code_point_goes_both_ways),
        cmocka_unit_test(counts_code_points),
        cmocka_unit_test(cuts_between_code_points),
    };
    return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
