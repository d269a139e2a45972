#include "unit.h"

#include <stdio.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/metrics.h"
#include "base/metrics_shared.h"

static struct buf out;

static int start(void **state)
{
    metrics_init();
    buf_init(&out);
    return 0;
}

static int finish(void **state)
{
    buf_fini(&out);
    metrics_fini();
    return 0;
}

static bool has_line(const char *wanted)
{
    char pattern[512];
    snprintf(pattern, sizeof pattern, "\n%s\n", wanted);
    buf_reset(&out);
    buf_append_cstr(&out, "\n");
    metrics_write(&out);
    return memmem(out.data, out.len, pattern, strlen(pattern)) != NULL;
}

static void counts_and_gauges(void **state)
{
    metrics_add(M_FRAMES_RECEIVED, 2);
    metrics_add(M_FRAMES_RECEIVED, 1);
    metrics_set(M_OUTBOUND_BYTES, 70);
    metrics_add(M_OUTBOUND_BYTES, -20);
    assert_true(has_line("# TYPE shopbell_frames_received_total counter"));
    assert_true(has_line("shopbell_frames_received_total 3"));
    assert_true(has_line("shopbell_outbound_bytes_queued 50"));
    assert_int_equal(metrics_get(M_OUTBOUND_BYTES), 50);
}

static void known_labels_are_there_from_the_start(void **state)
{
    metrics_add_labelled(M_SESSIONS, STR("agent"), 1);
    assert_true(has_line("shopbell_sessions{role=\"anonymous\"} 0"));
    assert_true(has_line("shopbell_sessions{role=\"agent\"} 1"));
    assert_true(has_line("shopbell_conversations{state=\"closing\"} 0"));
    assert_false(has_line("shopbell_sessions 0"));
    assert_int_equal(metrics_get_labelled(M_SESSIONS, STR("agent")), 1);
}

static void milliseconds_are_written_as_seconds(void **state)
{
    metrics_set_labelled(M_QUEUE_OLDEST, STR("demo/support"), 12345);
    assert_true(has_line("shopbell_queue_oldest_seconds{team=\"demo/support\"} 12.345"));
    metrics_forget_labels(M_QUEUE_OLDEST);
    assert_false(has_line("shopbell_queue_oldest_seconds{team=\"demo/support\"} 12.345"));
}

static void a_histogram_is_cumulative(void **state)
{
    metrics_observe_us(H_ACK, 100);
    metrics_observe_us(H_ACK, 101);
    metrics_observe_us(H_ACK, 99000000);
    metrics_observe_us(H_ACK, -5);
    assert_true(has_line("shopbell_ack_seconds_bucket{le=\"0.0001\"} 2"));
    assert_true(has_line("shopbell_ack_seconds_bucket{le=\"0.00025\"} 3"));
    assert_true(has_line("shopbell_ack_seconds_bucket{le=\"10.0\"} 3"));
    assert_true(has_line("shopbell_ack_seconds_bucket{le=\"+Inf\"} 4"));
    assert_true(has_line("shopbell_ack_seconds_count 4"));
    assert_true(has_line("shopbell_ack_seconds_sum 99.000201"));
    metrics_observe_us(H_QUEUE_WAIT, 61000000);
    assert_true(has_line("shopbell_queue_wait_seconds_bucket{le=\"60.0\"} 0"));
    assert_true(has_line("shopbell_queue_wait_seconds_bucket{le=\"90.0\"} 1"));
}

static void label_values_are_escaped(void **state)
{
    metrics_add_labelled(M_LOGINS, STR("a\"b\\c\nd"), 1);
    assert_true(has_line("shopbell_logins_total{result=\"a\\\"b\\\\c\\nd\"} 1"));
}

static void too_many_labels_become_other(void **state)
{
    char label[16], longest[METRICS_LABEL_MAX_BYTES + 1];
    for (int i = 0; i < 1000; i++) {
        snprintf(label, sizeof label, "t%d", i);
        metrics_add_labelled(M_REQUEST_ERRORS, str_from(label), 1);
    }
    assert_int_equal(metrics_get_labelled(M_REQUEST_ERRORS, STR("other")), 1000 - (METRICS_SERIES_MAX - 1));
    memset(longest, 'x', sizeof longest);
    metrics_add_labelled(M_LOGINS, (struct str){longest, sizeof longest}, 1);
    assert_int_equal(metrics_get_labelled(M_LOGINS, STR("other")), 1);
}

static void without_memory_nothing_breaks(void **state)
{
    sb_alloc_fail_from(1);
    metrics_add_labelled(M_LOGINS, STR("ok"), 1);
    sb_alloc_fail_from(0);
    assert_int_equal(metrics_get_labelled(M_LOGINS, STR("ok")), 0);
    metrics_add_labelled(M_LOGINS, STR("ok"), 1);
    assert_int_equal(metrics_get_labelled(M_LOGINS, STR("ok")), 1);
}

struct row {
    const char *type, *name, *help;
};

