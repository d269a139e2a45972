/* The plain reader against the parser behind it: whatever the one reads, the other reads too, and the same.
 *
 * Frames from the list below are changed at random places, so that most are nearly right. The seed is
 * printed; PLAIN_SEED replays it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "base/buf.h"
#include "parser.h"
#include "plain.h"
#include "proto.h"

enum { ROUNDS = 60 * 1000, CHANGES_MAX = 3, FRAME_BYTES = 512 };

static const char *const frames[] = {
    "{\"request_id\":\"r1\",\"action\":\"ping\"}",
    "{\"request_id\":\"7\",\"action\":\"send_event\",\"payload\":{\"conversation_id\":\"c_"
    "0123456789abcdefghjk\","
    "\"custom_id\":\"abcdefgh\",\"text\":\"Gr\xc3\xbc\xc3\x9f"
    "e \xf0\x9f\x99\x82 \\\"so\\\" \\\\ \\n\\t\\/\"}}",
    " { \"a\" : [ ] , \"b\" : { } , \"c\" : [ true , false , null ] } \r\n\t",
    "{\"n\":[0,-1,12,123456789012345,1234567890123456,9007199254740991,1.5,-0,1e3,01,-]}",
    "{\"deep\":[[[[[[[]]]]]]],\"deeper\":{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{}}}}}}}",
    "{\"a\":\"\\u0041\\ud83d\\ude42\",\"\\u0062\":\"\\b\\f\\r\",\"\":\"\x7f\"}",
    "{\"cursors\":[{\"conversation_id\":\"c_0\",\"seq\":1},{\"seq\":2,\"generation\":3}]}",
};

/* What is put in somewhere: what means something to JSON, or nearly does. */
static const char *const pieces[] = {
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    " ",
    "0",
    "-",
    "1",
    ".",
    "e",
    "E1",
    "true",
    "nul",
    "\"a\":",
    "\"a\":1,",
    "\\u00e9",
    "\\ud800",
    "\\u0000",
    "\\n",
    "\\x",
    "\n",
    "\x01",
    "\x80",
    "\xc3\xa9",
    "\xed\xa0\x80",
    "\xf4\x90\x80\x80",
    "\xef\xbb\xbf",
    "00",
    "[[[[",
    "{}",
    "[]",
    "/**/",
};

enum { FRAME_COUNT = sizeof frames / sizeof *frames, PIECE_COUNT = sizeof pieces / sizeof *pieces };

static uint64_t seed;

/* splitmix64 (Steele, Lea, Flood 2014) */
static size_t below(size_t limit)
{
    uint64_t z = seed += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (z ^ z >> 31) % limit;
}

/* Puts a piece where some bytes were: none of them, or a few. */
static size_t change(char *bytes, size_t len)
{
    struct str piece = below(4) ? str_from(pieces[below(PIECE_COUNT)]) : (struct str){"", 0};
    size_t at = below(len + 1);
    size_t gone = below(3) ? below(3) : below(len - at + 1);
    gone = gone < len - at ? gone : len - at;
    if (len - gone + piece.len > FRAME_BYTES)
        return len;
    memmove(bytes + at + piece.len, bytes + at + gone, len - at - gone);
    memcpy(bytes + at, piece.data, piece.len);
    return len - gone + piece.len;
}

/* Everything about a value, so that two are the same if their texts are. */
static void describe(const struct value *value, struct buf *out)
{
    char number[64];
    snprintf(number, sizeof number, "%d", (int)value->kind);
    buf_append_str(out, str_from(number));
    if (value->kind == VALUE_TEXT) {
        snprintf(number, sizeof number, "(%zu)", value->as.text.len);
        buf_append_str(out, str_from(number));
        buf_append_str(out, value->as.text);
    } else if (value->kind == VALUE_INTEGER) {
        snprintf(number, sizeof number, "(%lld)", (long long)value->as.integer);
        buf_append_str(out, str_from(number));
    } else if (value->kind == VALUE_OBJECT || value->kind == VALUE_ARRAY) {
        size_t count = 0;
        for (const struct value *in = value->as.in.first; in; in = in->next, count++) {
            if (value->kind == VALUE_OBJECT)
                buf_append_str(out, in->name);
            describe(in, out);
        }
        assert_int_equal(count, value->as.in.count);
        buf_append_str(out, STR(";"));
    }
}

/* Whether it is plain; and if so, that the parser agrees. */
static bool compare(struct str bytes)
{
    struct buf plain = BUF_INIT, parsed = BUF_INIT;
    struct proto_fault fault = {.type = PROTO_OK};
    const struct value *value = plain_read(bytes);
    bool is_plain = value != NULL;
    if (is_plain) {
        describe(value, &plain);
        value = parser_read(bytes, &fault);
        if (!value)
            fail_msg("plain, but the parser says: %s\n" STR_FMT, fault.message, STR_ARG(bytes));
        describe(value, &parsed);
        assert_true(buf_ok(&plain) && buf_ok(&parsed));
        if (!str_eq(buf_str(&plain), buf_str(&parsed)))
            fail_msg("read as " STR_FMT "\n and as " STR_FMT "\n of " STR_FMT, STR_ARG(buf_str(&plain)),
                     STR_ARG(buf_str(&parsed)), STR_ARG(bytes));
    }
    buf_fini(&plain);
    buf_fini(&parsed);
    return is_plain;
}

