#include "reader.h"

#include <math.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "fault.h"

static const double MAX_SAFE_INTEGER = 9007199254740991.0;

static const char *kind_of(const struct value *value)
{
    switch (value->kind) {
    case VALUE_OBJECT:
        return "an object";
    case VALUE_ARRAY:
        return "an array";
    case VALUE_TEXT:
        return "a text";
    case VALUE_INTEGER:
    case VALUE_REAL:
        return "a number";
    case VALUE_TRUE:
    case VALUE_FALSE:
        return "true or false";
    case VALUE_NULL:
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

static bool is_field(struct str name, const struct reader_field *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq_c(name, fields[i].name))
            return true;
    }
    return false;
}

static bool fault_unknown(struct reader *reader, const struct reader_at *at, const struct value *value,
                          const struct reader_field *fields, size_t count)
{
    char known[160], shown[FAULT_NAME_MAX_BYTES + 1];
    list_fields(known, sizeof known, fields, count, false);
    const struct value *member = value->as.in.first;
    while (member && is_field(member->name, fields, count))
        member = member->next;
    struct str cut = utf8_cut(member ? member->name : STR(""), FAULT_NAME_MAX_BYTES);
    snprintf(shown, sizeof shown, STR_FMT, STR_ARG(cut));
    return fault_at(reader, &(struct reader_at){at, shown, 0}, "is not a known field; allowed: %s",
                    known[0] ? known : "none");
}

/* The payload was left out, which is fine where no field is required. */
static bool empty_object(struct reader *reader, const struct reader_at *at, const struct reader_field *fields,
                         size_t count, const struct value **values)
{
    for (size_t i = 0; i < count; i++) {
        values[i] = NULL;
        if (fields[i].required)
            return fault_missing(reader, at->up, at->name, fields, count);
    }
    return true;
}

bool reader_object(struct reader *reader, const struct reader_at *at, const struct value *value,
                   const struct reader_field *fields, size_t field_count, const struct value **values)
{
    if (!value)
        return empty_object(reader, at, fields, field_count, values);
    if (value->kind != VALUE_OBJECT)
        return fault_at(reader, at, "must be an object, not %s", kind_of(value));
    size_t found = 0;
    for (size_t i = 0; i < field_count; i++) {
        values[i] = value_member(value, fields[i].name);
        if (values[i])
            found++;
        else if (fields[i].required)
            return fault_missing(reader, at, fields[i].name, fields, field_count);
    }
    if (found != value->as.in.count)
        return fault_unknown(reader, at, value, fields, field_count);
    return true;
}

static bool has_characters(const struct reader_text_rule *rule)
{
    return rule->characters[0] || rule->characters[1];
}

static bool is_one_of(unsigned char c, const uint64_t characters[2])
{
    return c < 128 && (characters[c / 64] >> c % 64 & 1);
}

static bool matches(struct str text, const struct reader_text_rule *rule)
{
    size_t prefix = rule->prefix ? strlen(rule->prefix) : 0;
    if (text.len < prefix + rule->min_length || text.len > prefix + rule->max_length ||
        (prefix > 0 && memcmp(text.data, rule->prefix, prefix) != 0))
        return false;
    for (size_t i = prefix; i < text.len; i++) {
        if (!is_one_of((unsigned char)text.data[i], rule->characters))
            return false;
    }
    return true;
}

bool reader_text_fits(struct str text, const struct reader_text_rule *rule)
{
    if (has_characters(rule))
        return matches(text, rule);
    size_t length = utf8_count(text);
    return length >= rule->min_length && length <= rule->max_length;
}

static bool check_text(struct reader *reader, const struct reader_at *at, struct str text,
                       const struct reader_text_rule *rule)
{
    if (has_characters(rule))
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

bool reader_word(struct reader *reader, const struct reader_at *at, const char *name,
                 const struct value *value, struct str *out)
{
    if (value->kind != VALUE_TEXT)
        return fault_at(reader, &(struct reader_at){at, name, 0}, "must be a text, not %s", kind_of(value));
    *out = value->as.text;
    return true;
}

bool reader_not_one_of(struct reader *reader, const struct reader_at *at, const char *name, const char *list)
{
    return fault_at(reader, &(struct reader_at){at, name, 0}, "must be one of %s", list);
}

bool reader_text(struct reader *reader, const struct reader_at *at, const char *name,
                 const struct value *value, const struct reader_text_rule *rule, struct str *out)
{
    struct str text;
    if (!reader_word(reader, at, name, value, &text) ||
        !check_text(reader, &(struct reader_at){at, name, 0}, text, rule))
        return false;
    *out = arena_str(reader->arena, text);
    return out->data || fault_no_memory(reader->fault);
}

/* Of a number. JSON Schema calls 3.0 an integer too, and JavaScript cannot tell it from 3. */
static bool whole_number(const struct value *value, int64_t *out)
{
    if (value->kind == VALUE_INTEGER) {
        *out = value->as.integer;
        return true;
    }
    double real = value->as.real;
    if (fabs(real) > MAX_SAFE_INTEGER || real != floor(real))
        return false;
    *out = (int64_t)real;
    return true;
}

bool reader_integer(struct reader *reader, const struct reader_at *at, const char *name,
                    const struct value *value, int64_t min, int64_t max, int64_t *out)
{
    const struct reader_at here = {at, name, 0};
    if (value->kind != VALUE_INTEGER && value->kind != VALUE_REAL)
        return fault_at(reader, &here, "must be a whole number, not %s", kind_of(value));
    if (!whole_number(value, out))
        return fault_at(reader, &here, "must be a whole number");
    if (*out < min || *out > max)
        return fault_at(reader, &here, "is out of range; it must be from %s to %s", fault_number(min).text,
                        fault_number(max).text);
    return true;
}

bool reader_boolean(struct reader *reader, const struct reader_at *at, const char *name,
                    const struct value *value, bool *out)
{
    if (value->kind != VALUE_TRUE && value->kind != VALUE_FALSE)
        return fault_at(reader, &(struct reader_at){at, name, 0}, "must be true or false, not %s",
                        kind_of(value));
    *out = value->kind == VALUE_TRUE;
    return true;
}

void *reader_array(struct reader *reader, const struct reader_at *at, const struct value *value,
                   size_t max_count, size_t item_bytes, size_t *count)
{
    *count = 0;
    if (value->kind != VALUE_ARRAY) {
        fault_at(reader, at, "must be an array, not %s", kind_of(value));
        return NULL;
    }
    size_t size = value->as.in.count;
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

void *reader_alloc(struct reader *reader, size_t count, size_t item_bytes)
{
    void *room = arena_alloc(reader->arena, count * item_bytes);
    if (!room) {
        fault_no_memory(reader->fault);
        return NULL;
    }
    return memset(room, 0, count * item_bytes);
}
