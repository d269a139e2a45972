/* The load generator's verdict: each way in which a conversation can be wrong is told, and a good one is not.
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "client/check.h"
#include "client/client.h"
#include "client/session.h"

static struct report report;
static struct session session;
static struct chat chat;
static uint32_t acks[] = {2, 4, 5};

/* What this side saw: opened, its own 1, the agent's 1, its own 2 and 3. */
static const char *const as_it_is[] = {"opened", "own-1", "agent-1", "own-2", "own-3", NULL};

static void write_id(char out[64], const char *what)
{
    bool is_own = strncmp(what, "own-", 4) == 0;
    snprintf(out, 64, "%s-%s", is_own ? chat.tag : "b9-a0-7", strrchr(what, '-') + 1);
}

static void write_events(char *out, size_t size, const char *const *what)
{
    int len = snprintf(out, size, "{\"events\":[");
    for (int i = 0; what[i]; i++) {
        char id[64] = "";
        if (strchr(what[i], '-'))
            write_id(id, what[i]);
        len += snprintf(out + len, size - (size_t)len,
                        id[0] ? "%s{\"seq\":%d,\"type\":\"message\",\"custom_id\":\"%s\"}"
                              : "%s{\"seq\":%d,\"type\":\"%s\"}",
                        i ? "," : "", i + 1, id[0] ? id : what[i]);
    }
    snprintf(out + len, size - (size_t)len, "],\"has_more\":false}");
}

static int setup(void **state)
{
    memset(&report, 0, sizeof report);
    client_get()->report = &report;
    client_get()->run = 0x9;
    chat = (struct chat){.session = &session, .acks = acks, .sending.acks_count = 3, .is_ours = true};
    chat_name(&chat);
    for (int i = 0; as_it_is[i]; i++) {
        char id[64] = "";
        if (strchr(as_it_is[i], '-'))
            write_id(id, as_it_is[i]);
        chat.digest = chat_digest(chat.digest, (uint32_t)i + 1, str_from(id[0] ? id : as_it_is[i]));
        chat.last_seq++;
    }
    return 0;
}

/* Whether it was finished at once. */
static bool check(const char *const *stored)
{
    char payload[2048];
    struct check *made = check_new(&chat);
    write_events(payload, sizeof payload, stored);
    check_on_events(made, &chat, str_from(payload));
    assert_true(check_is_read(made));
    bool finished = check_finish(made, &chat);
    free(made);
    return finished;
}

static uint64_t told(enum counter counter)
{
    return report.counters[counter];
}

static void what_is_as_it_was_seen_is_good(void **state)
{
    assert_true(check(as_it_is));
    assert_int_equal(told(COUNTER_CHECKED), 5);
    for (int i = COUNTER_LOST; i < COUNTERS_COUNT; i++)
        assert_int_equal(told((enum counter)i), 0);
}

static void an_acknowledged_message_that_is_not_there_is_lost(void **state)
{
    static const char *const stored[] = {"opened", "own-1", "agent-1", "own-2", NULL};
    assert_true(check(stored));
    assert_int_equal(told(COUNTER_LOST), 1);
    assert_int_equal(told(COUNTER_DIFFERENT), 1);
}

static void one_at_another_place_than_was_said_is_lost(void **state)
{
    static const char *const stored[] = {"opened", "own-1", "own-2", "agent-1", "own-3", NULL};
    assert_true(check(stored));
    assert_int_equal(told(COUNTER_LOST), 1);
    assert_int_equal(told(COUNTER_DIFFERENT), 1);
}

static void a_hole_in_what_another_wrote_is_lost(void **state)
{
    static const char *const stored[] = {"opened", "own-1", "agent-3", "own-2", "own-3", NULL};
    assert_true(check(stored));
    assert_int_equal(told(COUNTER_LOST), 2);
}

static void the_same_twice_is_duplicated(void **state)
{
    static const char *const stored[] = {"opened", "own-1", "agent-1", "own-2", "own-3", "own-3", NULL};
    check(stored);
    assert_int_equal(told(COUNTER_DUPLICATED), 1);
    assert_int_equal(told(COUNTER_LOST), 0);
}

static void an_author_in_another_order_is_out_of_order(void **state)
{
    static const char *const stored[] = {"opened", "own-1", "agent-1", "own-3", "own-2", NULL};
    assert_true(check(stored));
    assert_int_equal(told(COUNTER_OUT_OF_ORDER), 1);
}

/* A push may still be on its way: only after a while is it missing. */
static void what_was_not_shown_is_waited_for(void **state)
{
    static const char *const stored[] = {"opened", "own-1", "agent-1", "own-2", "own-3", "agent-2", NULL};
    assert_false(check(stored));
    assert_int_equal(told(COUNTER_UNDELIVERED), 0);
    chat.last_seq++;
    assert_true(check(stored));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_is_as_it_was_seen_is_good, setup),
        cmocka_unit_test_setup(an_acknowledged_message_that_is_not_there_is_lost, setup),
        cmocka_unit_test_setup(one_at_another_place_than_was_said_is_lost, setup),
        cmocka_unit_test_setup(a_hole_in_what_another_wrote_is_lost, setup),
        cmocka_unit_test_setup(the_same_twice_is_duplicated, setup),
        cmocka_unit_test_setup(an_author_in_another_order_is_out_of_order, setup),
        cmocka_unit_test_setup(what_was_not_shown_is_waited_for, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
