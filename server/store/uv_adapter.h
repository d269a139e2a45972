/* hiredis 0.14 on libuv. The adapter that hiredis ships drops poll errors, so a refused connection never
 * calls back; this one hands every error to hiredis, whose next read or write then fails as it should. */
#pragma once

#include <stdbool.h>
#include <uv.h>

struct redisAsyncContext;

/* Attaches a connecting context to the loop. False: no memory; the context is untouched and still the
 * caller's. */
bool uv_adapter_attach(struct redisAsyncContext *redis, uv_loop_t *loop);
