#include "net/http_conn.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/alloc.h"
#include "net/handshake.h"
#include "net/http.h"
#include "net/request.h"
#include "net/response.h"

enum http_state { HTTP_READING, HTTP_WRITING, HTTP_LINGERING };

struct http_conn {
    struct http_hall *hall;
    struct list_node node;
    struct wheel_timer deadline;
    uv_poll_t poll;
    int fd;
    enum http_state state;
    bool keep_alive;
    bool is_watched; /* poll is libuv's */
    bool wakes_late; /* SO_RCVLOWAT was raised */
    bool peer_left;  /* it will send no more */
    struct buf head;
    struct str body; /* borrowed from response; empty for HEAD */
    size_t sent_bytes;
    struct response response;
};

static void on_event_cb(uv_poll_t *poll, int status, int events);

static void freed_cb(uv_handle_t *handle)
{
    struct http_conn *conn = container_of(handle, struct http_conn, poll);
    struct http_hall *hall = conn->hall;
    sb_free(conn);
    if (--hall->handles_count == 0 && hall->is_closing)
        hall->on_empty(hall);
}

/* Forgets the connection, which lives on as the returned descriptor. The memory goes when libuv lets go of
 * the handle, when it has one. */
static int let_go(struct http_conn *conn)
{
    struct http_hall *hall = conn->hall;
    int fd = conn->fd;
    conn->fd = -1;
    list_remove(&conn->node);
    hall->conns_count--;
    wheel_disarm(hall->wheel, &conn->deadline);
    buf_fini(&conn->head);
    response_fini(&conn->response);
    if (conn->is_watched)
        uv_close((uv_handle_t *)&conn->poll, freed_cb);
    else
        sb_free(conn);
    return fd;
}

static void drop(struct http_conn *conn)
{
    close(let_go(conn));
}

static void deadline_cb(struct wheel_timer *timer)
{
    drop(container_of(timer, struct http_conn, deadline));
}

static void arm(struct http_conn *conn, int64_t delay_ms)
{
    wheel_arm(conn->hall->wheel, &conn->deadline, delay_ms, deadline_cb);
}

/* To be watched costs six system calls from beginning to end. Whose request is there when the connection is
 * taken, as a crowd's are, never is. The last thing to do with a connection: it is gone when it cannot be. */
static void wait_for(struct http_conn *conn, int events)
{
    struct http_hall *hall = conn->hall;
    if (!conn->is_watched && uv_poll_init(hall->loop, &conn->poll, conn->fd) != 0) {
        drop(conn);
        return;
    }
    hall->handles_count += !conn->is_watched;
    conn->is_watched = true;
    uv_poll_start(&conn->poll, events, on_event_cb);
}

static void wait_for_request(struct http_conn *conn)
{
    wait_for(conn, UV_READABLE | UV_DISCONNECT);
}

/* Be woken when this many bytes are there to read. False: the connection is of no use any more. */
static bool set_low_water(struct http_conn *conn, size_t bytes)
{
    int value = (int)bytes;
    bool is_raised = bytes > 1;
    if (!is_raised && !conn->wakes_late)
        return true;
    conn->wakes_late = is_raised;
    return setsockopt(conn->fd, SOL_SOCKET, SO_RCVLOWAT, &value, sizeof value) == 0;
}

/* A peer may still be sending what we never read: closing now would reset the connection under our response.
 */
static void linger(struct http_conn *conn)
{
    conn->state = HTTP_LINGERING;
    shutdown(conn->fd, SHUT_WR);
    set_low_water(conn, 1);
    arm(conn, HTTP_LINGER_MS);
    wait_for(conn, UV_READABLE);
}

static void drain(struct http_conn *conn)
{
    char scrap[4096];
    ssize_t n = recv(conn->fd, scrap, sizeof scrap, 0);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        drop(conn);
}

static void expect_request(struct http_conn *conn)
{
    struct http_hall *hall = conn->hall;
    conn->state = HTTP_READING;
    set_low_water(conn, 1);
    list_remove(&conn->node);
    list_push_back(&hall->conns, &conn->node);
    arm(conn, HTTP_REQUEST_MAX_MS);
}

static void finish_response(struct http_conn *conn)
{
    buf_reset(&conn->head);
    response_fini(&conn->response);
    if (conn->keep_alive && !conn->hall->is_closing) {
        expect_request(conn);
        wait_for_request(conn);
    } else {
        linger(conn);
    }
}

static size_t fill_iov(const struct http_conn *conn, struct iovec iov[2])
{
    const struct str parts[2] = {buf_str(&conn->head), conn->body};
    size_t skip = conn->sent_bytes;
    size_t count = 0;
    for (size_t i = 0; i < 2; i++) {
        size_t skipped = skip < parts[i].len ? skip : parts[i].len;
        skip -= skipped;
        if (skipped < parts[i].len)
            iov[count++] = (struct iovec){(char *)(uintptr_t)parts[i].data + skipped, parts[i].len - skipped};
    }
    return count;
}

static void write_response(struct http_conn *conn)
{
    struct iovec iov[2];
    struct msghdr message = {.msg_iov = iov};
    while ((message.msg_iovlen = fill_iov(conn, iov)) > 0) {
        ssize_t n = sendmsg(conn->fd, &message, MSG_NOSIGNAL);
        if (n >= 0) {
            conn->sent_bytes += (size_t)n;
            arm(conn, HTTP_STALL_MAX_MS);
        } else if (errno == EAGAIN) {
            wait_for(conn, UV_WRITABLE);
            return;
        } else if (errno != EINTR) {
            drop(conn);
            return;
        }
    }
    finish_response(conn);
}

