#include "unit.h"

#include <stdio.h>

#include "net/request.h"

static enum request_status parse(const char *text, struct request *request)
{
    return request_parse(str_from(text), request);
}

static void reads_a_request(void **state)
{
    struct request request;
    const char *text =
        "GET /photos/demo/ann?x=1 HTTP/1.1\r\nHost: chat.test\r\nACCEPT-encoding:\t br , gzip;q=0.5 \r\n"
        "X-Other: yes\r\n\r\nGET /next";
    assert_int_equal(parse(text, &request), REQUEST_COMPLETE);
    assert_int_equal(request.method, REQUEST_GET);
    assert_str(request.path, "/photos/demo/ann");
    assert_str(request.host, "chat.test");
    assert_str(request.accept_encoding, "br , gzip;q=0.5");
    assert_int_equal(request.head_bytes, strlen(text) - strlen("GET /next"));
    assert_null(request.origin.data);
    assert_false(request.has_body);
    assert_true(request_keeps_alive(&request));
}

static void waits_for_the_blank_line(void **state)
{
    const char *text = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    struct request request;
    for (size_t len = 0; len < strlen(text); len++)
        assert_int_equal(request_parse((struct str){text, len}, &request), REQUEST_INCOMPLETE);
    assert_int_equal(parse(text, &request), REQUEST_COMPLETE);
}

static void refuses_what_two_readers_may_read_differently(void **state)
{
    static const char *const bad[] = {
        "GET / HTTP/1.1\r\n\r\n",                       /* no Host */
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", /* two */
        "GET / HTTP/1.1\r\nHost: a\r\nOrigin: b\r\norigin: c\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : a\r\n\r\n", /* space before the colon */
        "GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\nUpgrade: x\r\n\r\n", /* bare line feed */
        "GET / HTTP/1.1\r\nHost: a\x01\r\n\r\n",
        "GET / HTTP/1.1\r\nnocolon\r\n\r\n",
        "GET / HTTP/1.1\r\n: a\r\n\r\n",
        "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1 \r\nHost: a\r\n\r\n",
        "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /\r\nHost: a\r\n\r\n",
        "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "\r\n\r\n",
        "G(T / HTTP/1.1\r\nHost: a\r\n\r\n",
    };
    struct request request;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(parse(bad[i], &request), REQUEST_BAD);
    assert_int_equal(parse("GET / HTTP/2.0\r\nHost: a\r\n\r\n", &request), REQUEST_BAD_VERSION);
}

static void bounds_the_head_and_the_target(void **state)
{
    static char text[2 * REQUEST_HEAD_MAX_BYTES];
    struct request request;
    memset(text, 'a', sizeof text);
    assert_int_equal(request_parse((struct str){text, REQUEST_HEAD_MAX_BYTES - 1}, &request),
                     REQUEST_INCOMPLETE);
    assert_int_equal(request_parse((struct str){text, REQUEST_HEAD_MAX_BYTES}, &request), REQUEST_TOO_LARGE);
    int len =
        snprintf(text, sizeof text, "GET /%0*d HTTP/1.1\r\nHost: a\r\n\r\n", REQUEST_TARGET_MAX_BYTES, 0);
    assert_int_equal(request_parse((struct str){text, (size_t)len}, &request), REQUEST_URI_TOO_LONG);
    len = snprintf(text, sizeof text, "GET / HTTP/1.1\r\nHost: a\r\nX: %0*d\r\n\r\n", REQUEST_HEAD_MAX_BYTES,
                   0);
    assert_int_equal(request_parse((struct str){text, (size_t)len}, &request), REQUEST_TOO_LARGE);
}

static void knows_a_body_and_the_end_of_a_connection(void **state)
{
    struct request request;
    parse("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", &request);
    assert_int_equal(request.method, REQUEST_OTHER);
    assert_true(request.has_body);
    parse("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", &request);
    assert_true(request.has_body);
    parse("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: Close\r\n\r\n", &request);
    assert_false(request.has_body);
    assert_false(request_keeps_alive(&request));
    parse("GET / HTTP/1.0\r\n\r\n", &request);
    assert_false(request_keeps_alive(&request));
}

static void reads_lists(void **state)
{
    assert_true(request_list_has(STR("keep-alive, Upgrade"), "upgrade"));
    assert_true(request_list_has(STR("br;q=1.0 , gzip ; q=0.2"), "gzip"));
    assert_false(request_list_has(STR("br, gzip;q=0"), "gzip"));
    assert_false(request_list_has(STR("gzip; q=0.000"), "gzip"));
    assert_false(request_list_has(STR("gzipped, x-gzip"), "gzip"));
    assert_false(request_list_has((struct str){0}, "gzip"));
    assert_false(request_list_has(STR(",,;"), "gzip"));
}

static void compares_entity_tags_weakly(void **state)
{
    struct request request = {.if_none_match = STR("\"a\", W/\"b\" ,\"c\"")};
    assert_true(request_has_etag(&request, "W/\"a\""));
    assert_true(request_has_etag(&request, "\"b\""));
    assert_false(request_has_etag(&request, "W/\"d\""));
    request.if_none_match = STR("*");
    assert_true(request_has_etag(&request, "W/\"d\""));
    request.if_none_match = (struct str){0};
    assert_false(request_has_etag(&request, "W/\"d\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_request),
        cmocka_unit_test(waits_for_the_blank_line),
        cmocka_unit_test(refuses_what_two_readers_may_read_differently),
        cmocka_unit_test(bounds_the_head_and_the_target),
        cmocka_unit_test(knows_a_body_and_the_end_of_a_connection),
        cmocka_unit_test(reads_lists),
        cmocka_unit_test(compares_entity_tags_weakly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
