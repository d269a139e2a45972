/* Reading Redis's answers: checked access, so that an answer of an unexpected shape is an error and never a
 * crash. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shopbell/store.h"
#include "shopbell/str.h"

struct redisReply;

/* Does an error answer begin with this word? */
bool reply_error_is(const struct redisReply *reply, const char *word);
/* OK, CONFLICT (a refused stream id) or UNAVAILABLE; other errors are logged here, at most one a second. NULL
 * is UNAVAILABLE. */
enum store_result reply_result(const struct redisReply *reply);

struct str reply_str(const struct redisReply *reply); /* data == NULL: nil or not text */
int64_t reply_i64(const struct redisReply *reply);    /* also from text; 0 when it is neither */
size_t reply_count(const struct redisReply *reply);   /* of an array, else 0 */
const struct redisReply *reply_at(const struct redisReply *reply, size_t index); /* NULL past the end */
struct str reply_str_at(const struct redisReply *reply, size_t index);
int64_t reply_i64_at(const struct redisReply *reply, size_t index);
/* The value of a field in a flat list of pairs (HGETALL, a stream entry). */
struct str reply_field(const struct redisReply *pairs, const char *name);
int64_t reply_field_i64(const struct redisReply *pairs, const char *name);
