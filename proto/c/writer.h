/* What the generated encoders write with: pieces of JSON whose commas are already in place. */
#pragma once

#include "base/buf.h"
#include "base/json_writer.h"
#include "shopbell/str.h"

#define writer_literal(out, literal) buf_append((out), (literal), sizeof(literal) - 1)

/* A JSON string, quotes and escapes included. */
static inline void writer_text(struct buf *out, struct str text)
{
    struct json_writer json;
    json_writer_init(&json, out);
    json_string(&json, text.data ? text : STR(""));
}

static inline void writer_bool(struct buf *out, bool value)
{
    buf_append_str(out, value ? STR("true") : STR("false"));
}
