#include "unit.h"

#include "base/crypto.h"
#include "base/ids.h"

static int start(void **state)
{
    return crypto_init() ? 0 : -1;
}

static void a_new_id_parses_as_its_own_kind_only(void **state)
{
    struct id id = id_new('c'), copy = {0};
    assert_int_equal(id_str(&id).len, ID_LEN);
    assert_true(id_parse(id_str(&id), 'c', &copy));
    assert_true(id_eq(&id, &copy));
    assert_false(id_parse(id_str(&id), 's', &copy));
}

static void two_are_never_the_same(void **state)
{
    struct id a = id_new('s'), b = id_new('s');
    assert_false(id_eq(&a, &b));
}

static void what_is_no_id_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "c",
        "c_",
        "c_0123456789abcdefghj",
        "c_0123456789abcdefghjkm",
        "c-0123456789abcdefghjk",
        "c_0123456789ABCDEFGHJK",
        "c_0123456789abcdefghil",
        "c_0123456789abcdefgho0",
        "c_0123456789abcdefghu0",
        "c_0123456789abcdefg}:*",
        "c_0123456789abcdefg\nhj",
        "c_0123456789abcdef\xc3\xa9h0",
    };
    struct id id = {"unchanged"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(id_parse(str_from(bad[i]), 'c', &id));
    assert_false(id_parse((struct str){"c_0123456789abcdefghj\0", ID_LEN}, 'c', &id));
    assert_false(id_parse((struct str){0}, 'c', &id));
    assert_string_equal(id.text, "unchanged");
}

static void an_unset_id_is_empty(void **state)
{
    struct id id = {0};
    assert_false(id_is_set(&id));
    assert_int_equal(id_str(&id).len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_id_parses_as_its_own_kind_only),
        cmocka_unit_test(two_are_never_the_same),
        cmocka_unit_test(what_is_no_id_is_refused),
        cmocka_unit_test(an_unset_id_is_empty),
    };
    return cmocka_run_group_tests_name("ids", tests, start, NULL);
}