/* What `promtool check metrics` would say, for every row, also those of tomorrow. */
static void every_row_is_named_as_prometheus_wants(void **state)
{
    static const struct row rows[] = {
#define METRIC(id, type, name, label, values, help) {#type, name, help},
#include "base/metrics_table.h"
#undef METRIC
    };
    for (int i = 0; i < METRICS_COUNT; i++) {
        size_t len = strlen(rows[i].name);
        bool total = len > 6 && strcmp(rows[i].name + len - 6, "_total") == 0;
        assert_int_equal(total, strcmp(rows[i].type, "COUNTER") == 0);
        assert_int_equal(strspn(rows[i].name, "abcdefghijklmnopqrstuvwxyz_"), len);
        assert_null(strstr(rows[i].name, "_ms"));
        assert_true(strlen(rows[i].help) > 8);
        assert_null(strpbrk(rows[i].help, "\n\\"));
        for (int other = 0; other < i; other++)
            assert_string_not_equal(rows[i].name, rows[other].name);
        bool seconds = len > 8 && strcmp(rows[i].name + len - 8, "_seconds") == 0;
        bool timed = strcmp(rows[i].type, "COUNTER") != 0 && strcmp(rows[i].type, "GAUGE") != 0;
        assert_int_equal(seconds, timed);
    }
}

static void stop_cb(uv_timer_t *timer)
{
    if (metrics_get(M_RESIDENT_BYTES) == 0)
        return; /* the sample is under way */
    metrics_process_stop();
    uv_close((uv_handle_t *)timer, NULL);
}

static void the_process_is_sampled_off_the_loop(void **state)
{
    uv_loop_t loop;
    uv_timer_t timer;
    uv_loop_init(&loop);
    uv_timer_init(&loop, &timer);
    uv_timer_start(&timer, stop_cb, 20, 20);
    metrics_process_start(&loop);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
    assert_true(metrics_get(M_RESIDENT_BYTES) > 100000);
    assert_in_range(metrics_get(M_OPEN_FDS), 3, 1000);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, start, finish)

static int lines_beginning(const char *start)
{
    int count = 0;
    for (size_t at = 0; at < out.len;) {
        const char *end = memchr(out.data + at, '\n', out.len - at);
        count += out.len - at >= strlen(start) && memcmp(out.data + at, start, strlen(start)) == 0;
        at = end ? (size_t)(end - out.data) + 1 : out.len;
    }
    return count;
}

/* Every sample stands below the TYPE line of its own metric. */
static void assert_in_step(void)
{
    char type[128] = "", line[1024];
    for (size_t at = 0, len; at < out.len; at += len) {
        const char *end = memchr(out.data + at, '\n', out.len - at);
        len = end ? (size_t)(end - out.data) + 1 - at : out.len - at;
        snprintf(line, sizeof line, "%.*s", (int)len, out.data + at);
        if (sscanf(line, "# TYPE %127s", type) == 0 && line[0] != '#')
            assert_int_equal(strncmp(line, type, strlen(type)), 0);
    }
}

/* This process is one worker after the other. */
static void say_as(uv_loop_t *loop, int fd, int number)
{
    assert_true(metrics_shared_start(loop, dup(fd), number));
    buf_reset(&out);
    metrics_shared_write(&out);
    metrics_shared_stop();
    uv_run(loop, UV_RUN_DEFAULT);
}

/* The second has no queue, so that metric has no sample there: nothing gets out of step by it. */
static void the_pages_of_workers_are_put_together_by_metric(void **state)
{
    uv_loop_t loop;
    int fd = metrics_shared_new(3);
    assert_true(fd >= 0);
    uv_loop_init(&loop);
    metrics_add(M_FRAMES_RECEIVED, 5);
    say_as(&loop, fd, 2);
    assert_int_equal(lines_beginning("shopbell_queue_length{"), 0);
    metrics_add(M_FRAMES_RECEIVED, 2);
    metrics_set_labelled(M_QUEUE_LENGTH, STR("shop/support"), 4);
    say_as(&loop, fd, 1);
    assert_in_step();
    assert_int_equal(lines_beginning("# TYPE "), METRICS_COUNT);
    assert_int_equal(lines_beginning("# HELP "), METRICS_COUNT);
    assert_int_equal(lines_beginning("shopbell_queue_length{worker=\"1\",team=\"shop/support\"} 4\n"), 1);
    assert_int_equal(lines_beginning("shopbell_queue_length{"), 1);
    assert_int_equal(lines_beginning("shopbell_frames_received_total{worker=\"1\"} 7\n"), 1);
    assert_int_equal(lines_beginning("shopbell_frames_received_total{worker=\"2\"} 5\n"), 1);
    assert_int_equal(lines_beginning("shopbell_frames_received_total"), 2); /* the third said nothing yet */
    assert_int_equal(lines_beginning("shopbell_build_info"), 0);
    close(fd);
    assert_int_equal(uv_loop_close(&loop), 0);
}

static void without_workers_the_page_is_this_process_alone(void **state)
{
    metrics_add(M_FRAMES_RECEIVED, 3);
    assert_false(metrics_shared_start(NULL, -1, 1));
    buf_reset(&out);
    metrics_shared_write(&out);
    assert_int_equal(lines_beginning("shopbell_frames_received_total 3\n"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(counts_and_gauges),
        CASE(known_labels_are_there_from_the_start),
        CASE(milliseconds_are_written_as_seconds),
        CASE(a_histogram_is_cumulative),
        CASE(label_values_are_escaped),
        CASE(too_many_labels_become_other),
        CASE(without_memory_nothing_breaks),
        CASE(every_row_is_named_as_prometheus_wants),
        CASE(the_process_is_sampled_off_the_loop),
        CASE(the_pages_of_workers_are_put_together_by_metric),
        CASE(without_workers_the_page_is_this_process_alone),
    };
    return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
