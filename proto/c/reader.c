#include "reader.h"

#include <jansson.h>
#include <math.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "fault.h"

static const double MAX_SAFE_INTEGER = 9007199254740991.0;

static const char *kind_of(const json_t *json)
{
    switch (json_typeof(json)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "an array";
    case JSON_STRING:
        return "a text";
    case JSON_INTEGER:
    case JSON_REAL:
        return "a number";
    case JSON_TRUE:
    case JSON_FALSE:
        return "true or false";
    case JSON_NULL:
        return "null (leave it out instead)";
    }
    return "something else";
}

/* "a, b, c" for a message. */
static void list_fields(char *out, size_t cap_bytes, const struct reader_field *fields, size_t count,
                        bool required_only)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < count && used < cap_bytes; i++) {
        if (fields[i].required || !required_only)
            used += (size_t)snprintf(out + used, cap_bytes - used, "%s%s", used ? ", " : "", fields[i].name);
    }
}

static bool fault_missing(struct reader *reader, const struct reader_at *at, const char *name,
                          const struct reader_field *fields, size_t count)
{
    char needed[160];
    list_fields(needed, sizeof needed, fields, count, true);
    const char *owner = at && at->up ? at->name : reader->action;
    return fault_at(reader, &(struct reader_at){at, name, 0}, "is missing; %s needs %s",
                    owner ? owner : "each item", needed);
}

static bool is_field(const char *key, const struct reader_field *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(key, fields[i].name) == 0)
            return true;
    }
    return false;
}

static bool fault_unknown(struct reader *reader, const struct reader_at *at, const json_t *json,
                          const struct reader_field *fields, size_t count)
{
    char known[160], shown[FAULT_NAME_MAX_BYTES + 1];
    const char *key;
    json_t *value;
    list_fields(known, sizeof known, fields, count, false);
    json_object_foreach((json_t *)json, key, value)
    {
        if (!is_field(key, fields, count))
            break;
    }
    struct str cut = utf8_cut(str_from(key ? key : ""), FAULT_NAME_MAX_BYTES);
    snprintf(shown, sizeof shown, STR_FMT, STR_ARG(cut));
    return fault_at(reader, &(struct reader_at){at, shown, 0}, "is not a known field; allowed: %s",
                    known[0] ? known : "none");
}

/* The payload was left out, which is fine where no field is required. */
static bool empty_object(struct reader *reader, const struct reader_at *at, const struct reader_field *fields,
                         size_t count, const json_t **values)
{
    for (size_t i = 0; i < count; i++) {
        values[i] = NULL;
        if (fields[i].required)
            return fault_missing(reader, at->up, at->name, fields, count);
    }
    return true;
}

bool reader_object(struct reader *reader, const struct reader_at *at, const json_t *json,
                   const struct reader_field *fields, size_t field_count, const json_t **values)
{
    if (!json)
        return empty_object(reader, at, fields, field_count, values);
    if (!json_is_object(json))
        return fault_at(reader, at, "must be an object, not %s", kind_of(json));
    size_t found = 0;
    for (size_t i = 0; i < field_count; i++) {
        values[i] = json_object_get(json, fields[i].name);
        if (values[i])
            found++;
        else if (fields[i].required)
            return fault_missing(reader, at, fields[i].name, fields, field_count);
    }
    if (found != json_object_size(json))
        return fault_unknown(reader, at, json, fields, field_count);
    return true;
}

static bool in_ranges(char c, const char *ranges)
{
    for (const char *pair = ranges; *pair; pair += 2) {
        if (c >= pair[0] && c <= pair[1])
            return true;
    }
    return false;
}

static bool matches(struct str text, const struct reader_text_rule *rule)
{
    size_t prefix = rule->prefix ? strlen(rule->prefix) : 0;
    if (text.len < prefix + rule->min_length || text.len > prefix + rule->max_length ||
        (prefix > 0 && memcmp(text.data, rule->prefix, prefix) != 0))
        return false;
    for (size_t i = prefix; i < text.len; i++) {
        if (!in_ranges(text.data[i], rule->ranges))
            return false;
    }
    return true;
}

bool reader_text_fits(struct str text, const struct reader_text_rule *rule)
{
    if (rule->ranges)
        return matches(text, rule);
    size_t length = utf8_count(text);
    return length >= rule->min_length && length <= rule->max_length;
}

