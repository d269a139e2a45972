#include "sockets.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- out ---- */

static void mark_dirty(struct sockets *sockets, struct session *session)
{
    if (!session->is_dirty)
        sockets->dirty[sockets->dirty_count++] = session;
    session->is_dirty = true;
}

void sockets_kill(struct sockets *sockets, struct session *session)
{
    if (session->is_dead)
        return;
    session->is_dead = true;
    mark_dirty(sockets, session);
}

static bool keep(struct sockets *sockets, struct session *session, const unsigned char *frame, size_t len)
{
    if (!session->out && sockets->spares_count > 0)
        session->out = sockets->spares[--sockets->spares_count];
    return (!session->out || session->out->len <= WAITING_MAX_BYTES) &&
           bytes_append(&session->out, frame, len);
}

static void release(struct sockets *sockets, struct bytes *out)
{
    out->len = 0;
    if (out->capacity == BYTES_FIRST && sockets->spares_count < SPARES_MAX)
        sockets->spares[sockets->spares_count++] = out;
    else
        free(out);
}

void sockets_send(struct sockets *sockets, struct session *session, unsigned char *frame, size_t len)
{
    if (session->is_dead)
        return;
    if (!sockets->coalesce && !session->out && !lws_partial_buffered(session->wsi)) {
        if (lws_write(session->wsi, frame, len, LWS_WRITE_RAW) < 0)
            sockets_kill(sockets, session);
    } else if (!keep(sockets, session, frame, len)) {
        fputs("shopbell-floor: a socket that does not read is closed\n", stderr);
        sockets_kill(sockets, session);
    } else if (sockets->coalesce) {
        mark_dirty(sockets, session);
    }
}

/* While libwebsockets still holds something of the last write it calls again by itself. False: broken. */
static bool write_out(struct sockets *sockets, struct session *session)
{
    struct bytes *out = session->out;
    if (!out || lws_partial_buffered(session->wsi))
        return true;
    session->out = NULL;
    bool ok = lws_write(session->wsi, out->data, out->len, LWS_WRITE_RAW) >= 0;
    release(sockets, out);
    return ok;
}

void sockets_flush(struct sockets *sockets)
{
    for (size_t i = 0; i < sockets->dirty_count; i++) {
        struct session *session = sockets->dirty[i];
        session->is_dirty = false;
        if (session->is_dead || !write_out(sockets, session))
            lws_set_timeout(session->wsi, PENDING_TIMEOUT_CLOSE_SEND, LWS_TO_KILL_SYNC);
    }
    sockets->dirty_count = 0;
}

/* ---- in ---- */

/* libwebsockets hands over what one read brought: often a whole message, else a piece of it. */
static int on_receive(struct sockets *sockets, struct session *session, const char *bytes, size_t len)
{
    size_t left = lws_remaining_packet_payload(session->wsi);
    bool is_whole = left == 0 && lws_is_final_fragment(session->wsi);
    size_t before = session->in ? session->in->len : 0;
    if (session->is_dead)
        return 0;
    if (before + len + left > MESSAGE_MAX_BYTES)
        return -1;
    if (is_whole && !session->in) {
        sockets->events.message(sockets->events.ctx, session, bytes, len);
        return 0;
    }
    if (!bytes_append(&session->in, bytes, len))
        return -1;
    if (is_whole) {
        struct bytes *in = session->in;
        session->in = NULL;
        sockets->events.message(sockets->events.ctx, session, (const char *)in->data, in->len);
        free(in);
    }
    return 0;
}

static void on_closed(struct sockets *sockets, struct session *session)
{
    if (!session->wsi)
        return;
    sockets->events.closed(sockets->events.ctx, session);
    for (size_t i = 0; session->is_dirty && i < sockets->dirty_count; i++)
        if (sockets->dirty[i] == session)
            sockets->dirty[i] = sockets->dirty[--sockets->dirty_count];
    free(session->in);
    free(session->out);
    *session = (struct session){0};
}

