#include "client/socket.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef container_of
#define container_of(pointer, type, member) ((type *)(void *)((char *)(pointer)-offsetof(type, member)))
#endif

enum {
    READ_BYTES = 64 * 1024,
    SEND_BYTES = 16 * 1024,
    FRAME_MAX_BYTES = 8 * 1024 * 1024, /* an agent's log-in can be some megabytes */
};

static struct {
    struct loop *loop;
    const struct socket_target *target;
    struct socket_upcalls upcalls;
    uint64_t (*random)(void);
    unsigned char read[READ_BYTES];
    unsigned char send[SEND_BYTES]; /* what the writer below is about to write */
    size_t send_len;
    struct socket *writer;
} shared;

void sockets_use(struct loop *loop, const struct socket_target *target, const struct socket_upcalls *upcalls,
                 uint64_t (*random)(void))
{
    shared.loop = loop;
    shared.target = target;
    shared.upcalls = *upcalls;
    shared.random = random;
}

/* ---- writing ---- */

/* A socket that is broken says so to whoever reads from it next, which is never far away. */
static size_t send_some(struct socket *socket, const unsigned char *bytes, size_t len)
{
    ssize_t sent = send(socket->polled.fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);
    return sent > 0 ? (size_t)sent : 0;
}

static void keep_unsent(struct socket *socket, const unsigned char *bytes, size_t len)
{
    unsigned char *out = realloc(socket->out, socket->out_len + len);
    if (!out)
        return; /* the server will close what makes no sense any more */
    memcpy(out + socket->out_len, bytes, len);
    socket->out = out;
    socket->out_len += (uint32_t)len;
}

static void send_bytes(struct socket *socket, const unsigned char *bytes, size_t len)
{
    size_t sent = socket->out ? 0 : send_some(socket, bytes, len);
    if (sent < len)
        keep_unsent(socket, bytes + sent, len - sent);
}

static void send_unsent(struct socket *socket)
{
    size_t sent = send_some(socket, socket->out, socket->out_len);
    socket->out_len -= (uint32_t)sent;
    memmove(socket->out, socket->out + sent, socket->out_len);
    if (socket->out_len > 0)
        return;
    free(socket->out);
    socket->out = NULL;
}

/* What one socket writes without another in between goes out as one: its answers to all that it read. */
void sockets_flush(void)
{
    struct socket *writer = shared.writer;
    shared.writer = NULL;
    if (writer)
        send_bytes(writer, shared.send, shared.send_len);
}

static void put_frame(struct socket *socket, enum ws_opcode opcode, struct str payload)
{
    if (shared.writer != socket || payload.len + WS_CLIENT_HEADER_MAX_BYTES > SEND_BYTES - shared.send_len) {
        sockets_flush();
        shared.writer = socket;
        shared.send_len = 0;
    }
    shared.send_len += ws_put_frame(shared.send + shared.send_len, opcode, payload.data, payload.len,
                                    (uint32_t)shared.random());
}

void socket_send(struct socket *socket, struct str text)
{
    if (socket->state == SOCKET_OPEN && text.len <= SEND_BYTES - WS_CLIENT_HEADER_MAX_BYTES)
        put_frame(socket, WS_TEXT, text);
}

/* ---- the end ---- */

static void drop(struct socket *socket)
{
    if (shared.writer == socket)
        shared.writer = NULL;
    free(socket->in);
    free(socket->out);
    socket->in = socket->out = NULL;
    socket->in_len = socket->out_len = 0;
    socket->state = SOCKET_CLOSED;
    int fd = socket->polled.fd;
    loop_drop(shared.loop, &socket->polled);
    close(fd);
}

static void lose(struct socket *socket, struct socket_loss loss)
{
    loss.was_open = socket->state == SOCKET_OPEN;
    drop(socket);
    shared.upcalls.on_lost(socket, &loss);
}

static void lose_by_error(struct socket *socket, int error)
{
    lose(socket, (struct socket_loss){.code = WS_CLOSE_ABNORMAL, .error = error});
}

void socket_close(struct socket *socket, uint16_t code)
{
    unsigned char bytes[16];
    if (socket->state == SOCKET_CLOSED)
        return;
    sockets_flush();
    if (socket->state == SOCKET_OPEN && !socket->out)
        send(socket->polled.fd, bytes, ws_put_close(bytes, code, (uint32_t)shared.random()),
             MSG_NOSIGNAL | MSG_DONTWAIT);
    drop(socket);
}

/* ---- reading ---- */

static void on_close_frame(struct socket *socket, struct str payload)
{
    struct str reason;
    uint16_t code = ws_close_code(payload, &reason);
    unsigned char answer[16];
    sockets_flush();
    send_some(socket, answer,
              ws_put_close(answer, code == WS_CLOSE_NO_CODE ? 1000 : code, (uint32_t)shared.random()));
    lose(socket, (struct socket_loss){.code = code, .reason = reason});
}

static void on_frame(struct socket *socket, const struct ws_frame *frame)
{
    if (frame->opcode == WS_TEXT) {
        shared.upcalls.on_text(socket, frame->payload);
    } else if (frame->opcode == WS_CLOSE) {
        on_close_frame(socket, frame->payload);
    } else if (frame->opcode == WS_PING) {
        put_frame(socket, WS_PONG, frame->payload);
    }
}

/* Bytes used up. What is borrowed from bytes may be gone once the socket is not open any more. */
static size_t take_frames(struct socket *socket, const unsigned char *bytes, size_t len)
{
    size_t at = 0;
    while (socket->state == SOCKET_OPEN && at < len) {
        struct ws_frame frame;
        enum ws_status status = ws_take_frame(bytes + at, len - at, FRAME_MAX_BYTES, &frame);
        if (status == WS_FRAME_PART)
            break;
        if (status == WS_FRAME_BAD) {
            lose(socket, (struct socket_loss){.code = WS_CLOSE_ABNORMAL, .is_bad = true});
            break;
        }
        at += frame.total_bytes;
        on_frame(socket, &frame);
    }
    return at;
}

