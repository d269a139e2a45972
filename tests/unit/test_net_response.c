#include "unit.h"

#include "net/response.h"
#include "net/ws_frame.h"

static struct buf head;

static int forget_head(void **state)
{
    buf_fini(&head);
    head = BUF_INIT;
    return 0;
}

static bool has(const char *line)
{
    return memmem(head.data, head.len, line, strlen(line)) != NULL;
}

static void writes_a_whole_head(void **state)
{
    struct response response = {0};
    response_text(&response, 405, "Only GET and HEAD");
    response.extra = "Allow: GET, HEAD\r\n";
    response_head(&response, false, &head);
    assert_memory_equal(head.data, "HTTP/1.1 405 Method Not Allowed\r\n", 33);
    assert_memory_equal(head.data + head.len - 4, "\r\n\r\n", 4);
    assert_true(has("\r\nContent-Length: 17\r\n"));
    assert_true(has("\r\nConnection: close\r\n"));
    assert_true(has("\r\nCache-Control: no-store\r\n"));
    assert_true(has("\r\nAllow: GET, HEAD\r\n"));
    assert_false(has("\r\nServer:"));
}

static void not_modified_has_no_body_headers(void **state)
{
    struct response response = {
        .status = 304, .mime = "text/css", .etag = "W/\"x\"", .cache_control = "no-cache"};
    response_head(&response, true, &head);
    assert_true(has("\r\nETag: W/\"x\"\r\n"));
    assert_false(has("\r\nContent-Length"));
    assert_false(has("\r\nContent-Type"));
}

static void every_policy_forbids_sniffing_and_framing(void **state)
{
    for (int policy = RESPONSE_PLAIN; policy <= RESPONSE_STORE; policy++) {
        forget_head(state);
        headers_security((enum response_policy)policy, &head);
        assert_true(has("X-Content-Type-Options: nosniff\r\n"));
        assert_true(has("frame-ancestors 'none'"));
        assert_true(has("default-src 'none'"));
        assert_false(has("unsafe-"));
        assert_int_equal(has("Access-Control-Allow-Origin: *\r\n"), policy == RESPONSE_EMBED);
        assert_int_equal(has("trusted-types 'none'"), policy == RESPONSE_CONSOLE);
    }
}

static void frame_headers_have_three_sizes(void **state)
{
    static const struct {
        size_t len;
        size_t bytes;
        const char *header;
    } cases[] = {
        {0, 2, "\x81\x00"},
        {125, 2, "\x81\x7d"},
        {126, 4, "\x81\x7e\x00\x7e"},
        {65535, 4, "\x81\x7e\xff\xff"},
        {65536, 10, "\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        unsigned char out[WS_HEADER_MAX_BYTES];
        assert_int_equal(ws_header_bytes(cases[i].len), cases[i].bytes);
        assert_int_equal(ws_header_before(out + sizeof out, WS_TEXT, cases[i].len), cases[i].bytes);
        assert_memory_equal(out + sizeof out - cases[i].bytes, cases[i].header, cases[i].bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(writes_a_whole_head, forget_head),
        cmocka_unit_test_teardown(not_modified_has_no_body_headers, forget_head),
        cmocka_unit_test_teardown(every_policy_forbids_sniffing_and_framing, forget_head),
        cmocka_unit_test(frame_headers_have_three_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
