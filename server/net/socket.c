#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>

#include "base/alloc.h"
#include "base/metrics.h"
#include "base/utf8.h"
#include "net/sockets.h"
#include "net/ws_frame.h"
#include "proto.h"

enum {
    CLOSE_ABNORMAL = 1006, /* nobody sent a close frame */
    CLOSE_NO_CODE = 1005,  /* the peer's had no code */
    ORIGIN_MAX_BYTES = 512,
    CONTROL_PAYLOAD_MAX_BYTES = 125, /* RFC 6455 section 5.5 */
};

_Static_assert(LWS_PRE <= FRAME_HEADROOM_BYTES, "lws_write() may use the bytes before a frame");
_Static_assert((int)WS_HEADER_MAX_BYTES <= (int)FRAME_HEADROOM_BYTES,
               "a frame's header goes right before it");

/* ---- which is whose ---- */

static struct sockets *sockets_of(const struct conn *conn)
{
    return lws_context_user(lws_get_context(conn->wsi));
}

static struct conn *conn_of(struct session *session)
{
    return container_of(session, struct conn, session);
}

/* Where it is, or would be: see has_session. */
static struct session *session_of(struct conn *conn)
{
    return (struct session *)(void *)conn->session;
}

/* ---- writing ---- */

/* An idle handle runs before the next poll, and keeps that one from sleeping. */
static void mark_dirty(struct conn *conn)
{
    struct sockets *sockets = sockets_of(conn);
    if (!list_node_linked(&conn->dirty))
        list_push_back(&sockets->dirty, &conn->dirty);
    if (!uv_is_active((uv_handle_t *)&sockets->flush))
        uv_idle_start(&sockets->flush, sockets_flush_cb);
}

static void want_write(struct session *session)
{
    struct conn *conn = conn_of(session);
    if (conn->state == CONN_OPEN)
        mark_dirty(conn);
}

static bool write_raw(struct conn *conn, unsigned char *bytes, size_t len)
{
    return lws_write(conn->wsi, bytes, len, LWS_WRITE_RAW) >= 0;
}

static bool write_packed(struct sockets *sockets, struct conn *conn)
{
    size_t len = sockets->out_len;
    sockets->out_len = 0;
    return len == 0 || write_raw(conn, sockets->out, len);
}

static void pack(struct sockets *sockets, enum ws_opcode opcode, const void *bytes, size_t len)
{
    unsigned char *start = sockets->out + sockets->out_len;
    size_t header = ws_header_bytes(len);
    ws_header_before(start + header, opcode, len);
    memcpy(start + header, bytes, len);
    sockets->out_len += header + len;
}

static bool write_frame(struct sockets *sockets, struct conn *conn, struct frame *frame)
{
    size_t need = ws_header_bytes(frame->len_bytes) + frame->len_bytes;
    if (need > sizeof sockets->out - sockets->out_len && !write_packed(sockets, conn))
        return false;
    if (need <= sizeof sockets->out) {
        pack(sockets, WS_TEXT, frame->bytes, frame->len_bytes);
        return true;
    }
    /* Larger than the buffer: straight from the frame. Its other readers need the same header there. */
    size_t header = ws_header_before(frame->bytes, WS_TEXT, frame->len_bytes);
    return write_raw(conn, frame->headroom + FRAME_HEADROOM_BYTES - header, need);
}

static bool write_frames(struct sockets *sockets, struct conn *conn)
{
    struct session *session = session_of(conn);
    struct frame *frame;
    while (conn->has_session && !lws_partial_buffered(conn->wsi) && (frame = session_next_frame(session))) {
        bool ok = write_frame(sockets, conn, frame);
        frame_unref(frame);
        if (!ok)
            return false;
    }
    return write_packed(sockets, conn);
}

