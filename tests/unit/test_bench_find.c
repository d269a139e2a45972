/* Chats are found whatever the guesses say. There are more of them than guesses. */
#include "unit.h"

#include <stdio.h>

#include "client/chat_internal.h"
#include "client/session.h"

enum { SESSIONS = 200, CHATS = SESSION_CHATS_MAX };

static struct session sessions[SESSIONS];
static struct chat chats[SESSIONS][CHATS];

static struct str write_id(char out[CHAT_ID_BYTES], int s, int c)
{
    int len = snprintf(out, CHAT_ID_BYTES, "c_%d_%d", s, c);
    return (struct str){out, (size_t)len};
}

static int setup(void **state)
{
    memset(sessions, 0, sizeof sessions);
    memset(chats, 0, sizeof chats);
    for (int s = 0; s < SESSIONS; s++) {
        sessions[s].number = (uint32_t)s * 8192; /* so far apart they share all guesses */
        for (int c = 0; c < CHATS; c++) {
            struct chat *chat = &chats[s][c];
            *chat = (struct chat){.session = &sessions[s], .number = (uint32_t)c, .next = sessions[s].chats};
            write_id(chat->id, s, c);
            sessions[s].chats = chat;
        }
    }
    return 0;
}

static void each_is_found_again_and_again(void **state)
{
    char id[CHAT_ID_BYTES];
    for (int times = 0; times < 2; times++)
        for (int s = 0; s < SESSIONS; s++)
            for (int c = 0; c < CHATS; c++) {
                assert_ptr_equal(chat_find(&sessions[s], write_id(id, s, c)), &chats[s][c]);
                assert_ptr_equal(chat_numbered(&sessions[s], c), &chats[s][c]);
            }
}

static void what_is_another_sessions_is_not_found(void **state)
{
    struct session nobody = {0};
    char id[CHAT_ID_BYTES];
    assert_null(chat_find(&sessions[1], write_id(id, 2, 7)));
    assert_null(chat_find(&nobody, write_id(id, 2, 7)));
    assert_null(chat_find(&sessions[1], (struct str){0}));
    assert_null(chat_find(&sessions[1], STR("c_1_")));
    assert_null(chat_find(&sessions[1], STR("a name that is longer than any")));
    assert_null(chat_numbered(&sessions[1], CHATS));
    assert_null(chat_numbered(&sessions[1], -1));
    assert_null(chat_numbered(&nobody, 0));
}

/* An agent's chats are used again, for other conversations. */
static void one_that_is_another_now_is_found_by_its_new_id_alone(void **state)
{
    char id[CHAT_ID_BYTES];
    assert_ptr_equal(chat_find(&sessions[3], write_id(id, 3, 9)), &chats[3][9]);
    snprintf(chats[3][9].id, CHAT_ID_BYTES, "c_new");
    assert_null(chat_find(&sessions[3], write_id(id, 3, 9)));
    assert_ptr_equal(chat_find(&sessions[3], STR("c_new")), &chats[3][9]);
}

static void each_byte_and_the_length_make_another_digest(void **state)
{
    char text[40] = "b52e8f6c4-s0-2-14-and-so-on-and-on-and";
    for (size_t len = 0; len < 38; len++) {
        uint64_t digest = chat_digest(7, 1, (struct str){text, len});
        assert_true(digest != chat_digest(7, 2, (struct str){text, len}));
        assert_true(digest != chat_digest(8, 1, (struct str){text, len}));
        assert_true(digest != chat_digest(7, 1, (struct str){text, len + 1}));
        for (size_t i = 0; i < len; i++) {
            text[i] ^= 1;
            assert_true(digest != chat_digest(7, 1, (struct str){text, len}));
            text[i] ^= 1;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(each_is_found_again_and_again, setup),
        cmocka_unit_test_setup(what_is_another_sessions_is_not_found, setup),
        cmocka_unit_test_setup(one_that_is_another_now_is_found_by_its_new_id_alone, setup),
        cmocka_unit_test(each_byte_and_the_length_make_another_digest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
