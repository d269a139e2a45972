/* store/feed_parse.h: a hint, taken apart. */
#include "unit.h"

#include "store/feed_parse.h"

static void the_words_of_a_hint(void **state)
{
    struct hint hint;
    assert_true(hint_parse(STR("demo n_1 17 grown c_9 4"), &hint));
    assert_str(hint.site, "demo");
    assert_str(hint.from, "n_1");
    assert_int_equal(hint.number, 17);
    assert_str(hint.kind, "grown");
    assert_int_equal(hint.args_count, 2);
    assert_str(hint.args[0], "c_9");
    assert_int_equal(hint_i64(&hint, 1), 4);
}

static void what_is_no_hint(void **state)
{
    static const char *const lines[] = {"",
                                        "demo",
                                        "demo n_1 17",
                                        "demo n_1 x grown",
                                        "demo n_1 -1 grown",
                                        "demo n_1 1234567890123456789 grown"};
    struct hint hint;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_false(hint_parse(str_from(lines[i]), &hint));
}

static void a_number_that_is_none_is_0(void **state)
{
    struct hint hint;
    assert_true(hint_parse(STR("demo n_1 1 grown - x"), &hint));
    assert_int_equal(hint_i64(&hint, 0), 0);
    assert_int_equal(hint_i64(&hint, 1), 0);
    assert_int_equal(hint_i64(&hint, 2), 0);
}

/* Whoever reads from a word to the line's end must find both in the same text. */
static void an_absent_word_lies_in_the_line(void **state)
{
    struct str line = STR("demo n_1 1 said c_9 1 1 5 - the text");
    struct hint hint;
    assert_true(hint_parse(line, &hint));
    assert_int_equal(hint.args[4].len, 0);
    assert_ptr_equal(hint.args[4].data, strchr(line.data, '-'));
    assert_ptr_equal(hint.end, line.data + line.len);
}

static void more_words_than_there_is_room_for_are_left(void **state)
{
    struct hint hint;
    assert_true(hint_parse(STR("demo n_1 1 said 1 2 3 4 5 6 7 8 9 10 11 12 13 14"), &hint));
    assert_int_equal(hint.args_count, HINT_WORDS_MAX);
    assert_str(hint.args[HINT_WORDS_MAX - 1], "12");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_words_of_a_hint),
        cmocka_unit_test(what_is_no_hint),
        cmocka_unit_test(a_number_that_is_none_is_0),
        cmocka_unit_test(an_absent_word_lies_in_the_line),
        cmocka_unit_test(more_words_than_there_is_room_for_are_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
