/* What jansson says is checked further: nothing but an object is a frame. Depth is checked before it runs,
 * since it recurses. Its other dangers (keys twice, NUL in strings, bad UTF-8, lone surrogates, numbers past
 * 64 bits) it refuses by itself. */
#include "parser.h"

#include <jansson.h>
#include <locale.h>
#include <stdalign.h>
#include <stddef.h>

#include "fault.h"
#include "proto.h"

/* jansson 2.14 does not survive a failed allocation: it drops a byte of a text, reads on past its end, and
 * frees what it never had. So it has memory of its own, enough for any frame: at the most 200 bytes for the
 * two or three of an empty object. What it frees comes back when all of a frame is freed, which is at its
 * end; so both are a few instructions. Untouched it costs no memory. */
enum { SCRATCH_BYTES = 4 * 1024 * 1024 };
static struct {
    _Alignas(max_align_t) unsigned char bytes[SCRATCH_BYTES];
    size_t used;
    size_t blocks; /* in use; at 0 all of it is free again */
} scratch;

/* Set when even that was used up. */
static bool parser_out_of_memory;

static void *parser_alloc(size_t bytes)
{
    size_t need = (bytes + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    if (scratch.blocks == 0)
        scratch.used = 0;
    if (need > SCRATCH_BYTES - scratch.used) {
        parser_out_of_memory = true;
        return NULL;
    }
    void *block = scratch.bytes + scratch.used;
    scratch.used += need;
    scratch.blocks++;
    return block;
}

static void parser_free(void *block)
{
    if (block)
        scratch.blocks--;
}

void parser_init(void)
{
    json_set_alloc_funcs(parser_alloc, parser_free);
    setlocale(LC_NUMERIC, "C");
    json_object_seed(0);
}

static bool too_deep(struct str bytes)
{
    unsigned depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < bytes.len; i++) {
        char c = bytes.data[i];
        if (in_string && c == '\\')
            i++;
        else if (c == '"')
            in_string = !in_string;
        else if (!in_string && (c == '{' || c == '[') && ++depth > PROTO_JSON_MAX_DEPTH)
            return true;
        else if (!in_string && (c == '}' || c == ']') && depth > 0)
            depth--;
    }
    return false;
}

/* The parser's words without the piece of the frame that it quotes: messages are logged. */
static bool fault_json(struct proto_fault *fault, const json_error_t *error)
{
    if (parser_out_of_memory)
        return fault_no_memory(fault);
    if (json_error_code(error) == json_error_null_character ||
        json_error_code(error) == json_error_null_byte_in_key)
        return fault_frame(fault, PROTO_ERROR_BAD_JSON, "",
                           "a text holds a NUL character, which is not allowed");
    const char *near = strstr(error->text, " near ");
    int len = near ? (int)(near - error->text) : (int)strlen(error->text);
    return fault_frame(fault, PROTO_ERROR_BAD_JSON, "",
                       "the frame is not valid JSON: %.*s, line %d, column %d", len, error->text, error->line,
                       error->column);
}

static bool convert(const json_t *json, struct value *out);

static struct value *convert_into(struct value *owner, struct value *last, const json_t *json)
{
    struct value *value = value_take();
    if (!value || !convert(json, value))
        return NULL;
    value_append(owner, last, value);
    return value;
}

static bool convert_object(const json_t *json, struct value *out)
{
    const char *name;
    json_t *member;
    struct value *last = NULL;
    value_begin(out, VALUE_OBJECT);
    json_object_foreach((json_t *)json, name, member)
    {
        last = convert_into(out, last, member);
        if (!last)
            return false;
        last->name = str_from(name);
    }
    return true;
}

static bool convert_array(const json_t *json, struct value *out)
{
    struct value *last = NULL;
    value_begin(out, VALUE_ARRAY);
    for (size_t i = 0; i < json_array_size(json); i++) {
        last = convert_into(out, last, json_array_get(json, i));
        if (!last)
            return false;
    }
    return true;
}

static bool convert(const json_t *json, struct value *out)
{
    switch (json_typeof(json)) {
    case JSON_OBJECT:
        return convert_object(json, out);
    case JSON_ARRAY:
        return convert_array(json, out);
    case JSON_STRING:
        out->kind = VALUE_TEXT;
        out->as.text = (struct str){json_string_value(json), json_string_length(json)};
        return true;
    case JSON_INTEGER:
        out->kind = VALUE_INTEGER;
        out->as.integer = json_integer_value(json);
        return true;
    case JSON_REAL:
        out->kind = VALUE_REAL;
        out->as.real = json_real_value(json);
        return true;
    default:
        out->kind = json_is_true(json) ? VALUE_TRUE : json_is_false(json) ? VALUE_FALSE : VALUE_NULL;
        return true;
    }
}

/* The last frame's, from which its values borrow. */
static json_t *tree;

static bool parse(struct str bytes, struct proto_fault *fault)
{
    json_error_t error;
    if (too_deep(bytes))
        return fault_frame(fault, PROTO_ERROR_BAD_JSON, "",
                           "the frame is nested too deep; at most %d levels are allowed",
                           PROTO_JSON_MAX_DEPTH);
    json_decref(tree);
    parser_out_of_memory = false;
    tree = json_loadb(bytes.data, bytes.len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (!tree)
        return fault_json(fault, &error);
    if (parser_out_of_memory)
        return fault_no_memory(fault);
    return json_is_object(tree) || fault_frame(fault, PROTO_ERROR_BAD_JSON, "",
                                               "the frame must be an object {request_id, action, payload}");
}

const struct value *parser_read(struct str bytes, struct proto_fault *fault)
{
    if (!parse(bytes, fault))
        return NULL;
    value_pool_reset();
    struct value *root = value_take();
    if (convert(tree, root))
        return root;
    fault_no_memory(fault);
    return NULL;
}