static void respond(struct http_conn *conn, bool with_body)
{
    conn->state = HTTP_WRITING;
    conn->sent_bytes = 0;
    conn->body = with_body ? conn->response.body : (struct str){0};
    response_head(&conn->response, conn->keep_alive, &conn->head);
    if (buf_ok(&conn->head))
        write_response(conn);
    else
        drop(conn);
}

static void refuse(struct http_conn *conn, enum request_method method)
{
    conn->keep_alive = false;
    respond(conn, method != REQUEST_HEAD);
}

static void upgrade(struct http_conn *conn)
{
    struct http_hall *hall = conn->hall;
    set_low_water(conn, 1);
    hall->on_upgrade(hall, let_go(conn));
}

static void consume(struct http_conn *conn, size_t bytes)
{
    char scrap[REQUEST_HEAD_MAX_BYTES];
    ssize_t n = recv(conn->fd, scrap, bytes, 0);
    if (n != (ssize_t)bytes)
        conn->keep_alive = false;
}

static void answer_handshake(struct http_conn *conn, const struct request *request)
{
    if (!handshake_accept(request, &conn->response)) {
        refuse(conn, request->method);
    } else if (!conn->hall->has_room(conn->hall)) {
        response_text(&conn->response, 503, "This server is full");
        conn->response.extra = "Retry-After: 5\r\n";
        refuse(conn, request->method);
    } else {
        upgrade(conn);
    }
}

/* Who asks for a WebSocket and leaves before it is there has given up waiting. */
static void answer(struct http_conn *conn, const struct request *request)
{
    if (handshake_concerns(request) && conn->peer_left) {
        drop(conn);
        return;
    }
    if (handshake_concerns(request)) {
        answer_handshake(conn, request);
        return;
    }
    http_route(conn->hall->files, request, &conn->response);
    conn->keep_alive = request_keeps_alive(request) && !request->has_body && request->method != REQUEST_OTHER;
    consume(conn, request->head_bytes);
    respond(conn, request->method != REQUEST_HEAD);
}

/* The bytes stay in the socket, which therefore stays readable: ask to be woken only when there are more.
 * From a peer that has left there never are, and its socket is always readable. */
static void wait_for_more(struct http_conn *conn, size_t have_bytes)
{
    if (conn->peer_left || !set_low_water(conn, have_bytes + 1))
        drop(conn);
    else if (!conn->is_watched)
        wait_for_request(conn);
}

static void judge(struct http_conn *conn, struct str bytes)
{
    struct request request;
    enum request_status status = request_parse(bytes, &request);
    switch (status) {
    case REQUEST_COMPLETE:
        answer(conn, &request);
        return;
    case REQUEST_INCOMPLETE:
        wait_for_more(conn, bytes.len);
        return;
    case REQUEST_BAD:
    case REQUEST_TOO_LARGE:
    case REQUEST_URI_TOO_LONG:
    case REQUEST_BAD_VERSION:
        break;
    }
    http_refuse(status, &conn->response);
    refuse(conn, request.method);
}

static void read_request(struct http_conn *conn)
{
    char bytes[REQUEST_HEAD_MAX_BYTES];
    ssize_t n = recv(conn->fd, bytes, sizeof bytes, MSG_PEEK);
    if (n > 0)
        judge(conn, (struct str){bytes, (size_t)n});
    else if (n == 0 || (errno != EAGAIN && errno != EINTR))
        drop(conn);
    else if (!conn->is_watched)
        wait_for_request(conn);
}

static void on_event_cb(uv_poll_t *poll, int status, int events)
{
    struct http_conn *conn = container_of(poll, struct http_conn, poll);
    if (status < 0) {
        drop(conn);
        return;
    }
    switch (conn->state) {
    case HTTP_READING:
        conn->peer_left = events & UV_DISCONNECT;
        read_request(conn);
        return;
    case HTTP_WRITING:
        write_response(conn);
        return;
    case HTTP_LINGERING:
        drain(conn);
        return;
    }
}

/* Not by reading alone: who has left by now, as in a crowd that waited too long, must be seen to have. */
static void look_at_once(struct http_conn *conn)
{
    struct pollfd now = {.fd = conn->fd, .events = POLLIN | POLLRDHUP};
    if (poll(&now, 1, 0) <= 0) {
        wait_for_request(conn);
        return;
    }
    conn->peer_left = now.revents & (POLLRDHUP | POLLHUP | POLLERR);
    read_request(conn);
}

void http_hall_init(struct http_hall *hall)
{
    list_init(&hall->conns);
    hall->conns_count = hall->handles_count = 0;
    hall->is_closing = false;
}

void http_hall_accept(struct http_hall *hall, int fd)
{
    if (hall->conns_count >= HTTP_CONNS_MAX)
        http_hall_evict(hall);
    struct http_conn *conn = sb_calloc(1, sizeof *conn);
    if (!conn) {
        close(fd);
        return;
    }
    conn->hall = hall;
    conn->fd = fd;
    hall->conns_count++;
    expect_request(conn);
    look_at_once(conn);
}

bool http_hall_evict(struct http_hall *hall)
{
    struct list_node *first = list_first(&hall->conns);
    if (!first)
        return false;
    drop(container_of(first, struct http_conn, node));
    return true;
}

void http_hall_close(struct http_hall *hall)
{
    hall->is_closing = true;
    list_for_each_safe(node, &hall->conns) {
        struct http_conn *conn = container_of(node, struct http_conn, node);
        if (conn->state != HTTP_WRITING)
            drop(conn);
    }
    if (hall->handles_count == 0)
        hall->on_empty(hall);
}

void http_hall_close_now(struct http_hall *hall)
{
    while (http_hall_evict(hall))
        ;
}