static bool write_close(struct conn *conn)
{
    unsigned char frame[2 + 2 + CONN_REASON_MAX_BYTES];
    const char *reason = conn->wait ? conn->wait->close_reason : NULL;
    size_t len = reason ? strlen(reason) : 0;
    ws_header_before(frame + 2, WS_CLOSE, 2 + len);
    frame[2] = (unsigned char)(conn->close_code >> 8);
    frame[3] = (unsigned char)conn->close_code;
    if (len > 0)
        memcpy(frame + 4, reason, len);
    conn->state = CONN_CLOSE_SENT;
    return write_raw(conn, frame, 4 + len);
}

/* False: the socket is broken, or nobody would look after its close for want of memory. Close it now. */
static bool flush(struct conn *conn)
{
    struct sockets *sockets = sockets_of(conn);
    list_remove(&conn->dirty);
    sockets->out_len = 0;
    if (conn->state != CONN_OPEN && conn->state != CONN_CLOSING)
        return true;
    if (!write_frames(sockets, conn))
        return false;
    if (conn->state == CONN_CLOSING && (!write_close(conn) || !conn->wait))
        return false;
    if (lws_partial_buffered(conn->wsi))
        lws_callback_on_writable(conn->wsi);
    return true;
}

static void kill_now(struct conn *conn)
{
    lws_set_timeout(conn->wsi, PENDING_TIMEOUT_CLOSE_SEND, LWS_TO_KILL_SYNC);
}

void sockets_flush_cb(uv_idle_t *idle)
{
    struct sockets *sockets = container_of(idle, struct sockets, flush);
    struct list batch;
    struct list_node *node;
    uv_idle_stop(idle);
    list_init(&batch);
    list_move_all(&batch, &sockets->dirty); /* who gets dirty meanwhile has its turn in the next one */
    while ((node = list_pop_front(&batch))) {
        struct conn *conn = container_of(node, struct conn, dirty);
        if (!flush(conn))
            kill_now(conn);
    }
}

/* ---- waiting ---- */

/* False: no memory. One that waits already now waits for this. */
static bool await(struct conn *conn, int64_t delay_ms, wheel_fn fn)
{
    if (!conn->wait)
        conn->wait = sb_calloc(1, sizeof *conn->wait);
    if (!conn->wait)
        return false;
    conn->wait->conn = conn;
    wheel_arm(sockets_of(conn)->wheel, &conn->wait->deadline, delay_ms, fn);
    return true;
}

static void stop_waiting(struct conn *conn)
{
    if (!conn->wait)
        return;
    wheel_disarm(sockets_of(conn)->wheel, &conn->wait->deadline);
    message_reset(&conn->wait->message);
    sb_free(conn->wait->close_reason);
    sb_free(conn->wait);
    conn->wait = NULL;
}

/* ---- closing ---- */

/* A synchronous kill still waits for what is queued for the peer; a timeout of libwebsockets' own does not.
 * Its timers are looked at only when something happens on one of its sockets, hence the cancel. */
static void close_deadline_cb(struct wheel_timer *timer)
{
    struct conn *conn = container_of(timer, struct conn_wait, deadline)->conn;
    if (!lws_partial_buffered(conn->wsi)) {
        kill_now(conn);
        return;
    }
    lws_set_timeout(conn->wsi, PENDING_TIMEOUT_CLOSE_SEND, LWS_TO_KILL_ASYNC);
    lws_cancel_service(lws_get_context(conn->wsi));
}

static bool begin_close(struct conn *conn, enum conn_state state, uint16_t code)
{
    conn->state = (uint8_t)state;
    conn->close_code = code;
    return await(conn, CONN_CLOSE_MAX_MS, close_deadline_cb);
}

static void close_conn(struct conn *conn, uint16_t code, const char *reason)
{
    if (conn->state != CONN_OPEN)
        return;
    if (begin_close(conn, CONN_CLOSING, code) && reason)
        conn->wait->close_reason = sb_strdup(utf8_cut(str_from(reason), CONN_REASON_MAX_BYTES));
    mark_dirty(conn);
}

static void close_of(struct session *session, uint16_t code, const char *reason)
{
    close_conn(conn_of(session), code, reason);
}

static void on_broken_rule(struct conn *conn, uint16_t code, const char *what)
{
    if (conn->state != CONN_OPEN)
        return;
    if (conn->has_session)
        session_broke_rules(session_of(conn), code, what);
    close_conn(conn, code, what);
}

