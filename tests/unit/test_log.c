#include "unit.h"

#include <unistd.h>

#include "base/log.h"

static int pipe_fds[2];
static char line[2 * LOG_LINE_MAX_BYTES];

static int start(void **state)
{
    if (pipe(pipe_fds) != 0)
        return -1;
    log_set_fd(pipe_fds[1]);
    log_set_level(LOG_LEVEL_INFO);
    return 0;
}

static int finish(void **state)
{
    log_set_fd(STDERR_FILENO);
    close(pipe_fds[0]);
    close(pipe_fds[1]);
    return 0;
}

/* What follows the time of the one line that was written. */
static const char *logged(void)
{
    ssize_t len = read(pipe_fds[0], line, sizeof line - 1);
    assert_true(len > 0);
    line[len] = '\0';
    assert_ptr_equal(strchr(line, '\n'), line + len - 1);
    line[len - 1] = '\0';
    return line + strlen("ts=2026-11-21T20:00:00.123Z ");
}

static void writes_one_line_an_event(void **state)
{
    log_info("session_closed", LOG_CSTR("role", "shopper"), LOG_I64("code", 1000), LOG_BOOL("clean", true));
    assert_string_equal(logged(), "level=info event=session_closed role=shopper code=1000 clean=true");
    log_warn("alone");
    assert_string_equal(logged(), "level=warn event=alone");
}

static void begins_with_the_time(void **state)
{
    log_error("x");
    logged();
    assert_memory_equal(line, "ts=20", 5);
    const char *form = "ts=dddd-dd-ddTdd:dd:dd.dddZ level=error event=x";
    for (size_t i = 0; form[i]; i++) {
        if (form[i] == 'd' && i < 27)
            assert_in_range(line[i], '0', '9');
        else
            assert_int_equal(line[i], form[i]);
    }
}

static void quotes_what_is_not_plain(void **state)
{
    log_info("x", LOG_STR("a", STR("two words")), LOG_STR("b", STR("")), LOG_STR("c", STR("k=v")),
             LOG_STR("d", STR("caf\xc3\xa9")), LOG_STR("e", STR("/path?x")));
    assert_string_equal(logged(),
                        "level=info event=x a=\"two words\" b=\"\" c=\"k=v\" d=\"caf\xc3\xa9\" e=/path?x");
}

static void nothing_from_outside_forges_a_line(void **state)
{
    log_info("x", LOG_STR("name", STR("eve\" level=error\nts=2026 event=fake\r\t\x1b[31m\x7f\\")));
    assert_string_equal(logged(), "level=info event=x name=\"eve\\\" level=error\\nts=2026 event=fake"
                                  "\\r\\t\\u001b[31m\\u007f\\\\\"");
    log_info("x", LOG_STR("n", ((struct str){"a\0b", 3})));
    assert_string_equal(logged(), "level=info event=x n=\"a\\u0000b\"");
}

static void separators_and_overrides_of_unicode_are_escaped(void **state)
{
    log_info("x", LOG_STR("n", STR("\xe2\x80\xa8 \xc2\x85 \xe2\x80\xae \xe2\x81\xa6")));
    assert_string_equal(logged(), "level=info event=x n=\"\\u2028 \\u0085 \\u202e \\u2066\"");
}

static void bad_utf8_is_shown_as_bytes(void **state)
{
    log_info("x", LOG_STR("n", STR("a\xff\xc3(\xed\xa0\x80")));
    assert_string_equal(logged(), "level=info event=x n=\"a\\xff\\xc3(\\xed\\xa0\\x80\"");
}

static void an_absent_text_is_left_out(void **state)
{
    log_info("x", LOG_STR("a", (struct str){0}), LOG_CSTR("b", NULL), LOG_I64("c", -1));
    assert_string_equal(logged(), "level=info event=x c=-1");
}

static void long_values_are_cut(void **state)
{
    char text[2000];
    memset(text, 'a', sizeof text);
    log_info("x", LOG_STR("n", ((struct str){text, sizeof text})), LOG_I64("after", 1));
    const char *rest = logged();
    assert_int_equal(strlen(rest), strlen("level=info event=x n=... after=1") + LOG_VALUE_MAX_BYTES);
    assert_non_null(strstr(rest, "a... after=1"));
}

/* Each value grows six times when escaped: a line that would be too long loses whole fields, and says so. */
static void a_full_line_loses_whole_fields(void **state)
{
    char text[LOG_VALUE_MAX_BYTES];
    memset(text, 1, sizeof text);
    struct str bad = {text, sizeof text};
    log_info("x", LOG_STR("a", bad), LOG_STR("b", bad), LOG_I64("c", 3));
    const char *rest = logged();
    assert_null(strstr(rest, " b="));
    assert_string_equal(rest + strlen(rest) - strlen("\" c=3 cut=true"), "\" c=3 cut=true");
    assert_true(strlen(line) < LOG_LINE_MAX_BYTES);
}

static void a_quiet_level_writes_nothing(void **state)
{
    log_debug("hidden");
    log_set_level(LOG_LEVEL_ERROR);
    log_warn("hidden");
    log_set_level(LOG_LEVEL_DEBUG);
    log_debug("shown");
    assert_string_equal(logged(), "level=debug event=shown");
}

static void levels_have_names(void **state)
{
    for (int i = LOG_LEVEL_DEBUG; i <= LOG_LEVEL_ERROR; i++) {
        enum log_level level;
        assert_true(log_level_parse(str_from(log_level_str((enum log_level)i)), &level));
        assert_int_equal(level, i);
    }
    enum log_level level;
    assert_false(log_level_parse(STR("INFO"), &level));
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, start, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(writes_one_line_an_event),
        CASE(begins_with_the_time),
        CASE(quotes_what_is_not_plain),
        CASE(nothing_from_outside_forges_a_line),
        CASE(separators_and_overrides_of_unicode_are_escaped),
        CASE(bad_utf8_is_shown_as_bytes),
        CASE(an_absent_text_is_left_out),
        CASE(long_values_are_cut),
        CASE(a_full_line_loses_whole_fields),
        CASE(a_quiet_level_writes_nothing),
        CASE(levels_have_names),
    };
    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
