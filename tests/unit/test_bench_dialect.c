#include "unit.h"

#include "client/dialect.h"

static char out[DIALECT_ENVELOPE_MAX_BYTES + 16];

static struct str put_message(const struct dialect *dialect)
{
    const char *end =
        dialect->put_message(out, (struct seat_name){.room = 70, .place = 3}, 5, STR("s 5 99 xx"));
    return (struct str){out, (size_t)(end - out)};
}

static void assert_ack(struct saying saying, uint32_t room, uint32_t place)
{
    assert_int_equal(saying.said, SAID_ACK);
    assert_int_equal(saying.n, 5);
    assert_int_equal(saying.at.room, room);
    assert_int_equal(saying.at.place, place);
}

static void the_envelope_has_a_limit(void **state)
{
    static const struct dialect *const all[] = {&dialect_relay, &dialect_socketio, &dialect_nchan};
    struct seat_name seat = {.room = UINT32_MAX, .place = DIALECT_PLACES_MAX};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        assert_true(all[i]->put_message(out, seat, UINT32_MAX, STR("")) <= out + DIALECT_ENVELOPE_MAX_BYTES);
        if (all[i]->put_join)
            assert_true(all[i]->put_join(out, seat) <= out + DIALECT_ENVELOPE_MAX_BYTES);
    }
}

static void relay_is_spoken(void **state)
{
    const struct dialect *dialect = &dialect_relay;
    const char *end = dialect->put_join(out, (struct seat_name){.room = 70});
    assert_str(((struct str){out, (size_t)(end - out)}), "J70");
    assert_str(put_message(dialect), "M70 5 s 5 99 xx");
    assert_int_equal(dialect->read(STR("J70     ")).said, SAID_JOINED);
    assert_ack(dialect->read(STR("A70 5     ")), 70, 0);
    struct saying saying = dialect->read(STR("M70 6 a 6 99 xx"));
    assert_int_equal(saying.said, SAID_MESSAGE);
    assert_int_equal(saying.at.room, 70);
    assert_str(saying.body, "a 6 99 xx");
    assert_int_equal(dialect->read(STR("P")).said, SAID_NOTHING);
    static const char *const wrong[] = {"", "M", "M70", "A70 x", "X70 5", "Jx"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(dialect->read(str_from(wrong[i])).said, SAID_NONSENSE);
}

static void socketio_is_spoken(void **state)
{
    const struct dialect *dialect = &dialect_socketio;
    const char *end = dialect->put_join(out, (struct seat_name){.room = 70, .place = 3});
    assert_str(((struct str){out, (size_t)(end - out)}), "423[\"join\",70]");
    assert_str(put_message(dialect), "42643[\"msg\",70,5,\"s 5 99 xx\"]");
    assert_string_equal(dialect->read(STR("0{\"sid\":\"x\",\"upgrades\":[]}")).reply, "40");
    assert_int_equal(dialect->read(STR("40{\"sid\":\"x\"}")).said, SAID_NOTHING);
    assert_int_equal(dialect->read(STR("42[\"welcome\",\"s_00\"]")).said, SAID_WELCOME);
    assert_string_equal(dialect->read(STR("2")).reply, "3");
    struct saying saying = dialect->read(STR("433[]"));
    assert_int_equal(saying.said, SAID_JOINED);
    assert_int_equal(saying.at.place, 3);
    assert_ack(dialect->read(STR("43643[]")), 0, 3);
    saying = dialect->read(STR("42[\"msg\",70,6,\"a 6 99 xx\"]"));
    assert_int_equal(saying.said, SAID_MESSAGE);
    assert_int_equal(saying.at.room, 70);
    assert_str(saying.body, "a 6 99 xx");
    static const char *const wrong[] = {"",   "41", "44{}", "42[\"other\",70,1,\"x\"]", "42[\"msg\",70]",
                                        "43x"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(dialect->read(str_from(wrong[i])).said, SAID_NONSENSE);
}

static void nchan_is_spoken(void **state)
{
    assert_str(put_message(&dialect_nchan), "s 5 99 xx");
    struct saying saying = dialect_nchan.read(STR("a 6 99 xx"));
    assert_int_equal(saying.said, SAID_MESSAGE);
    assert_str(saying.body, "a 6 99 xx");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_envelope_has_a_limit),
        cmocka_unit_test(relay_is_spoken),
        cmocka_unit_test(socketio_is_spoken),
        cmocka_unit_test(nchan_is_spoken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