/* libwebsockets would echo it too, but in the next turn, with its descriptor put into the poller and taken
 * out again for that. What it gives has a code that may be echoed, and nothing of ours is before it. */
static void echo_close(struct conn *conn, const unsigned char *payload, size_t len)
{
    unsigned char frame[2 + CONTROL_PAYLOAD_MAX_BYTES];
    if (len > CONTROL_PAYLOAD_MAX_BYTES)
        return;
    ws_header_before(frame + 2, WS_CLOSE, len);
    memcpy(frame + 2, payload, len);
    write_raw(conn, frame, 2 + len);
}

/* After this libwebsockets is to close at once: it does, but for what the socket did not take. */
static void on_peer_close(struct conn *conn, const unsigned char *payload, size_t len)
{
    if (conn->state == CONN_CLOSE_SENT)
        return; /* the answer to ours */
    uint16_t code = len >= 2 ? (uint16_t)(payload[0] << 8 | payload[1]) : CLOSE_NO_CODE;
    begin_close(conn, CONN_PEER_CLOSING, conn->state == CONN_CLOSING ? conn->close_code : code);
    list_remove(&conn->dirty);
    echo_close(conn, payload, len);
}

static void count_close(uint16_t code)
{
    char label[8];
    bool is_known = (code >= 1000 && code <= 1015) || (code >= 4000 && code < 4100);
    snprintf(label, sizeof label, "%d", code);
    metrics_add_labelled(M_CONNECTIONS_CLOSED, is_known ? str_from(label) : STR("other"), 1);
}

static void on_closed(struct conn *conn)
{
    if (!conn->wsi) /* it never was open, or this was done already */
        return;
    struct sockets *sockets = sockets_of(conn);
    list_remove(&conn->dirty);
    stop_waiting(conn);
    conn->wsi = NULL;
    count_close(conn->close_code ? conn->close_code : CLOSE_ABNORMAL);
    bool had_session = conn->has_session;
    conn->has_session = false;
    if (had_session)
        session_closed(session_of(conn));
    if (--sockets->conns_count == 0 && sockets->is_closing)
        sockets->on_empty(sockets);
}

struct farewell {
    uint16_t code;
    const char *reason;
};

static void on_farewell(struct conn *conn, const struct farewell *farewell)
{
    if (conn->wsi)
        close_conn(conn, farewell->code, farewell->reason);
}

/* libwebsockets knows them all, and calls each back. */
void sockets_close_all(struct sockets *sockets, uint16_t code, const char *reason, sockets_fn on_empty)
{
    sockets->is_closing = true;
    sockets->on_empty = on_empty;
    struct farewell farewell = {code, reason};
    lws_callback_all_protocol_vhost_args(sockets->vhost, NULL, LWS_CALLBACK_USER, &farewell, sizeof farewell);
    if (sockets->conns_count == 0)
        on_empty(sockets);
}

/* ---- receiving ---- */

static void message_deadline_cb(struct wheel_timer *timer)
{
    struct conn *conn = container_of(timer, struct conn_wait, deadline)->conn;
    on_broken_rule(conn, 1008, "message took too long");
}

/* Takes over what there is of a message, when it is the first of it. False: no memory. */
static bool await_rest(struct conn *conn, struct message *begun)
{
    if (conn->wait)
        return true;
    if (!await(conn, PROTO_FRAGMENT_TIMEOUT_MS, message_deadline_cb))
        return false;
    conn->wait->message = *begun;
    *begun = (struct message){0};
    return true;
}

static void on_message(struct conn *conn, struct str text)
{
    if (!utf8_valid(text))
        on_broken_rule(conn, 1007, "text is not UTF-8");
    else if (conn->has_session)
        session_receive(session_of(conn), text);
}

