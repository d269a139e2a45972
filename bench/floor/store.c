#include "store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- hiredis on libuv ----
 * The adapter that comes with hiredis polls for writability, which takes two more system calls and a turn of
 * the loop for each write. Here a write is tried first, and only what is left waits. */

static void poll_cb(uv_poll_t *poll, int status, int events)
{
    struct store *store = poll->data;
    if (status < 0 || events & UV_READABLE)
        redisAsyncHandleRead(store->redis); /* meets the error, if there is one */
}

static void watch(struct store *store, int events)
{
    if (events != store->events)
        uv_poll_start(&store->poll, events, poll_cb);
    store->events = events;
}

void store_flush(struct store *store)
{
    if (!store->redis || !store->wants_write)
        return;
    redisAsyncHandleWrite(store->redis);
    if (store->redis)
        watch(store, UV_READABLE | (store->wants_write ? UV_WRITABLE : 0));
}

static void want_write_cb(void *store)
{
    ((struct store *)store)->wants_write = true;
}

static void written_cb(void *store)
{
    ((struct store *)store)->wants_write = false;
}

static void cleanup_cb(void *data)
{
    struct store *store = data;
    store->redis = NULL;
    uv_close((uv_handle_t *)&store->poll, NULL);
}

static void disconnect_cb(const redisAsyncContext *redis, int status)
{
    struct store *store = redis->data;
    if (status == REDIS_OK)
        return;
    fprintf(stderr, "shopbell-floor: Redis is lost: %s\n", redis->errstr);
    store->on.lost(store->on.ctx);
}

/* ---- connecting ---- */

static int split_host(const char *where, char host[256])
{
    const char *colon = strrchr(where, ':');
    snprintf(host, 256, "%.*s", (int)(colon - where), where);
    return atoi(colon + 1);
}

static bool complain(const char *where, const char *why)
{
    fprintf(stderr, "shopbell-floor: Redis at %s: %s\n", where, why);
    return false;
}

/* hiredis' asynchronous side would say less of what is wrong. */
static bool answers(const char *where)
{
    char host[256];
    int port = split_host(where, host);
    const struct timeval timeout = {.tv_sec = 2};
    redisContext *redis = strncmp(where, "unix:", 5) == 0 ? redisConnectUnixWithTimeout(where + 5, timeout)
                                                          : redisConnectWithTimeout(host, port, timeout);
    redisReply *reply = NULL;
    if (redis && !redis->err && redisSetTimeout(redis, timeout) == REDIS_OK)
        reply = redisCommand(redis, "PING");
    bool ok = reply && reply->type != REDIS_REPLY_ERROR;
    if (!ok)
        complain(where, reply ? reply->str : redis && redis->err ? redis->errstr : "out of memory");
    freeReplyObject(reply);
    if (redis)
        redisFree(redis);
    return ok;
}

static redisAsyncContext *connect_to(const char *where)
{
    char host[256];
    if (strncmp(where, "unix:", 5) == 0)
        return redisAsyncConnectUnix(where + 5);
    int port = split_host(where, host);
    return redisAsyncConnect(host, port);
}

bool store_open(struct store *store, uv_loop_t *loop, const char *where, const struct store_events *events)
{
    *store = (struct store){.on = *events, .poll.data = store};
    if (!answers(where))
        return false;
    redisAsyncContext *redis = connect_to(where);
    if (!redis || redis->err || uv_poll_init(loop, &store->poll, redis->c.fd) != 0) {
        complain(where, redis ? redis->errstr : "out of memory");
        if (redis)
            redisAsyncFree(redis);
        return false;
    }
    store->redis = redis;
    redis->data = redis->ev.data = store;
    redis->ev.addWrite = want_write_cb;
    redis->ev.delWrite = written_cb;
    redis->ev.cleanup = cleanup_cb;
    redisAsyncSetDisconnectCallback(redis, disconnect_cb);
    watch(store, UV_READABLE);
    return true;
}

void store_close(struct store *store)
{
    if (store->redis)
        redisAsyncFree(store->redis);
}

/* ---- XADD ---- */

static void reply_cb(redisAsyncContext *redis, void *data, void *message)
{
    const struct store *store = redis->data;
    const redisReply *reply = data; /* NULL: the connection ends */
    if (reply && reply->type == REDIS_REPLY_ERROR)
        fprintf(stderr, "shopbell-floor: a message is refused: %s\n", reply->str);
    store->on.answered(store->on.ctx, message, reply && reply->type != REDIS_REPLY_ERROR);
}

static char *put_text(char *at, const char *text, size_t len)
{
    memcpy(at, text, len);
    return at + len;
}

/* printf() would be a quarter of all that a message takes outside the kernel. */
static char *put_number(char *at, size_t number)
{
    char digits[20];
    size_t i = sizeof digits;
    do {
        digits[--i] = (char)('0' + number % 10);
    } while (number /= 10);
    return put_text(at, digits + i, sizeof digits - i);
}

static char *put_bulk(char *at, const char *text, size_t len)
{
    *at++ = '$';
    at = put_text(put_number(at, len), "\r\n", 2);
    return put_text(put_text(at, text, len), "\r\n", 2);
}

/* RESP2, https://redis.io/docs/latest/develop/reference/protocol-spec/ */
bool store_add(struct store *store, uint32_t room, const void *text, size_t len, void *message)
{
    static const char head[] = "*5\r\n$4\r\nXADD\r\n", middle[] = "$1\r\n*\r\n$1\r\nm\r\n";
    static char command[STORE_TEXT_MAX_BYTES + 128];
    char key[32] = "relay:";
    if (!store->redis || len > STORE_TEXT_MAX_BYTES)
        return false;
    char *at = put_text(command, head, sizeof head - 1);
    at = put_bulk(at, key, (size_t)(put_number(key + strlen("relay:"), room) - key));
    at = put_bulk(put_text(at, middle, sizeof middle - 1), text, len);
    return redisAsyncFormattedCommand(store->redis, reply_cb, message, command, (size_t)(at - command)) ==
           REDIS_OK;
}
