/* What sockets write, as it arrives at the other end of a real connection. */
#include "unit.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client/socket.h"

enum { PAIRS = 2, GOT_BYTES = 64 * 1024 };

static struct loop loop;
static struct socket_target target;
static struct socket ours[PAIRS];
static int theirs[PAIRS];
static int answers_count; /* to each text that comes */
static const char *answer;
static bool answers_crosswise;
static int texts_count, losses_count;

static void on_open(struct socket *socket) {}

static void on_text(struct socket *socket, struct str text)
{
    texts_count++;
    for (int i = 0; i < answers_count; i++)
        socket_send(answers_crosswise ? &ours[i % PAIRS] : socket, str_from(answer));
}

static void on_lost(struct socket *socket, const struct socket_loss *loss)
{
    losses_count++;
}

/* The mask is all zeros, so that what arrives can be read. */
static uint64_t no_random(void)
{
    return 0;
}

static void turn(void)
{
    sockets_flush();
    loop_turn(&loop, 1);
}

static bool is_readable(int fd)
{
    struct pollfd one = {fd, POLLIN, 0};
    return poll(&one, 1, 0) > 0;
}

enum { TURNS_MAX = 10 * 1000 };

static void upgrade(int i, int listener)
{
    static const char response[] = "HTTP/1.1 101 Switching Protocols\r\n"
                                   "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
    char request[1024];
    assert_int_equal(socket_open(&ours[i], 0), 0);
    theirs[i] = accept(listener, NULL, NULL);
    for (int n = 0; n < TURNS_MAX && !is_readable(theirs[i]); n++)
        turn();
    assert_true(recv(theirs[i], request, sizeof request, 0) > 0);
    assert_int_equal(send(theirs[i], response, sizeof response - 1, 0), sizeof response - 1);
    for (int n = 0; n < TURNS_MAX && ours[i].state != SOCKET_OPEN; n++)
        turn();
    assert_int_equal(ours[i].state, SOCKET_OPEN);
}

static int setup(void **state)
{
    static const struct socket_upcalls upcalls = {.on_open = on_open, .on_text = on_text, .on_lost = on_lost};
    struct sockaddr_in *address = (struct sockaddr_in *)&target.address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    *address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    target.address_len = sizeof *address;
    target.ws = (struct ws_target){"127.0.0.1", "/ws", "http://127.0.0.1", NULL};
    bind(listener, (struct sockaddr *)address, sizeof *address);
    listen(listener, PAIRS);
    getsockname(listener, (struct sockaddr *)address, &target.address_len);
    assert_true(loop_init(&loop));
    sockets_use(&loop, &target, &upcalls, no_random);
    for (int i = 0; i < PAIRS; i++)
        upgrade(i, listener);
    close(listener);
    answers_crosswise = false;
    answers_count = texts_count = losses_count = 0;
    return 0;
}

static int teardown(void **state)
{
    for (int i = 0; i < PAIRS; i++) {
        socket_close(&ours[i], 1000);
        close(theirs[i]);
    }
    loop_close(&loop);
    return 0;
}

/* The payloads of whole frames, each after a space. */
static struct str texts_of(const unsigned char *bytes, size_t len)
{
    static char text[GOT_BYTES];
    size_t put = 0;
    for (size_t at = 0; at + 8 <= len;) {
        size_t size = bytes[at + 1] & 0x7f, header = size == 126 ? 8 : 6;
        if (size == 126)
            size = (size_t)bytes[at + 2] << 8 | bytes[at + 3];
        assert_int_equal(bytes[at], 0x81);
        if (at + header + size > len)
            break;
        text[put++] = ' ';
        memcpy(text + put, bytes + at + header, size);
        put += size;
        at += header + size;
    }
    return (struct str){text, put};
}

/* As much as was expected, and what comes with it. */
static struct str arrived(int i, size_t expected_bytes)
{
    static unsigned char bytes[GOT_BYTES];
    size_t got = 0;
    struct str texts = {0};
    for (int n = 0; n < TURNS_MAX && texts.len < expected_bytes; n++) {
        turn();
        if (!is_readable(theirs[i]))
            continue;
        ssize_t some = recv(theirs[i], bytes + got, sizeof bytes - got, 0);
        assert_true(some > 0);
        texts = texts_of(bytes, got += (size_t)some);
    }
    return texts;
}

static void assert_arrives(int i, const char *expected)
{
    assert_str(arrived(i, strlen(expected)), expected);
}

static void tell(int i, int times)
{
    char frames[64];
    for (int n = 0; n < times; n++)
        memcpy(frames + n * 3, "\x81\x01x", 3);
    assert_int_equal(send(theirs[i], frames, (size_t)times * 3, 0), times * 3);
}

