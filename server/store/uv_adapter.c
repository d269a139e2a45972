#include "store/uv_adapter.h"

#include <hiredis/async.h>

#include "base/alloc.h"

struct adapter {
    uv_poll_t poll;
    redisAsyncContext *redis; /* NULL once hiredis has let go */
    int events;
};

static void poll_cb(uv_poll_t *poll, int status, int events)
{
    struct adapter *adapter = poll->data;
    /* On an error let hiredis meet it itself, by the writing side, which also finishes a connect. */
    if (status < 0)
        events = adapter->events;
    if (adapter->redis && (events & UV_READABLE))
        redisAsyncHandleRead(adapter->redis);
    if (adapter->redis && (events & UV_WRITABLE))
        redisAsyncHandleWrite(adapter->redis);
}

static void adapter_watch(struct adapter *adapter, int events)
{
    adapter->events = events;
    if (events)
        uv_poll_start(&adapter->poll, events, poll_cb);
    else
        uv_poll_stop(&adapter->poll);
}

static void add_read_cb(void *data)
{
    struct adapter *adapter = data;
    adapter_watch(adapter, adapter->events | UV_READABLE);
}

static void del_read_cb(void *data)
{
    struct adapter *adapter = data;
    adapter_watch(adapter, adapter->events & ~UV_READABLE);
}

static void add_write_cb(void *data)
{
    struct adapter *adapter = data;
    if (!(adapter->events & UV_WRITABLE))
        adapter_watch(adapter, adapter->events | UV_WRITABLE);
}

static void del_write_cb(void *data)
{
    struct adapter *adapter = data;
    adapter_watch(adapter, adapter->events & ~UV_WRITABLE);
}

static void closed_cb(uv_handle_t *handle)
{
    sb_free(handle->data);
}

static void cleanup_cb(void *data)
{
    struct adapter *adapter = data;
    adapter->redis = NULL;
    uv_close((uv_handle_t *)&adapter->poll, closed_cb);
}

bool uv_adapter_attach(redisAsyncContext *redis, uv_loop_t *loop)
{
    struct adapter *adapter = sb_calloc(1, sizeof *adapter);
    if (!adapter)
        return false;
    if (uv_poll_init(loop, &adapter->poll, redis->c.fd) < 0) {
        sb_free(adapter);
        return false;
    }
    adapter->poll.data = adapter;
    adapter->redis = redis;
    redis->ev.data = adapter;
    redis->ev.addRead = add_read_cb;
    redis->ev.delRead = del_read_cb;
    redis->ev.addWrite = add_write_cb;
    redis->ev.delWrite = del_write_cb;
    redis->ev.cleanup = cleanup_cb;
    return true;
}
