#include "store/wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <hiredis/hiredis.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"

enum { READ_BYTES = 16 * 1024, KEPT_BYTES = 256 * 1024 };

/* What a turn of the loop has to say goes out in one write at its end. Only what the kernel does not take
 * then waits for it to: to be told each time that it would costs two system calls and a turn. */
struct wire {
    uv_poll_t poll;
    uv_prepare_t flush; /* runs right before the loop waits */
    int handles_open;   /* of these two */
    int fd;             /* -1 once closed */
    const struct wire_events *events;
    void *ctx;
    redisReader *reader;
    size_t fed_bytes; /* since it held nothing */
    struct buf out;
    size_t sent_bytes; /* of out */
    bool connected;
    bool waits_to_write;
};

static void poll_cb(uv_poll_t *poll, int status, int events);

/* ---- closing ---- */

static void closed_cb(uv_handle_t *handle)
{
    struct wire *wire = handle->data;
    if (--wire->handles_open > 0)
        return;
    redisReaderFree(wire->reader);
    buf_fini(&wire->out);
    sb_free(wire);
}

void wire_close(struct wire *wire)
{
    if (wire->fd < 0)
        return;
    uv_close((uv_handle_t *)&wire->poll, closed_cb);
    uv_close((uv_handle_t *)&wire->flush, closed_cb);
    close(wire->fd);
    wire->fd = -1;
}

static void wire_lost(struct wire *wire, const char *why)
{
    wire_close(wire);
    wire->events->lost(wire->ctx, why);
}

/* ---- out ---- */

static void wire_watch(struct wire *wire, bool waits_to_write)
{
    if (wire->waits_to_write == waits_to_write)
        return;
    wire->waits_to_write = waits_to_write;
    uv_poll_start(&wire->poll, UV_READABLE | (waits_to_write ? UV_WRITABLE : 0), poll_cb);
}

/* Whatever a burst took is given back. */
static void wire_sent_all(struct wire *wire)
{
    wire->sent_bytes = 0;
    if (wire->out.cap > KEPT_BYTES)
        buf_fini(&wire->out);
    buf_reset(&wire->out);
}

static void wire_write(struct wire *wire)
{
    ssize_t n =
        send(wire->fd, wire->out.data + wire->sent_bytes, wire->out.len - wire->sent_bytes, MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN && errno != EINTR) {
        wire_lost(wire, strerror(errno));
        return;
    }
    wire->sent_bytes += n > 0 ? (size_t)n : 0;
    if (wire->sent_bytes == wire->out.len)
        wire_sent_all(wire);
    wire_watch(wire, wire->sent_bytes < wire->out.len);
}

static void flush_cb(uv_prepare_t *flush)
{
    struct wire *wire = flush->data;
    uv_prepare_stop(flush);
    if (wire->sent_bytes < wire->out.len)
        wire_write(wire);
}

/* What was sent makes room for what comes. */
static void wire_compact(struct wire *wire)
{
    if (wire->sent_bytes == 0 || wire->sent_bytes < wire->out.len / 2)
        return;
    wire->out.len -= wire->sent_bytes;
    memmove(wire->out.data, wire->out.data + wire->sent_bytes, wire->out.len);
    wire->sent_bytes = 0;
}

static char *put(char *at, const char *bytes, size_t len)
{
    memcpy(at, bytes, len);
    return at + len;
}

static char *put_length(char *at, char kind, size_t length)
{
    char digits[DIGITS_MAX_BYTES];
    struct str text = digits_of((int64_t)length, digits);
    *at = kind;
    at = put(at + 1, text.data, text.len);
    return put(at, "\r\n", 2);
}

/* RESP2, https://redis.io/docs/latest/develop/reference/protocol-spec/ */
static void append_command(struct buf *out, const struct cmd *cmd)
{
    enum { LENGTH_BYTES = 1 + DIGITS_MAX_BYTES + 2, ARG_BYTES = LENGTH_BYTES + 2 };
    size_t most = LENGTH_BYTES + (size_t)cmd->argc * ARG_BYTES;
    for (int i = 0; i < cmd->argc; i++)
        most += cmd->lens[i];
    if (!buf_reserve(out, most))
        return;
    char *at = put_length(out->data + out->len, '*', (size_t)(cmd->argc - __builtin_popcount(cmd->joined)));
    for (int i = 0; i < cmd->argc; i++) {
        bool goes_on = cmd->joined >> i & 1;
        at = put_length(at, '$', cmd->lens[i] + (goes_on ? cmd->lens[i + 1] : 0));
        at = put(at, cmd->argv[i], cmd->lens[i]);
        if (goes_on) {
            i++;
            at = put(at, cmd->argv[i], cmd->lens[i]);
        }
        at = put(at, "\r\n", 2);
    }
    out->len = (size_t)(at - out->data);
}

bool wire_send(struct wire *wire, const struct cmd *cmd)
{
    struct buf *out = &wire->out;
    wire_compact(wire);
    size_t before = out->len;
    append_command(out, cmd);
    if (!buf_ok(out)) {
        out->len = before;
        out->failed = false; /* what was there before is whole */
        return false;
    }
    if (wire->connected && !wire->waits_to_write)
        uv_prepare_start(&wire->flush, flush_cb);
    return true;
}

