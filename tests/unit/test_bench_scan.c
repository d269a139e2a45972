#include "unit.h"

#include "client/scan.h"

static void finds_members_whatever_lies_between(void **state)
{
    struct str text =
        STR("{ \"a\":\"}\\\"],\" , \"b\": {\"c\":[1,{\"d\":2}],\"a\":3},\"n\":-42,\"t\":true ,\"e\":[]}");
    assert_str(scan_member_text(text, "a"), "}\\\"],");
    assert_str(scan_member(text, "b"), "{\"c\":[1,{\"d\":2}],\"a\":3}");
    assert_int_equal(scan_member_i64(scan_member(text, "b"), "a", 0), 3);
    assert_int_equal(scan_member_i64(text, "n", 0), -42);
    assert_true(scan_is_true(scan_member(text, "t")));
    assert_str(scan_member(text, "e"), "[]");
    assert_null(scan_member(text, "c").data);
    assert_null(scan_member(text, "d").data);
}

static void walks_arrays(void **state)
{
    struct str rest = STR("[ {\"seq\":1} ,[2,3], \"4,5\" ,6]"), item;
    static const char *const expected[] = {"{\"seq\":1}", "[2,3]", "\"4,5\"", "6"};
    for (int i = 0; i < 4; i++) {
        assert_true(scan_next_item(&rest, &item));
        assert_str(item, expected[i]);
    }
    assert_false(scan_next_item(&rest, &item));
    rest = STR("[]");
    assert_false(scan_next_item(&rest, &item));
    rest = STR("{\"not\":\"an array\"}");
    assert_false(scan_next_item(&rest, &item));
}

/* Each text is copied to its exact size, so that the sanitizer sees a read past its end. */
static void never_reads_past_what_is_cut_off(void **state)
{
    static const char whole[] = "{\"type\":\"push\",\"payload\":{\"event\":{\"seq\":7,\"text\":\"a\\\\\"}}}";
    for (size_t len = 0; len < sizeof whole - 1; len++) {
        char *cut = test_malloc(len + 1);
        memcpy(cut, whole, len);
        struct str payload = scan_member((struct str){cut, len}, "payload");
        scan_member_i64(scan_member(payload, "event"), "seq", 0);
        assert_null(scan_member((struct str){cut, len}, "missing").data);
        test_free(cut);
    }
    assert_str(scan_member_text(scan_member(scan_member(STR(whole), "payload"), "event"), "text"), "a\\\\");
}

static void numbers_that_are_none_are_the_fallback(void **state)
{
    assert_int_equal(scan_i64(STR("9007199254740991"), 0), 9007199254740991);
    assert_int_equal(scan_i64(STR("1.5"), -7), -7);
    assert_int_equal(scan_i64(STR(""), -7), -7);
    assert_int_equal(scan_i64(STR("-"), -7), -7);
    assert_int_equal(scan_i64(STR("12345678901234567890"), -7), -7);
    assert_int_equal(scan_i64((struct str){0}, -7), -7);
    assert_null(scan_text(STR("5")).data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_members_whatever_lies_between),
        cmocka_unit_test(walks_arrays),
        cmocka_unit_test(never_reads_past_what_is_cut_off),
        cmocka_unit_test(numbers_that_are_none_are_the_fallback),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