static void all_answers_to_one_read_arrive_in_their_order(void **state)
{
    answer = "abc";
    answers_count = 2;
    tell(0, 3);
    assert_arrives(0, " abc abc abc abc abc abc");
    assert_false(is_readable(theirs[1]));
}

static void two_that_write_in_turns_do_not_meet(void **state)
{
    answer = "abc";
    answers_count = 4;
    answers_crosswise = true;
    tell(1, 2);
    assert_arrives(0, " abc abc abc abc");
    assert_arrives(1, " abc abc abc abc");
}

/* As much as three times what is kept together. */
static void more_than_is_kept_together_arrives_too(void **state)
{
    static char text[6000];
    memset(text, 'y', sizeof text - 1);
    answer = text;
    answers_count = 8;
    tell(0, 1);
    struct str got = arrived(0, 8 * sizeof text);
    assert_int_equal(got.len, 8 * sizeof text);
    for (size_t i = 0; i < got.len; i++)
        assert_int_equal(got.data[i], i % sizeof text == 0 ? ' ' : 'y');
}

/* As a timer does it. */
static void what_nothing_was_read_for_arrives(void **state)
{
    socket_send(&ours[0], STR("one"));
    socket_send(&ours[1], STR("two"));
    socket_send(&ours[0], STR("three"));
    assert_arrives(0, " one three");
    assert_arrives(1, " two");
}

static void what_was_written_before_the_end_arrives_before_it(void **state)
{
    unsigned char bytes[64];
    socket_send(&ours[0], STR("one"));
    socket_close(&ours[0], 1000);
    assert_int_equal(recv(theirs[0], bytes, 9 + 8, MSG_WAITALL), 9 + 8);
    assert_memory_equal(bytes + 6, "one", 3);
    assert_int_equal(bytes[9], 0x88);
}

static void what_came_before_the_end_is_read_before_it(void **state)
{
    tell(0, 2);
    shutdown(theirs[0], SHUT_WR);
    for (int n = 0; n < TURNS_MAX && losses_count == 0; n++)
        turn();
    assert_int_equal(texts_count, 2);
    assert_int_equal(losses_count, 1);
    assert_int_equal(ours[0].state, SOCKET_CLOSED);
}

/* More than one read takes, and told of but once. */
static void all_that_has_come_is_read(void **state)
{
    enum { ROUNDS = 5000, TIMES = 20 };
    struct timeval patience = {.tv_usec = 1000};
    setsockopt(theirs[0], SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    int told = 0;
    char frames[TIMES * 3];
    for (int n = 0; n < TIMES; n++)
        memcpy(frames + n * 3, "\x81\x01x", 3);
    for (int round = 0; round < ROUNDS; round++, told += TIMES)
        for (size_t sent = 0; sent < sizeof frames;) {
            ssize_t some = send(theirs[0], frames + sent, sizeof frames - sent, 0);
            sent += some > 0 ? (size_t)some : 0;
            if (some < 0)
                turn();
        }
    for (int n = 0; n < TURNS_MAX && texts_count < told; n++)
        turn();
    assert_int_equal(texts_count, told);
}

/* Until the kernel takes no more; then the other end begins to read. */
static void what_does_not_go_out_at_once_goes_out_later(void **state)
{
    enum { TEXTS_MAX = 10000 };
    static char text[4000];
    static unsigned char bytes[64 * 1024];
    size_t written = 0, got = 0;
    memset(text, 'y', sizeof text);
    for (int n = 0; n < TEXTS_MAX && !ours[0].out; n++, written += sizeof text + 8)
        socket_send(&ours[0], (struct str){text, sizeof text});
    assert_non_null(ours[0].out);
    for (int n = 0; n < TURNS_MAX && got < written; n++) {
        turn();
        while (is_readable(theirs[0]))
            got += (size_t)recv(theirs[0], bytes, sizeof bytes, 0);
    }
    assert_int_equal(got, written);
    assert_null(ours[0].out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_answers_to_one_read_arrive_in_their_order, setup, teardown),
        cmocka_unit_test_setup_teardown(two_that_write_in_turns_do_not_meet, setup, teardown),
        cmocka_unit_test_setup_teardown(more_than_is_kept_together_arrives_too, setup, teardown),
        cmocka_unit_test_setup_teardown(what_nothing_was_read_for_arrives, setup, teardown),
        cmocka_unit_test_setup_teardown(what_was_written_before_the_end_arrives_before_it, setup, teardown),
        cmocka_unit_test_setup_teardown(what_came_before_the_end_is_read_before_it, setup, teardown),
        cmocka_unit_test_setup_teardown(all_that_has_come_is_read, setup, teardown),
        cmocka_unit_test_setup_teardown(what_does_not_go_out_at_once_goes_out_later, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
