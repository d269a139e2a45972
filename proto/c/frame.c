/* The envelope of a request: parse, read request_id and action, leave the payload for later.
 *
 * Depth is checked before the parser runs, since it recurses. Its other dangers (keys twice, NUL in strings,
 * bad UTF-8, lone surrogates, numbers past 64 bits) it refuses by itself. */
#include <jansson.h>
#include <locale.h>
#include <stdalign.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "fault.h"
#include "proto.h"
#include "reader.h"

static const struct reader_field frame_fields[] = {
    {"request_id", true}, {"action", true}, {"payload", false}};

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

void proto_init(void)
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

static json_t *parse(struct str bytes, struct proto_fault *fault)
{
    json_error_t error;
    if (too_deep(bytes)) {
        fault_frame(fault, PROTO_ERROR_BAD_JSON, "",
                    "the frame is nested too deep; at most %d levels are allowed", PROTO_JSON_MAX_DEPTH);
        return NULL;
    }
    parser_out_of_memory = false;
    json_t *json = json_loadb(bytes.data, bytes.len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (!json) {
        fault_json(fault, &error);
        return NULL;
    }
    if (json_is_object(json) && !parser_out_of_memory)
        return json;
    if (parser_out_of_memory)
        fault_no_memory(fault);
    else
        fault_frame(fault, PROTO_ERROR_BAD_JSON, "",
                    "the frame must be an object {request_id, action, payload}");
    json_decref(json);
    return NULL;
}

/* An action's name, also of one that is not known: it is repeated in the error. */
static const struct reader_text_rule action_rule = {
    .words = "a text of 1 to 64 characters",
    .min_length = 1,
    .max_length = PROTO_REQUEST_ID_MAX_LENGTH,
};

/* A copy of a member if it is a text that fits, else an absent one. */
static struct str copy_member(const json_t *json, const char *name, const struct reader_text_rule *rule,
                              struct arena *arena)
{
    const json_t *value = json_object_get(json, name);
    struct str text = {json_string_value(value), json_string_length(value)};
    return text.data && reader_text_fits(text, rule) ? arena_str(arena, text) : (struct str){0};
}

static bool check_member(const json_t *json, const char *name, const struct reader_text_rule *rule,
                         struct str copy, struct proto_fault *fault)
{
    const json_t *value = json_object_get(json, name);
    if (copy.data)
        return true;
    if (!value)
        return fault_frame(fault, PROTO_ERROR_BAD_FRAME, name,
                           "is missing; a frame is {request_id, action, payload}");
    struct str text = {json_string_value(value), json_string_length(value)};
    if (text.data && reader_text_fits(text, rule))
        return fault_no_memory(fault);
    return fault_frame(fault, PROTO_ERROR_BAD_FRAME, name, "must be %s", rule->words);
}

static bool check_envelope(const json_t *json, const struct proto_frame_in *frame, struct proto_fault *fault)
{
    const json_t *values[3];
    struct reader reader = {.fault = fault};
    const json_t *payload = json_object_get(json, "payload");
    if (!check_member(json, "request_id", &reader_request_id_rule, frame->request_id, fault) ||
        !check_member(json, "action", &action_rule, frame->action_name, fault))
        return false;
    if (payload && !json_is_object(payload))
        return fault_frame(fault, PROTO_ERROR_BAD_FRAME, "payload", "must be an object");
    if (!reader_object(&reader, NULL, json, frame_fields, 3, values)) {
        fault->type = PROTO_ERROR_BAD_FRAME;
        return false;
    }
    return true;
}

static bool find_action(struct proto_frame_in *frame, struct proto_fault *fault)
{
    if (proto_action_find(frame->action_name, &frame->action))
        return true;
    struct str cut = utf8_cut(frame->action_name, FAULT_NAME_MAX_BYTES);
    return fault_frame(fault, PROTO_ERROR_UNKNOWN_ACTION, "action", "is unknown: " STR_FMT, STR_ARG(cut));
}

bool proto_decode_frame(struct str bytes, struct arena *arena, struct proto_frame_in *out,
                        struct proto_fault *fault)
{
    *out = (struct proto_frame_in){0};
    *fault = (struct proto_fault){.type = PROTO_OK};
    json_t *json = parse(bytes, fault);
    if (!json)
        return false;
    out->request_id = copy_member(json, "request_id", &reader_request_id_rule, arena);
    out->action_name = copy_member(json, "action", &action_rule, arena);
    if (!check_envelope(json, out, fault) || !find_action(out, fault)) {
        json_decref(json);
        return false;
    }
    out->json = json;
    return true;
}

const json_t *reader_payload(const struct proto_frame_in *frame)
{
    return json_object_get(frame->json, "payload");
}

void proto_frame_done(struct proto_frame_in *frame)
{
    json_decref(frame->json);
    frame->json = NULL;
}
