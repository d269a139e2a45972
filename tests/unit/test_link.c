/* A link against servers that answer as they are told: here, in the same loop. */
#include "store/link.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/metrics.h"
#include "store/sentinel.h"
#include "unit.h"

enum { PEERS_MAX = 256 };

/* A server: what it answers to a command, by the command's first letter; NULL: nothing. */
struct fake {
    uv_tcp_t listener;
    uv_tcp_t peers[PEERS_MAX];
    size_t peers_count;
    uint16_t port;
    const char *answers['Z' + 1];
    size_t asked['Z' + 1];
    char buffer[65536];
};

static uv_loop_t loop;
static struct link *link_under_test;
static int ups, downs;
static size_t refused_count, answered_count;

static void alloc_cb(uv_handle_t *handle, size_t size, uv_buf_t *out)
{
    struct fake *fake = handle->data;
    *out = uv_buf_init(fake->buffer, sizeof fake->buffer);
}

static void fake_answer(struct fake *fake, uv_stream_t *peer, char verb)
{
    const char *answer = fake->answers[(int)verb];
    fake->asked[(int)verb]++;
    if (!answer)
        return;
    uv_buf_t out = uv_buf_init((char *)(uintptr_t)answer, (unsigned)strlen(answer));
    assert_int_equal(uv_try_write(peer, &out, 1), (int)strlen(answer));
}

/* A command begins "*<n>\r\n$<len>\r\n<verb>"; what the tests send holds no other '*' at a line's begin. */
static void read_cb(uv_stream_t *peer, ssize_t len, const uv_buf_t *buf)
{
    if (len < 0) {
        uv_close((uv_handle_t *)peer, NULL);
        return;
    }
    for (ssize_t i = 0; i < len; i++) {
        if (buf->base[i] != '*' || (i > 0 && buf->base[i - 1] != '\n'))
            continue;
        const char *verb = memchr(buf->base + i, '$', (size_t)(len - i));
        verb = verb ? memchr(verb, '\n', (size_t)(buf->base + len - verb)) : NULL;
        if (verb && verb + 1 < buf->base + len && isupper((unsigned char)verb[1]))
            fake_answer(peer->data, peer, verb[1]);
    }
}

static void connection_cb(uv_stream_t *listener, int status)
{
    struct fake *fake = listener->data;
    assert_true(fake->peers_count < PEERS_MAX);
    uv_tcp_t *peer = &fake->peers[fake->peers_count++];
    uv_tcp_init(&loop, peer);
    peer->data = fake;
    uv_accept(listener, (uv_stream_t *)peer);
    uv_read_start((uv_stream_t *)peer, alloc_cb, read_cb);
}

static struct fake *fake_start(void)
{
    struct fake *fake = calloc(1, sizeof *fake);
    struct sockaddr_in address;
    struct sockaddr_in bound;
    int len = sizeof bound;
    uv_ip4_addr("127.0.0.1", 0, &address);
    uv_tcp_init(&loop, &fake->listener);
    fake->listener.data = fake;
    uv_tcp_bind(&fake->listener, (struct sockaddr *)&address, 0);
    assert_int_equal(uv_listen((uv_stream_t *)&fake->listener, 16, connection_cb), 0);
    uv_tcp_getsockname(&fake->listener, (struct sockaddr *)&bound, &len);
    fake->port = ntohs(bound.sin_port);
    return fake;
}

static void fake_stop(struct fake *fake)
{
    uv_close((uv_handle_t *)&fake->listener, NULL);
    for (size_t i = 0; i < fake->peers_count; i++)
        if (!uv_is_closing((uv_handle_t *)&fake->peers[i]))
            uv_close((uv_handle_t *)&fake->peers[i], NULL);
    uv_run(&loop, UV_RUN_NOWAIT);
    free(fake);
}

static void on_up(void *ctx)
{
    ups++;
}

static void on_down(void *ctx)
{
    downs++;
}

static void on_reply(const struct redisReply *reply, link_done_fn done, void *ctx)
{
    if (reply)
        answered_count++;
    else
        refused_count++;
}

static bool send_get(void)
{
    struct cmd cmd;
    cmd_init(&cmd, "GET");
    cmd_cstr(&cmd, "a");
    return link_send(link_under_test, &cmd, on_reply, NULL, NULL);
}

static void run_for(int64_t ms)
{
    for (int64_t end_ms = clock_mono_ms() + ms; clock_mono_ms() < end_ms;)
        uv_run(&loop, UV_RUN_ONCE);
}

enum { SOON_MS = 10000 }; /* for what must come, on however busy a machine */

