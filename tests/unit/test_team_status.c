/* domain/team_status.h */
#include "unit.h"

#include "domain/team_status.h"

static const struct team_member gone = {.present = false, .accepting = true, .load = 0, .capacity = 3};
static const struct team_member away = {.present = true, .accepting = false, .load = 0, .capacity = 3};
static const struct team_member full = {.present = true, .accepting = true, .load = 3, .capacity = 3};
static const struct team_member free_one = {.present = true, .accepting = true, .load = 2, .capacity = 3};

static void nobody_here_is_away(void **state)
{
    const struct team_member members[] = {gone, away};
    assert_int_equal(team_status_of(members, 2), PROTO_TEAM_STATUS_VALUE_AWAY);
    assert_int_equal(team_status_of(members, 0), PROTO_TEAM_STATUS_VALUE_AWAY);
}

static void everybody_at_capacity_is_busy(void **state)
{
    const struct team_member members[] = {gone, full, away};
    assert_int_equal(team_status_of(members, 3), PROTO_TEAM_STATUS_VALUE_BUSY);
}

static void one_free_agent_is_online(void **state)
{
    const struct team_member members[] = {full, gone, free_one};
    assert_int_equal(team_status_of(members, 3), PROTO_TEAM_STATUS_VALUE_ONLINE);
}

static void faces_are_of_those_who_are_here(void **state)
{
    const struct team_member members[] = {gone, full, away, free_one};
    size_t faces[4];
    assert_int_equal(team_faces(members, 4, faces, 4), 2);
    assert_int_equal(faces[0], 1);
    assert_int_equal(faces[1], 3);
}

static void with_nobody_here_faces_are_of_those_who_usually_are(void **state)
{
    const struct team_member members[] = {gone, away, gone};
    size_t faces[2];
    assert_int_equal(team_faces(members, 3, faces, 2), 2);
    assert_int_equal(faces[1], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_here_is_away),
        cmocka_unit_test(everybody_at_capacity_is_busy),
        cmocka_unit_test(one_free_agent_is_online),
        cmocka_unit_test(faces_are_of_those_who_are_here),
        cmocka_unit_test(with_nobody_here_faces_are_of_those_who_usually_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
