#include "unit.h"

#include "client/ws.h"

static unsigned char bytes[70000], payload[70000];

static void the_handshake_is_asked_and_judged(void **state)
{
    struct ws_target target = {"127.0.0.1:8080", "/ws", "http://shop.example", "shopbell.v1"};
    char request[512];
    size_t len = ws_handshake_request(request, sizeof request, &target), head;
    int status;
    assert_true(len > 0);
    assert_non_null(strstr(request, "\r\nOrigin: http://shop.example\r\n"));
    assert_non_null(strstr(request, "\r\nSec-WebSocket-Protocol: shopbell.v1\r\n"));
    assert_int_equal(ws_handshake_request(request, 100, &target), 0);

    struct str good = STR("HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\n"
                          "sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n\x81");
    assert_int_equal(ws_handshake_response(good, &head, &status), WS_HANDSHAKE_OK);
    assert_int_equal(head, good.len - 1);
    for (size_t cut = 0; cut < good.len - 1; cut++)
        assert_int_equal(ws_handshake_response((struct str){good.data, cut}, &head, &status),
                         WS_HANDSHAKE_PART);
    assert_int_equal(ws_handshake_response(STR("HTTP/1.1 403 Forbidden\r\n\r\n"), &head, &status),
                     WS_HANDSHAKE_REFUSED);
    assert_int_equal(status, 403);
    assert_int_equal(
        ws_handshake_response(STR("HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: x\r\n\r\n"),
                              &head, &status),
        WS_HANDSHAKE_REFUSED);
    assert_int_equal(ws_handshake_response(STR("garbage\r\n\r\n"), &head, &status), WS_HANDSHAKE_REFUSED);
    assert_int_equal(status, 0);
}

/* RFC 6455 section 5.7: a masked "Hello". */
static void frames_are_masked_as_in_the_rfc(void **state)
{
    static const unsigned char expected[] = {0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d,
                                             0x7f, 0x9f, 0x4d, 0x51, 0x58};
    uint32_t mask;
    memcpy(&mask, expected + 2, sizeof mask);
    assert_int_equal(ws_put_frame(bytes, WS_TEXT, "Hello", 5, mask), sizeof expected);
    assert_memory_equal(bytes, expected, sizeof expected);
}

static void every_byte_is_masked_at_every_length(void **state)
{
    static const unsigned char key[] = {0x37, 0xfa, 0x21, 0x3d};
    uint32_t mask;
    memcpy(&mask, key, sizeof mask);
    for (size_t len = 0; len < 300; len++) {
        for (size_t i = 0; i < len; i++)
            payload[i] = (unsigned char)(i * 7 + len);
        size_t total = ws_put_frame(bytes, WS_TEXT, payload, len, mask);
        for (size_t i = 0; i < len; i++)
            assert_int_equal(bytes[total - len + i], payload[i] ^ key[i % 4]);
    }
}

static void lengths_have_their_three_forms(void **state)
{
    static const struct {
        size_t len, header;
        unsigned char first;
    } cases[] = {{0, 6, 0x80},     {125, 6, 0xfd},    {126, 8, 0xfe},
                 {65535, 8, 0xfe}, {65536, 14, 0xff}, {65999, 14, 0xff}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(ws_put_frame(bytes, WS_TEXT, payload, cases[i].len, 0),
                         cases[i].len + cases[i].header);
        assert_int_equal(bytes[1], cases[i].first);
    }
}

/* A server's frame: what we would write, without the mask. */
static size_t server_frame(unsigned char first, size_t len)
{
    size_t extra = len < 126 ? 0 : len < 65536 ? 2 : 8;
    bytes[0] = first;
    bytes[1] = (unsigned char)(extra == 0 ? len : extra == 2 ? 126 : 127);
    for (size_t i = 0; i < extra; i++)
        bytes[2 + i] = (unsigned char)(len >> (8 * (extra - 1 - i)));
    memset(bytes + 2 + extra, 'x', len);
    return 2 + extra + len;
}

static void takes_whole_frames_and_waits_for_the_rest(void **state)
{
    static const size_t lengths[] = {0, 125, 126, 65535, 65536};
    struct ws_frame frame;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        size_t total = server_frame(0x81, lengths[i]);
        for (size_t cut = 0; cut < 12 && cut < total; cut++)
            assert_int_equal(ws_take_frame(bytes, cut, 1 << 20, &frame), WS_FRAME_PART);
        assert_int_equal(ws_take_frame(bytes, total - 1, 1 << 20, &frame), WS_FRAME_PART);
        assert_int_equal(ws_take_frame(bytes, total + 5, 1 << 20, &frame), WS_FRAME_WHOLE);
        assert_int_equal(frame.total_bytes, total);
        assert_int_equal(frame.payload.len, lengths[i]);
        assert_int_equal(frame.opcode, WS_TEXT);
    }
}

static void what_no_server_may_send_is_bad(void **state)
{
    static const unsigned char firsts[] = {0x01, 0x80, 0xc1, 0x91, 0x82, 0x83, 0x8b};
    struct ws_frame frame;
    for (size_t i = 0; i < sizeof firsts; i++) {
        size_t total = server_frame(firsts[i], 3);
        assert_int_equal(ws_take_frame(bytes, total, 1 << 20, &frame), WS_FRAME_BAD);
    }
    size_t total = server_frame(0x81, 3);
    bytes[1] |= 0x80;
    assert_int_equal(ws_take_frame(bytes, total, 1 << 20, &frame), WS_FRAME_BAD);
    assert_int_equal(ws_take_frame(bytes, server_frame(0x88, 126), 1 << 20, &frame), WS_FRAME_BAD);
    assert_int_equal(ws_take_frame(bytes, server_frame(0x81, 1000), 999, &frame), WS_FRAME_BAD);
    server_frame(0x81, 65536);
    memset(bytes + 2, 0xff, 8);
    assert_int_equal(ws_take_frame(bytes, 100, 1 << 20, &frame), WS_FRAME_BAD);
}

static void close_frames_carry_a_code_and_a_reason(void **state)
{
    struct str reason;
    assert_int_equal(ws_close_code(STR("\x0f\xa7retry_after_ms=1500"), &reason), 4007);
    assert_str(reason, "retry_after_ms=1500");
    assert_int_equal(ws_close_code(STR(""), &reason), WS_CLOSE_NO_CODE);
    assert_int_equal(ws_put_close(bytes, 1000, 0), 8);
    assert_int_equal(bytes[0], 0x88);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_handshake_is_asked_and_judged),
        cmocka_unit_test(frames_are_masked_as_in_the_rfc),
        cmocka_unit_test(every_byte_is_masked_at_every_length),
        cmocka_unit_test(lengths_have_their_three_forms),
        cmocka_unit_test(takes_whole_frames_and_waits_for_the_rest),
        cmocka_unit_test(what_no_server_may_send_is_bad),
        cmocka_unit_test(close_frames_carry_a_code_and_a_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