/* ---- in ---- */

/* Its own way to give memory back asserts that it gets some. */
static void wire_renew_reader(struct wire *wire)
{
    redisReader *fresh = wire->fed_bytes > KEPT_BYTES ? redisReaderCreate() : NULL;
    wire->fed_bytes = 0;
    if (!fresh)
        return;
    fresh->maxbuf = 0;
    redisReaderFree(wire->reader);
    wire->reader = fresh;
}

static void wire_take_replies(struct wire *wire)
{
    void *reply = NULL;
    while (wire->fd >= 0 && redisReaderGetReply(wire->reader, &reply) == REDIS_OK && reply) {
        wire->events->reply(wire->ctx, reply);
        freeReplyObject(reply);
        reply = NULL;
    }
    if (wire->fd < 0)
        return;
    if (wire->reader->err)
        wire_lost(wire, wire->reader->errstr);
    else if (wire->reader->len == wire->reader->pos && wire->reader->ridx < 0)
        wire_renew_reader(wire);
}

static void wire_read(struct wire *wire)
{
    char bytes[READ_BYTES];
    ssize_t n = recv(wire->fd, bytes, sizeof bytes, 0);
    if (n == 0) {
        wire_lost(wire, "closed by Redis");
    } else if (n < 0) {
        if (errno != EAGAIN && errno != EINTR)
            wire_lost(wire, strerror(errno));
    } else if (redisReaderFeed(wire->reader, bytes, (size_t)n) != REDIS_OK) {
        wire_lost(wire, wire->reader->errstr);
    } else {
        wire->fed_bytes += (size_t)n;
        wire_take_replies(wire);
    }
}

/* ---- connecting ---- */

static void wire_finish_connect(struct wire *wire)
{
    int error = 0;
    socklen_t len = sizeof error;
    getsockopt(wire->fd, SOL_SOCKET, SO_ERROR, &error, &len);
    if (error) {
        wire_lost(wire, strerror(error));
        return;
    }
    wire->connected = true;
    wire_watch(wire, false);
    wire->events->connected(wire->ctx);
    if (wire->fd >= 0 && wire->out.len > 0)
        uv_prepare_start(&wire->flush, flush_cb);
}

/* An error of the poll is met by reading or writing. */
static void poll_cb(uv_poll_t *poll, int status, int events)
{
    struct wire *wire = poll->data;
    if (status < 0)
        events = UV_READABLE;
    if (!wire->connected) {
        wire_finish_connect(wire);
        return;
    }
    if (events & UV_READABLE)
        wire_read(wire);
    if (wire->fd >= 0 && (events & UV_WRITABLE))
        wire_write(wire);
}

static int connected_socket(const struct sockaddr *address, socklen_t len)
{
    int on = 1;
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    if (address->sa_family != AF_UNIX)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(fd, address, len) == 0 || errno == EINPROGRESS)
        return fd;
    close(fd);
    return -1;
}

static struct wire *wire_new(uv_loop_t *loop, int fd, const struct wire_events *events, void *ctx)
{
    struct wire *wire = sb_calloc(1, sizeof *wire);
    redisReader *reader = redisReaderCreate();
    if (!wire || !reader || uv_poll_init(loop, &wire->poll, fd) != 0) {
        if (reader)
            redisReaderFree(reader);
        sb_free(wire);
        return NULL;
    }
    reader->maxbuf = 0;
    uv_prepare_init(loop, &wire->flush);
    wire->handles_open = 2;
    wire->poll.data = wire->flush.data = wire;
    wire->fd = fd;
    wire->events = events;
    wire->ctx = ctx;
    wire->reader = reader;
    wire_watch(wire, true); /* for the connection's end */
    return wire;
}

static struct wire *wire_open(uv_loop_t *loop, const struct sockaddr *address, socklen_t len,
                              const struct wire_events *events, void *ctx)
{
    int fd = connected_socket(address, len);
    struct wire *wire = fd >= 0 ? wire_new(loop, fd, events, ctx) : NULL;
    if (!wire && fd >= 0)
        close(fd);
    return wire;
}

struct wire *wire_open_tcp(uv_loop_t *loop, const char *address, uint16_t port,
                           const struct wire_events *events, void *ctx)
{
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    if (uv_ip4_addr(address, port, &in) == 0)
        return wire_open(loop, (struct sockaddr *)&in, sizeof in, events, ctx);
    if (uv_ip6_addr(address, port, &in6) == 0)
        return wire_open(loop, (struct sockaddr *)&in6, sizeof in6, events, ctx);
    return NULL;
}

struct wire *wire_open_unix(uv_loop_t *loop, const char *path, const struct wire_events *events, void *ctx)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int printed = snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    if (printed < 0 || (size_t)printed >= sizeof address.sun_path)
        return NULL;
    return wire_open(loop, (struct sockaddr *)&address, sizeof address, events, ctx);
}