static void run_until_ups(int wanted)
{
    for (int64_t end_ms = clock_mono_ms() + SOON_MS; ups < wanted && clock_mono_ms() < end_ms;)
        uv_run(&loop, UV_RUN_ONCE);
    assert_int_equal(ups, wanted);
}

static void run_until(const size_t *count, size_t wanted)
{
    for (int64_t end_ms = clock_mono_ms() + SOON_MS; *count < wanted && clock_mono_ms() < end_ms;)
        uv_run(&loop, UV_RUN_ONCE);
    assert_int_equal(*count, wanted);
}

static void start(const struct config_redis *target)
{
    struct link_options options = {
        .name = "test", .on_up = on_up, .on_down = on_down, .library = STR("the library")};
    ups = downs = 0;
    refused_count = answered_count = 0;
    link_under_test = link_new(&loop, target, &options);
    assert_non_null(link_under_test);
}

static void stopped(void *ctx)
{
    *(bool *)ctx = true;
}

static void stop(void)
{
    bool done = false;
    link_stop(link_under_test, stopped, &done);
    while (!done)
        uv_run(&loop, UV_RUN_ONCE);
    link_free(link_under_test);
}

static struct fake *redis_start(void)
{
    struct fake *redis = fake_start();
    redis->answers['F'] = "+OK\r\n"; /* FUNCTION LOAD */
    redis->answers['R'] = "*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n";
    return redis;
}

static struct config_endpoint at(const struct fake *fake)
{
    return (struct config_endpoint){STR("127.0.0.1"), fake->port};
}

static void past_the_bound_commands_are_refused_and_a_silent_redis_is_left(void **state)
{
    struct fake *redis = redis_start();
    struct config_redis target = {.kind = CONFIG_REDIS_TCP, .server = at(redis)};
    start(&target);
    run_until_ups(1);
    int64_t begin_ms = clock_mono_ms();
    size_t sent = 0;
    while (send_get())
        sent++;
    assert_int_equal(sent, LINK_IN_FLIGHT_MAX);
    assert_false(send_get());
    assert_true(link_is_up(link_under_test));
    run_until_ups(2);
    assert_true(clock_mono_ms() - begin_ms >= LINK_COMMAND_TIMEOUT_MS);
    assert_int_equal(refused_count, LINK_IN_FLIGHT_MAX);
    assert_int_equal(answered_count, 0);
    assert_int_equal(downs, 1);
    redis->answers['G'] = "$-1\r\n";
    assert_true(send_get());
    run_until(&answered_count, 1);
    stop();
    fake_stop(redis);
}

/* Unasked, as it seems; to whoever came last. */
static void fake_say(struct fake *fake, const char *answer)
{
    uv_buf_t out = uv_buf_init((char *)(uintptr_t)answer, (unsigned)strlen(answer));
    uv_tcp_t *peer = &fake->peers[fake->peers_count - 1];
    assert_int_equal(uv_try_write((uv_stream_t *)peer, &out, 1), (int)strlen(answer));
}

static void a_redis_that_is_behind_is_not_left_while_it_answers(void **state)
{
    enum { SENT = 9, STEP_MS = 1000 };
    struct fake *redis = redis_start();
    struct config_redis target = {.kind = CONFIG_REDIS_TCP, .server = at(redis)};
    start(&target);
    run_until_ups(1);
    for (int i = 0; i < SENT; i++)
        assert_true(send_get());
    for (int i = 0; i < 5; i++) {
        run_for(STEP_MS);
        fake_say(redis, "$-1\r\n");
    }
    run_until(&answered_count, 5);
    assert_int_equal(downs, 0);
    run_until_ups(2); /* now it is silent */
    assert_int_equal(refused_count, SENT - 5);
    stop();
    fake_stop(redis);
}

static void a_loop_that_was_held_up_reads_before_it_judges(void **state)
{
    struct fake *redis = redis_start();
    struct config_redis target = {.kind = CONFIG_REDIS_TCP, .server = at(redis)};
    start(&target);
    run_until_ups(1);
    assert_true(send_get());
    run_for(100);
    fake_say(redis, "$-1\r\n");
    uv_sleep(LINK_COMMAND_TIMEOUT_MS + 100);
    run_until(&answered_count, 1);
    assert_int_equal(downs, 0);
    stop();
    fake_stop(redis);
}

static void a_master_that_was_demoted_is_left(void **state)
{
    struct fake *redis = redis_start();
    struct config_redis target = {.kind = CONFIG_REDIS_TCP, .server = at(redis)};
    redis->answers['G'] = "-READONLY You can't write against a read only replica.\r\n";
    start(&target);
    run_until_ups(1);
    assert_true(send_get());
    assert_true(send_get());
    run_until_ups(2);
    assert_int_equal(refused_count, 2);
    assert_int_equal(answered_count, 0);
    stop();
    fake_stop(redis);
}