static int relay_cb(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
    struct sockets *sockets = lws_context_user(lws_get_context(wsi));
    struct session *session = user;
    switch (reason) {
    case LWS_CALLBACK_WSI_CREATE:
        sockets->wsis_count++;
        return 0;
    case LWS_CALLBACK_WSI_DESTROY:
        sockets->wsis_count--;
        return 0;
    case LWS_CALLBACK_ESTABLISHED:
        session->wsi = wsi;
        return 0;
    case LWS_CALLBACK_RECEIVE:
        return on_receive(sockets, session, in, len);
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return write_out(sockets, session) ? 0 : -1;
    case LWS_CALLBACK_CLOSED:
        if (session)
            on_closed(sockets, session);
        return 0;
    case LWS_CALLBACK_HTTP:
        return -1;
    default:
        return 0;
    }
}

/* ---- the context ---- */

static void log_cb(int level, const char *line)
{
    fprintf(stderr, "shopbell-floor: libwebsockets: %s", line);
}

/* Without a policy every connection gets a timer in libwebsockets' one sorted list. */
static const lws_retry_bo_t NO_IDLE_POLICY = {0};

/* No fd_limit_per_thread: below the process' own limit it makes libwebsockets search its whole table at each
 * event. That limit sizes its tables, and was set before. */
static void create_context(struct sockets *sockets, uv_loop_t *loop, size_t read_buffer_bytes)
{
    void *loops[] = {loop};
    const struct lws_context_creation_info context = {
        .port = CONTEXT_PORT_NO_LISTEN_SERVER,
        .options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS |
                   LWS_SERVER_OPTION_SKIP_SERVER_CANONICAL_NAME | LWS_SERVER_OPTION_UV_NO_SIGSEGV_SIGFPE_SPIN,
        .foreign_loops = loops,
        .pt_serv_buf_size =
            (unsigned)(read_buffer_bytes + LWS_PRE > 4096 ? read_buffer_bytes + LWS_PRE : 4096),
        .user = sockets,
        .pcontext = &sockets->context,
    };
    const struct lws_context_creation_info vhost = {
        .port = CONTEXT_PORT_NO_LISTEN_SERVER,
        .vhost_name = "floor",
        .protocols = sockets->protocols,
        .retry_and_idle_policy = &NO_IDLE_POLICY,
        .alpn = "http/1.1",
        .options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS,
    };
    sockets->context = lws_create_context(&context);
    if (sockets->context)
        sockets->vhost = lws_create_vhost(sockets->context, &vhost);
}

bool sockets_open(struct sockets *sockets, uv_loop_t *loop, size_t read_buffer_bytes)
{
    sockets->protocols[0] = (struct lws_protocols){
        .name = "relay.v1",
        .callback = relay_cb,
        .per_session_data_size = sizeof(struct session),
        .rx_buffer_size = read_buffer_bytes,
        .tx_packet_size = INT32_MAX / 2, /* no cap of its own: a write is given all there is */
    };
    sockets->dirty = calloc((size_t)sysconf(_SC_OPEN_MAX), sizeof(struct session *));
    if (!sockets->dirty)
        return false;
    lws_set_log_level(LLL_ERR, log_cb);
    create_context(sockets, loop, read_buffer_bytes);
    if (!sockets->vhost)
        fputs("shopbell-floor: libwebsockets does not start; is libwebsockets-evlib-uv installed?\n", stderr);
    return sockets->vhost;
}

void sockets_adopt(struct sockets *sockets, int fd)
{
    lws_adopt_socket_vhost(sockets->vhost, fd);
}

/* It takes two calls: after the first the handles of all sockets close, then some of the context's own, of
 * which nobody is told; the second frees it. */
void sockets_close(struct sockets *sockets, uv_loop_t *loop)
{
    enum { TURNS_MAX = 100 * 1000, SETTLE_TURNS = 4 };
    if (sockets->context)
        lws_context_destroy(sockets->context);
    for (int turn = 0; sockets->wsis_count > 0 && turn < TURNS_MAX; turn++)
        uv_run(loop, UV_RUN_NOWAIT);
    for (int turn = 0; turn < SETTLE_TURNS; turn++)
        uv_run(loop, UV_RUN_NOWAIT);
    if (sockets->context)
        lws_context_destroy(sockets->context);
    while (sockets->spares_count > 0)
        free(sockets->spares[--sockets->spares_count]);
    free(sockets->dirty);
}
