/* The envelope of a request: read request_id and action, leave the payload for later. */
#include "base/arena.h"
#include "base/utf8.h"
#include "fault.h"
#include "parser.h"
#include "plain.h"
#include "proto.h"
#include "reader.h"

static const struct reader_field frame_fields[] = {
    {"request_id", true}, {"action", true}, {"payload", false}};

void proto_init(void)
{
    parser_init();
}

/* An action's name, also of one that is not known: it is repeated in the error. */
static const struct reader_text_rule action_rule = {
    .words = "a text of 1 to 64 characters",
    .min_length = 1,
    .max_length = PROTO_REQUEST_ID_MAX_LENGTH,
};

/* A copy of a member if it is a text that fits, else an absent one. */
static struct str copy_member(const struct value *frame, const char *name,
                              const struct reader_text_rule *rule, struct arena *arena)
{
    const struct value *value = value_member(frame, name);
    bool fits = value && value->kind == VALUE_TEXT && reader_text_fits(value->as.text, rule);
    return fits ? arena_str(arena, value->as.text) : (struct str){0};
}

static bool check_member(const struct value *frame, const char *name, const struct reader_text_rule *rule,
                         struct str copy, struct proto_fault *fault)
{
    if (copy.data)
        return true;
    const struct value *value = value_member(frame, name);
    if (!value)
        return fault_frame(fault, PROTO_ERROR_BAD_FRAME, name,
                           "is missing; a frame is {request_id, action, payload}");
    if (value->kind == VALUE_TEXT && reader_text_fits(value->as.text, rule))
        return fault_no_memory(fault);
    return fault_frame(fault, PROTO_ERROR_BAD_FRAME, name, "must be %s", rule->words);
}

static bool check_envelope(const struct value *root, const struct proto_frame_in *frame,
                           struct proto_fault *fault)
{
    const struct value *values[3];
    struct reader reader = {.fault = fault};
    if (!check_member(root, "request_id", &reader_request_id_rule, frame->request_id, fault) ||
        !check_member(root, "action", &action_rule, frame->action_name, fault))
        return false;
    if (frame->payload && frame->payload->kind != VALUE_OBJECT)
        return fault_frame(fault, PROTO_ERROR_BAD_FRAME, "payload", "must be an object");
    if (!reader_object(&reader, NULL, root, frame_fields, 3, values)) {
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
    const struct value *root = plain_read(bytes);
    if (!root)
        root = parser_read(bytes, fault);
    if (!root)
        return false;
    out->request_id = copy_member(root, "request_id", &reader_request_id_rule, arena);
    out->action_name = copy_member(root, "action", &action_rule, arena);
    out->payload = value_member(root, "payload");
    return check_envelope(root, out, fault) && find_action(out, fault);
}