static const char *points_to(char out[64], const struct fake *redis)
{
    snprintf(out, 64, "*2\r\n$9\r\n127.0.0.1\r\n$%d\r\n%d\r\n", redis->port > 9999 ? 5 : 4, redis->port);
    return out;
}

static void sentinels_are_asked_in_turn_and_what_they_say_is_checked(void **state)
{
    char to_old[64], to_new[64];
    struct fake *old = redis_start(), *new = redis_start();
    struct fake *gone = fake_start(), *silent = fake_start(), *strange = fake_start(), *stale = fake_start(),
                *good = fake_start();
    old->answers['R'] = "*5\r\n$5\r\nslave\r\n$1\r\nx\r\n:1\r\n$9\r\nconnected\r\n:1\r\n";
    strange->answers['S'] = "*-1\r\n";
    stale->answers['S'] = points_to(to_old, old);
    struct config_endpoint sentinels[] = {at(good), at(gone), at(silent), at(strange), at(stale)};
    fake_stop(gone);
    struct config_redis target = {
        .kind = CONFIG_REDIS_SENTINEL, .sentinels = sentinels, .sentinels_count = 5, .master = STR("main")};
    good->answers['S'] = "-ERR not now\r\n";
    start(&target);
    run_until(&old->asked['R'], 1);
    assert_int_equal(ups, 0);
    assert_true(strange->asked['S'] > 0 && silent->asked['S'] > 0);
    good->answers['S'] = points_to(to_new, new);
    run_until_ups(1);
    assert_int_equal(new->asked['F'], 1);
    /* And again when that one is no master any more. */
    new->answers['G'] = "-READONLY You can't write against a read only replica.\r\n";
    new->answers['R'] = old->answers['R'];
    old->answers['R'] = "*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n";
    good->answers['S'] = to_old;
    assert_true(send_get());
    size_t loaded = old->asked['F'];
    run_until_ups(2);
    assert_true(old->asked['F'] > loaded);
    stop();
    fake_stop(old), fake_stop(new), fake_stop(silent), fake_stop(strange), fake_stop(stale), fake_stop(good);
}

static void a_master_that_was_replaced_is_left_when_two_sentinels_say_so(void **state)
{
    char to_old[64], to_new[64];
    struct fake *old = redis_start(), *new = redis_start();
    struct fake *one = fake_start(), *two = fake_start(), *three = fake_start();
    struct config_endpoint sentinels[] = {at(one), at(two), at(three)};
    struct config_redis target = {
        .kind = CONFIG_REDIS_SENTINEL, .sentinels = sentinels, .sentinels_count = 3, .master = STR("main")};
    one->answers['S'] = two->answers['S'] = three->answers['S'] = points_to(to_old, old);
    points_to(to_new, new);
    start(&target);
    run_until_ups(1);
    one->answers['S'] = to_new; /* wrong, or the first to know */
    run_for(6 * LINK_POLL_MS);
    assert_int_equal(downs, 0);
    two->answers['S'] = to_new;
    three->answers['S'] = to_new;
    run_until_ups(2);
    assert_int_equal(new->asked['F'], 1);
    stop();
    fake_stop(old), fake_stop(new), fake_stop(one), fake_stop(two), fake_stop(three);
}

static void a_link_can_be_stopped_while_it_asks(void **state)
{
    struct fake *silent = fake_start();
    struct config_endpoint sentinel = at(silent);
    struct config_redis target = {
        .kind = CONFIG_REDIS_SENTINEL, .sentinels = &sentinel, .sentinels_count = 1, .master = STR("main")};
    start(&target);
    run_for(200);
    stop();
    fake_stop(silent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(past_the_bound_commands_are_refused_and_a_silent_redis_is_left),
        cmocka_unit_test(a_redis_that_is_behind_is_not_left_while_it_answers),
        cmocka_unit_test(a_loop_that_was_held_up_reads_before_it_judges),
        cmocka_unit_test(a_master_that_was_demoted_is_left),
        cmocka_unit_test(sentinels_are_asked_in_turn_and_what_they_say_is_checked),
        cmocka_unit_test(a_master_that_was_replaced_is_left_when_two_sentinels_say_so),
        cmocka_unit_test(a_link_can_be_stopped_while_it_asks),
    };
    crypto_init();
    metrics_init();
    uv_loop_init(&loop);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
    metrics_fini();
    return failed;
}
