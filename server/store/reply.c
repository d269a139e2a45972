#include "store/reply.h"

#include <hiredis/hiredis.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"

bool reply_error_is(const redisReply *reply, const char *word)
{
    size_t len = strlen(word);
    return reply && reply->type == REDIS_REPLY_ERROR && reply->len >= len &&
           memcmp(reply->str, word, len) == 0;
}

/* Answers that mean: not now. */
static bool reply_is_passing(const redisReply *reply)
{
    static const char *const words[] = {"LOADING",  "BUSY",       "OOM",        "READONLY",   "MISCONF",
                                        "TRYAGAIN", "MASTERDOWN", "NOREPLICAS", "CLUSTERDOWN"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (reply_error_is(reply, words[i]))
            return true;
    return false;
}

/* A full disk refuses every command there is: a line a second says so too. */
static bool log_is_due(void)
{
    static int64_t next_ms;
    int64_t now_ms = clock_mono_ms();
    if (now_ms < next_ms)
        return false;
    next_ms = now_ms + 1000;
    return true;
}

enum store_result reply_result(const redisReply *reply)
{
    if (!reply)
        return STORE_UNAVAILABLE;
    if (reply->type != REDIS_REPLY_ERROR)
        return STORE_OK;
    if (reply_error_is(reply, "ERR The ID specified in XADD is equal or smaller"))
        return STORE_CONFLICT;
    if (!log_is_due())
        return STORE_UNAVAILABLE;
    if (reply_is_passing(reply))
        log_warn("redis_refused", LOG_CSTR("answer", reply->str));
    else
        log_error("redis_error", LOG_CSTR("answer", reply->str));
    return STORE_UNAVAILABLE;
}

struct str reply_str(const redisReply *reply)
{
    if (!reply || (reply->type != REDIS_REPLY_STRING && reply->type != REDIS_REPLY_STATUS))
        return (struct str){NULL, 0};
    return (struct str){reply->str, (size_t)reply->len};
}

int64_t reply_i64(const redisReply *reply)
{
    if (!reply)
        return 0;
    if (reply->type == REDIS_REPLY_INTEGER)
        return reply->integer;
    return reply->type == REDIS_REPLY_STRING ? strtoll(reply->str, NULL, 10) : 0;
}

size_t reply_count(const redisReply *reply)
{
    return reply && reply->type == REDIS_REPLY_ARRAY ? reply->elements : 0;
}

const redisReply *reply_at(const redisReply *reply, size_t index)
{
    return index < reply_count(reply) ? reply->element[index] : NULL;
}

struct str reply_str_at(const redisReply *reply, size_t index)
{
    return reply_str(reply_at(reply, index));
}

int64_t reply_i64_at(const redisReply *reply, size_t index)
{
    return reply_i64(reply_at(reply, index));
}

static const redisReply *reply_find(const redisReply *pairs, const char *name)
{
    for (size_t i = 0; i + 1 < reply_count(pairs); i += 2)
        if (str_eq_c(reply_str_at(pairs, i), name))
            return reply_at(pairs, i + 1);
    return NULL;
}

struct str reply_field(const redisReply *pairs, const char *name)
{
    return reply_str(reply_find(pairs, name));
}

int64_t reply_field_i64(const redisReply *pairs, const char *name)
{
    return reply_i64(reply_find(pairs, name));
}