/* At the end of a block of exactly its size, so that a sanitizer sees a read past it. */
static bool compare_copy(const char *bytes, size_t len)
{
    char *copy = malloc(len ? len : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, len);
    bool is_plain = compare((struct str){copy, len});
    free(copy);
    return is_plain;
}

static void test_frames_changed_at_random(void **state)
{
    (void)state;
    const char *given = getenv("PLAIN_SEED");
    seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
    printf("# PLAIN_SEED=%llu\n", (unsigned long long)seed);
    size_t plain_count = 0;
    for (size_t i = 0; i < ROUNDS; i++) {
        char bytes[FRAME_BYTES];
        const char *frame = frames[below(FRAME_COUNT)];
        size_t len = strlen(frame);
        memcpy(bytes, frame, len);
        for (size_t changes = 1 + below(CHANGES_MAX); changes > 0; changes--)
            len = change(bytes, len);
        plain_count += compare_copy(bytes, len);
    }
    printf("# %zu of %d were plain\n", plain_count, ROUNDS);
    assert_in_range(plain_count, ROUNDS / 20, ROUNDS / 2);
}

static void test_what_is_plain(void **state)
{
    (void)state;
    static const char *const plain[] = {
        "{}",
        "{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}",
        "{\"a\":-999999999999999}",
        "{\"a\":[[[[[[[]]]]]]]}",
        "\n{ \"a\" : null }\t",
    };
    static const char *const others[] = {
        "",
        "[]",
        "\"\"",
        "{\"a\":1}x",
        "{\"a\":1,}",
        "{\"a\":1,\"a\":2}",
        "{\"\\n\":1}",
        "{\"a\":\"\\u0041\"}",
        "{\"a\":1.0}",
        "{\"a\":1e2}",
        "{\"a\":01}",
        "{\"a\":-0}",
        "{\"a\":1234567890123456}",
        "{\"a\":\"\n\"}",
        "{\"a\":\"\xff\"}",
        "{\"a\":[[[[[[[[]]]]]]]]}",
        "{\"a\":tru}",
        "{\"a\":\"",
        "{\"a\"",
        "{",
        "{\"a\":\"\\",
    };
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        assert_true(compare_copy(plain[i], strlen(plain[i])));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(compare_copy(others[i], strlen(others[i])));
}

/* There is room for whatever a frame may hold, again and again; plainly, and by the parser (\u0070 is a p).
 */
static void test_no_frame_is_too_much(void **state)
{
    (void)state;
    static const char *const items[] = {"{}",   "[]",         "\"\"",        "0",     "\"\\n\"",
                                        "[{}]", "{\"a\":{}}", "\"\\u0041\"", "[[[]]]"};
    static const char *const starts[] = {"{\"payload\":[", "{\"\\u0070ayload\":["};
    static char bytes[PROTO_FRAME_MAX_BYTES + 16];
    for (size_t i = 0; i < 4 * sizeof items / sizeof *items; i++) {
        const char *item = items[i / 4];
        int len = sprintf(bytes, "%s%s", starts[i % 2], item);
        while ((size_t)len + strlen(item) + 3 < PROTO_FRAME_MAX_BYTES)
            len += sprintf(bytes + len, ",%s", item);
        len += sprintf(bytes + len, "]}");
        struct proto_fault fault = {.type = PROTO_OK};
        bool is_plain = compare((struct str){bytes, (size_t)len});
        assert_int_equal(is_plain, i % 2 == 0 && !strstr(item, "\\u"));
        assert_non_null(parser_read((struct str){bytes, (size_t)len}, &fault));
    }
}

/* As many members as there is room for, each under a name of its own. */
static void test_nor_one_of_many_names(void **state)
{
    (void)state;
    static char bytes[PROTO_FRAME_MAX_BYTES];
    struct proto_fault fault = {.type = PROTO_OK};
    int len = sprintf(bytes, "{\"0\":0");
    for (int i = 1; (size_t)len + 16 < sizeof bytes; i++)
        len += sprintf(bytes + len, ",\"%x\":0", (unsigned)i);
    len += sprintf(bytes + len, "}");
    assert_null(plain_read((struct str){bytes, (size_t)len}));
    assert_non_null(parser_read((struct str){bytes, (size_t)len}, &fault));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frames_changed_at_random),
        cmocka_unit_test(test_what_is_plain),
        cmocka_unit_test(test_no_frame_is_too_much),
        cmocka_unit_test(test_nor_one_of_many_names),
    };
    parser_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