static size_t take_handshake(struct socket *socket, const unsigned char *bytes, size_t len)
{
    size_t head_bytes;
    int status;
    switch (ws_handshake_response((struct str){(const char *)bytes, len}, &head_bytes, &status)) {
    case WS_HANDSHAKE_PART:
        return 0;
    case WS_HANDSHAKE_REFUSED:
        lose(socket,
             (struct socket_loss){.code = WS_CLOSE_ABNORMAL, .http_status = status, .is_bad = status == 0});
        return 0;
    case WS_HANDSHAKE_OK:
        break;
    }
    socket->state = SOCKET_OPEN;
    shared.upcalls.on_open(socket);
    return head_bytes;
}

static size_t take(struct socket *socket, const unsigned char *bytes, size_t len)
{
    size_t used = socket->state == SOCKET_UPGRADING ? take_handshake(socket, bytes, len) : 0;
    return used + take_frames(socket, bytes + used, len - used);
}

static bool is_live(const struct socket *socket)
{
    return socket->state == SOCKET_OPEN || socket->state == SOCKET_UPGRADING;
}

static void keep_incomplete(struct socket *socket, const unsigned char *bytes, size_t len)
{
    if (!is_live(socket) || len == 0)
        return;
    socket->in = malloc(len);
    if (!socket->in) {
        lose_by_error(socket, ENOMEM);
        return;
    }
    memcpy(socket->in, bytes, len);
    socket->in_len = (uint32_t)len;
}

/* Behind what was incomplete. The old bytes stay until all upcalls have returned. */
static void take_with_kept(struct socket *socket, const unsigned char *bytes, size_t len)
{
    unsigned char *all = realloc(socket->in, socket->in_len + len);
    if (!all) {
        lose_by_error(socket, ENOMEM);
        return;
    }
    size_t all_len = socket->in_len + len;
    memcpy(all + socket->in_len, bytes, len);
    socket->in = NULL;
    socket->in_len = 0;
    size_t used = take(socket, all, all_len);
    if (used == 0 && is_live(socket)) {
        socket->in = all;
        socket->in_len = (uint32_t)all_len;
        return;
    }
    keep_incomplete(socket, all + used, all_len - used);
    free(all);
}

static void on_bytes(struct socket *socket, const unsigned char *bytes, size_t len)
{
    if (socket->in) {
        take_with_kept(socket, bytes, len);
    } else {
        size_t used = take(socket, bytes, len);
        keep_incomplete(socket, bytes + used, len - used);
    }
}

/* Until there is nothing more. That is known without asking when less came than there was room for, unless
 * the end is behind it. */
static void read_all(struct socket *socket, bool has_end)
{
    while (is_live(socket)) {
        ssize_t got = recv(socket->polled.fd, shared.read, sizeof shared.read, MSG_DONTWAIT);
        if (got < 0 && errno == EAGAIN)
            return;
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            lose_by_error(socket, got < 0 ? errno : 0);
            return;
        }
        on_bytes(socket, shared.read, (size_t)got);
        if ((size_t)got < sizeof shared.read && !has_end)
            return;
    }
}

/* ---- connecting ---- */

static void on_connected(struct socket *socket)
{
    int error = 0;
    socklen_t len = sizeof error;
    char request[1024];
    getsockopt(socket->polled.fd, SOL_SOCKET, SO_ERROR, &error, &len);
    if (error != 0) {
        lose_by_error(socket, error);
        return;
    }
    struct ws_target target = shared.target->ws;
    if (shared.upcalls.path)
        target.path = shared.upcalls.path(socket);
    socket->state = SOCKET_UPGRADING;
    send_bytes(socket, (unsigned char *)request, ws_handshake_request(request, sizeof request, &target));
}

static void on_event(struct polled *polled, uint32_t events)
{
    struct socket *socket = container_of(polled, struct socket, polled);
    bool has_end = events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR);
    sockets_flush(); /* what a timer wrote in this turn */
    if (socket->state == SOCKET_CONNECTING && (has_end || (events & EPOLLOUT)))
        on_connected(socket);
    if (socket->out && (events & EPOLLOUT))
        send_unsent(socket);
    if (has_end || (events & EPOLLIN))
        read_all(socket, has_end);
    sockets_flush();
}

/* Without IP_BIND_ADDRESS_NO_PORT bind() takes a port that nobody else may have, whatever they connect to. */
static int bind_source(int fd, uint32_t source)
{
    struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr = {htonl(source)}};
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &(int){1}, sizeof(int));
    return bind(fd, (struct sockaddr *)&from, sizeof from) == 0 ? 0 : errno;
}

static int begin_connect(int fd, uint32_t source)
{
    const struct socket_target *target = shared.target;
    int error = source ? bind_source(fd, source) : 0;
    if (error != 0)
        return error;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    if (connect(fd, (const struct sockaddr *)&target->address, target->address_len) == 0 ||
        errno == EINPROGRESS)
        return 0;
    return errno;
}

static int new_descriptor(void)
{
    return socket(shared.target->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

int socket_open(struct socket *socket, uint32_t source)
{
    int fd = new_descriptor();
    if (fd < 0)
        return errno;
    int error = begin_connect(fd, source);
    if (error == 0)
        error = loop_add(shared.loop, &socket->polled, fd, on_event);
    if (error != 0) {
        close(fd);
        return error;
    }
    socket->state = SOCKET_CONNECTING;
    return 0;
}