static void on_receive(struct conn *conn, const char *bytes, size_t len)
{
    if (conn->state != CONN_OPEN)
        return;
    if (lws_frame_is_binary(conn->wsi)) {
        on_broken_rule(conn, 1003, "text frames only");
        return;
    }
    struct message_piece piece = {
        .bytes = {bytes, len},
        .fragment_left = lws_remaining_packet_payload(conn->wsi),
        .is_last_fragment = lws_is_final_fragment(conn->wsi),
    };
    struct message begun = {0};
    struct message *message = conn->wait ? &conn->wait->message : &begun;
    struct str whole;
    switch (message_add(message, &piece, &whole)) {
    case MESSAGE_INCOMPLETE:
        if (await_rest(conn, &begun))
            return;
        close_conn(conn, 1011, "out of memory");
        break;
    case MESSAGE_COMPLETE:
        on_message(conn, whole);
        break;
    case MESSAGE_TOO_LARGE:
        on_broken_rule(conn, 1009, "message too large");
        break;
    case MESSAGE_TOO_MANY_FRAGMENTS:
        on_broken_rule(conn, 1008, "too many fragments");
        break;
    case MESSAGE_NO_MEMORY:
        close_conn(conn, 1011, "out of memory");
        break;
    }
    message_reset(message);
    if (conn->state == CONN_OPEN)
        stop_waiting(conn);
}

/* ---- opening ---- */

static struct str copy_origin(struct lws *wsi, char out[ORIGIN_MAX_BYTES])
{
    int len = lws_hdr_copy(wsi, out, ORIGIN_MAX_BYTES, WSI_TOKEN_ORIGIN);
    return (struct str){out, len > 0 ? (size_t)len : 0};
}

/* handshake.c has asked all of this already; this asks what libwebsockets made of the same bytes. */
static bool may_open(struct lws *wsi)
{
    char buffer[ORIGIN_MAX_BYTES];
    struct str origin = copy_origin(wsi, buffer);
    return origin.len > 0 && session_origin_allowed(origin);
}

static struct str peer_address(struct lws *wsi, char out[INET6_ADDRSTRLEN])
{
    struct sockaddr_storage peer = {0};
    socklen_t len = sizeof peer;
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&peer;
    out[0] = '\0';
    getpeername(lws_get_socket_fd(wsi), (struct sockaddr *)&peer, &len);
    if (peer.ss_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)&peer)->sin_addr, out, INET6_ADDRSTRLEN);
    else if (peer.ss_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr))
        inet_ntop(AF_INET, &in6->sin6_addr.s6_addr[12], out, INET6_ADDRSTRLEN);
    else if (peer.ss_family == AF_INET6)
        inet_ntop(AF_INET6, &in6->sin6_addr, out, INET6_ADDRSTRLEN);
    return str_from(out);
}

static void on_open(struct lws *wsi, struct conn *conn)
{
    char origin[ORIGIN_MAX_BYTES];
    char address[INET6_ADDRSTRLEN];
    struct sockets *sockets = lws_context_user(lws_get_context(wsi));
    conn->wsi = wsi;
    sockets->conns_count++;
    if (sockets->is_closing) {
        close_conn(conn, 1012, "service restart");
        return;
    }
    conn->has_session = session_open(session_of(conn), copy_origin(wsi, origin), peer_address(wsi, address));
    if (!conn->has_session)
        close_conn(conn, 1013, "try again later");
}

int sockets_ws_cb(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
    struct conn *conn = user;
    switch (reason) {
    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
        return may_open(wsi) ? 0 : -1;
    case LWS_CALLBACK_ESTABLISHED:
        on_open(wsi, conn);
        return 0;
    case LWS_CALLBACK_RECEIVE:
        on_receive(conn, in, len);
        return 0;
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return flush(conn) ? 0 : -1;
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
        on_peer_close(conn, in, len);
        return -1;
    case LWS_CALLBACK_USER:
        if (conn)
            on_farewell(conn, in);
        return 0;
    case LWS_CALLBACK_CLOSED:
        if (conn) /* else there was no memory to open it */
            on_closed(conn);
        return 0;
    default:
        return 0;
    }
}

const struct session_transport sockets_transport = {.want_write = want_write, .close = close_of};
