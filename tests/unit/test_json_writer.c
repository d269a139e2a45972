#include "unit.h"

#include "base/alloc.h"
#include "base/json_writer.h"

static struct buf buf;
static struct json_writer json;

static int start(void **state)
{
    buf_init(&buf);
    json_writer_init(&json, &buf);
    return 0;
}

static int finish(void **state)
{
    buf_fini(&buf);
    return 0;
}

static void puts_commas_where_they_belong(void **state)
{
    json_begin_object(&json);
    json_kv_cstring(&json, "action", "message");
    json_key(&json, "list");
    json_begin_array(&json);
    json_i64(&json, -1);
    json_begin_object(&json);
    json_end_object(&json);
    json_begin_array(&json);
    json_end_array(&json);
    json_null(&json);
    json_end_array(&json);
    json_kv_bool(&json, "yes", true);
    json_kv_bool(&json, "no", false);
    json_kv_raw(&json, "raw", STR("{\"a\":[1]}"));
    json_kv_i64(&json, "n", INT64_MIN);
    json_end_object(&json);
    assert_str(buf_str(&buf), "{\"action\":\"message\",\"list\":[-1,{},[],null],\"yes\":true,\"no\":false,"
                              "\"raw\":{\"a\":[1]},\"n\":-9223372036854775808}");
}

static void escapes_what_json_must(void **state)
{
    json_string(&json, STR("quote\" slash\\ \b\f\n\r\t \x01\x1f\x7f /</script>"));
    assert_str(buf_str(&buf), "\"quote\\\" slash\\\\ \\b\\f\\n\\r\\t \\u0001\\u001f\x7f /</script>\"");
}

static void escapes_nul_within(void **state)
{
    json_string(&json, (struct str){"a\0b", 3});
    assert_str(buf_str(&buf), "\"a\\u0000b\"");
}

static void leaves_utf8_as_it_is(void **state)
{
    json_string(&json,
                STR("gr\xc3\xbc\xc3\x9f dich \xf0\x9f\x94\x94 \xe2\x80\xa8\xe2\x80\xa9 \xf0\x9f\x94\x94"));
    assert_str(buf_str(&buf),
               "\"gr\xc3\xbc\xc3\x9f dich \xf0\x9f\x94\x94 \xe2\x80\xa8\xe2\x80\xa9 \xf0\x9f\x94\x94\"");
}

/* The scan takes eight bytes at once: each byte value at each place of a word must come out right. */
static void every_byte_at_every_place(void **state)
{
    for (int byte = 0; byte < 0x100; byte++) {
        for (int place = 0; place < 19; place++) {
            char text[20];
            memset(text, 0x80 | (byte & 1), sizeof text);
            text[place] = (char)byte;
            buf_reset(&buf);
            json_string(&json, (struct str){text, sizeof text});
            const char *shorts = strchr("\bb\ff\nn\rr\tt\"\"\\\\", byte);
            size_t extra = byte == '"' || byte == '\\' || (byte && byte < 0x20 && shorts) ? 1
                           : byte < 0x20                                                  ? 5
                                                                                          : 0;
            assert_int_equal(buf_str(&buf).len, sizeof text + 2 + extra);
            assert_int_equal((unsigned char)buf_str(&buf).data[1 + place], extra ? '\\' : byte);
            json.need_comma = 0;
        }
    }
}

static void keys_from_outside_are_escaped(void **state)
{
    json_begin_object(&json);
    json_key_str(&json, STR("a\":1,\"b"));
    json_null(&json);
    json_end_object(&json);
    assert_str(buf_str(&buf), "{\"a\\\":1,\\\"b\":null}");
}

static void an_absent_text_is_null(void **state)
{
    json_begin_array(&json);
    json_string(&json, (struct str){0});
    json_cstring(&json, NULL);
    json_string(&json, STR(""));
    json_end_array(&json);
    assert_str(buf_str(&buf), "[null,null,\"\"]");
}

static void nesting_has_an_end(void **state)
{
    for (int i = 0; i < JSON_DEPTH_MAX; i++)
        json_begin_array(&json);
    assert_true(buf_ok(&buf));
    json_begin_array(&json);
    assert_false(buf_ok(&buf));
}

static void ending_what_never_began_fails(void **state)
{
    json_end_object(&json);
    assert_false(buf_ok(&buf));
}

static void running_out_of_memory_sticks(void **state)
{
    sb_alloc_fail_from(1);
    json_begin_object(&json);
    sb_alloc_fail_from(0);
    json_kv_i64(&json, "n", 1);
    json_end_object(&json);
    assert_false(buf_ok(&buf));
    assert_int_equal(buf_str(&buf).len, 0);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, start, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(puts_commas_where_they_belong),
        CASE(escapes_what_json_must),
        CASE(escapes_nul_within),
        CASE(leaves_utf8_as_it_is),
        CASE(every_byte_at_every_place),
        CASE(keys_from_outside_are_escaped),
        CASE(an_absent_text_is_null),
        CASE(nesting_has_an_end),
        CASE(ending_what_never_began_fails),
        CASE(running_out_of_memory_sticks),
    };
    return cmocka_run_group_tests_name("json_writer", tests, NULL, NULL);
}