static bool check_text(struct reader *reader, const struct reader_at *at, struct str text,
                       const struct reader_text_rule *rule)
{
    if (rule->ranges)
        return matches(text, rule) || fault_at(reader, at, "must be %s", rule->words);
    size_t length = utf8_count(text);
    if (length > rule->max_length)
        return fault_at(reader, at, "is %s characters long; at most %s are allowed",
                        fault_number((int64_t)length).text, fault_number((int64_t)rule->max_length).text);
    if (length < rule->min_length && length == 0)
        return fault_at(reader, at, "is empty; at least 1 character is needed");
    if (length < rule->min_length)
        return fault_at(reader, at, "is %s characters long; at least %s are needed",
                        fault_number((int64_t)length).text, fault_number((int64_t)rule->min_length).text);
    return true;
}

bool reader_word(struct reader *reader, const struct reader_at *at, const char *name, const json_t *json,
                 struct str *out)
{
    if (!json_is_string(json))
        return fault_at(reader, &(struct reader_at){at, name, 0}, "must be a text, not %s", kind_of(json));
    *out = (struct str){json_string_value(json), json_string_length(json)};
    return true;
}

bool reader_not_one_of(struct reader *reader, const struct reader_at *at, const char *name, const char *list)
{
    return fault_at(reader, &(struct reader_at){at, name, 0}, "must be one of %s", list);
}

bool reader_text(struct reader *reader, const struct reader_at *at, const char *name, const json_t *json,
                 const struct reader_text_rule *rule, struct str *out)
{
    struct str text;
    if (!reader_word(reader, at, name, json, &text) ||
        !check_text(reader, &(struct reader_at){at, name, 0}, text, rule))
        return false;
    *out = arena_str(reader->arena, text);
    return out->data || fault_no_memory(reader->fault);
}

/* JSON Schema calls 3.0 an integer too, and JavaScript cannot tell it from 3. */
static bool whole_number(const json_t *json, int64_t *out)
{
    if (json_is_integer(json)) {
        *out = json_integer_value(json);
        return true;
    }
    double real = json_real_value(json);
    if (!json_is_real(json) || fabs(real) > MAX_SAFE_INTEGER || real != floor(real))
        return false;
    *out = (int64_t)real;
    return true;
}

bool reader_integer(struct reader *reader, const struct reader_at *at, const char *name, const json_t *json,
                    int64_t min, int64_t max, int64_t *out)
{
    const struct reader_at here = {at, name, 0};
    if (!json_is_number(json))
        return fault_at(reader, &here, "must be a whole number, not %s", kind_of(json));
    if (!whole_number(json, out))
        return fault_at(reader, &here, "must be a whole number");
    if (*out < min || *out > max)
        return fault_at(reader, &here, "is out of range; it must be from %s to %s", fault_number(min).text,
                        fault_number(max).text);
    return true;
}

bool reader_boolean(struct reader *reader, const struct reader_at *at, const char *name, const json_t *json,
                    bool *out)
{
    if (!json_is_boolean(json))
        return fault_at(reader, &(struct reader_at){at, name, 0}, "must be true or false, not %s",
                        kind_of(json));
    *out = json_is_true(json);
    return true;
}

void *reader_array(struct reader *reader, const struct reader_at *at, const json_t *json, size_t max_count,
                   size_t item_bytes, size_t *count)
{
    *count = 0;
    if (!json_is_array(json)) {
        fault_at(reader, at, "must be an array, not %s", kind_of(json));
        return NULL;
    }
    size_t size = json_array_size(json);
    if (size > max_count) {
        fault_at(reader, at, "has %s items; at most %s are allowed", fault_number((int64_t)size).text,
                 fault_number((int64_t)max_count).text);
        return NULL;
    }
    void *items = reader_alloc(reader, size ? size : 1, item_bytes);
    if (items)
        *count = size;
    return items;
}

const json_t *reader_item(const json_t *json, size_t index)
{
    return json_array_get(json, index);
}

void *reader_alloc(struct reader *reader, size_t count, size_t item_bytes)
{
    void *room = arena_alloc(reader->arena, count * item_bytes);
    if (!room) {
        fault_no_memory(reader->fault);
        return NULL;
    }
    return memset(room, 0, count * item_bytes);
}
