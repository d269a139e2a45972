#include "fault.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/utf8.h"
#include "proto.h"
#include "reader.h"

/* Cuts a text that did not fit where a code point ends; snprintf cuts anywhere. */
static void trim(char *text, size_t cap_bytes, int wanted_bytes)
{
    if (wanted_bytes >= (int)cap_bytes)
        text[utf8_cut((struct str){text, cap_bytes - 1}, cap_bytes - 1).len] = '\0';
}

static size_t append_path(char *out, size_t cap_bytes, const struct reader_at *at)
{
    size_t used = at->up ? append_path(out, cap_bytes, at->up) : 0;
    if (used >= cap_bytes)
        return used;
    int more = at->name ? snprintf(out + used, cap_bytes - used, "%s%s", used ? "." : "", at->name)
                        : snprintf(out + used, cap_bytes - used, "[%zu]", at->index);
    return used + (size_t)more;
}

__attribute__((format(printf, 3, 0))) static void set_message(struct proto_fault *fault, const char *before,
                                                              const char *format, va_list args)
{
    size_t cap = sizeof fault->message;
    int used = snprintf(fault->message, cap, "%s%s", before, *before ? " " : "");
    int more = vsnprintf(fault->message + used, cap - (size_t)used, format, args);
    trim(fault->message, cap, used + more);
}

bool fault_at(struct reader *reader, const struct reader_at *at, const char *format, ...)
{
    struct proto_fault *fault = reader->fault;
    fault->type = PROTO_ERROR_INVALID_PAYLOAD;
    trim(fault->path, sizeof fault->path, (int)append_path(fault->path, sizeof fault->path, at));
    va_list args;
    va_start(args, format);
    set_message(fault, fault->path, format, args);
    va_end(args);
    return false;
}

bool fault_frame(struct proto_fault *fault, enum proto_error_type type, const char *path, const char *format,
                 ...)
{
    fault->type = type;
    trim(fault->path, sizeof fault->path, snprintf(fault->path, sizeof fault->path, "%s", path));
    va_list args;
    va_start(args, format);
    set_message(fault, fault->path, format, args);
    va_end(args);
    return false;
}

bool fault_no_memory(struct proto_fault *fault)
{
    return fault_frame(fault, PROTO_ERROR_INTERNAL, "",
                       "the server is out of memory for this request; send it again later");
}

struct fault_number fault_number(int64_t number)
{
    struct fault_number out;
    char digits[24];
    int count = snprintf(digits, sizeof digits, "%lld", (long long)number);
    size_t used = 0;
    for (int i = 0; i < count; i++) {
        out.text[used++] = digits[i];
        int left = count - 1 - i;
        if (left > 0 && left % 3 == 0 && digits[i] != '-')
            out.text[used++] = ',';
    }
    out.text[used] = '\0';
    return out;
}

struct proto_error proto_fault_error(const struct proto_fault *fault)
{
    return (struct proto_error){
        .type = fault->type,
        .message = str_from(fault->message),
        .path = fault->path[0] ? str_from(fault->path) : (struct str){0},
        .retryable = proto_error_type_is_retryable(fault->type),
    };
}
