/* The one libwebsockets context on the caller's loop.
 *
 * Its destruction on a foreign loop takes two calls. The first closes every socket, and the loop must turn
 * until their handles are gone; then libwebsockets closes two handles of its own, which lie inside the
 * context, and tells nobody. The second call frees the context. So after the last socket we give it
 * SETTLE_TURNS turns. The first call also closes an eventfd that a close callback closes once more: it is
 * made in the check phase, which the close callbacks follow, so that nothing on this thread can be given that
 * number in between. */
#include <stdlib.h>
#include <sys/resource.h>

#include "base/log.h"
#include "net/handshake.h"
#include "net/lws_memory.h"
#include "net/sockets.h"

enum {
    FILES_MAX = 1024 * 1024, /* libwebsockets' tables have a slot for every possible descriptor */
    FILES_RESERVED = 128,    /* for Redis, logs, files */
    HEADER_POOL = 1024,      /* requests arrive here whole, so one is held for a turn or two of the loop */
    HANDSHAKE_MAX_S = 10,
    SETTLE_TURNS = 4,
};

/* Counts what libwebsockets holds. HTTP never comes here (see handshake.h). */
static int http_cb(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
    struct sockets *sockets = lws_context_user(lws_get_context(wsi));
    switch (reason) {
    case LWS_CALLBACK_WSI_CREATE:
        sockets->wsis_count++;
        return 0;
    case LWS_CALLBACK_WSI_DESTROY:
        sockets->wsis_count--;
        return 0;
    case LWS_CALLBACK_FILTER_HTTP_CONNECTION:
    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
    case LWS_CALLBACK_HTTP:
    case LWS_CALLBACK_RAW_ADOPT:
    case LWS_CALLBACK_RAW_RX:
        return -1;
    default:
        return 0;
    }
}

enum { HTTP_PROTOCOL, WS_PROTOCOL, PROTOCOLS_COUNT };

static struct lws_protocols protocols[] = {
    [HTTP_PROTOCOL] = {.name = "http", .callback = http_cb},
    [WS_PROTOCOL] =
        {
            .name = HANDSHAKE_SUBPROTOCOL,
            .callback = sockets_ws_cb,
            .rx_buffer_size = CONN_READ_BYTES,
            .tx_packet_size = INT32_MAX / 2, /* no cap of its own: a send gets all there is */
        },
    [PROTOCOLS_COUNT] = {0},
};

/* Without a policy every connection gets a timer of five minutes in the one sorted list. */
static const lws_retry_bo_t NO_IDLE_POLICY = {0};

static const char FAILED_HINT[] = "is the package libwebsockets-evlib-uv installed, and is there memory?";

/* Out of memory while its context is made it destroys what is not there yet, or leaves out a part that is
 * missed only at the end; each time it has complained before. */
static bool is_starting;

static void log_cb(int level, const char *line)
{
    struct str text = str_from(line);
    while (text.len > 0 && text.data[text.len - 1] == '\n')
        text.len--;
    log_warn("libwebsockets", LOG_STR("text", text));
    if (!is_starting)
        return;
    log_error("libwebsockets_failed", LOG_CSTR("hint", FAILED_HINT));
    exit(EXIT_FAILURE);
}

/* Raises the soft limit, or lowers one so high that the tables would not fit. Returns the new one. */
static size_t limit_files(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return FILES_RESERVED * 2;
    limit.rlim_cur = limit.rlim_max < FILES_MAX ? limit.rlim_max : FILES_MAX;
    setrlimit(RLIMIT_NOFILE, &limit);
    getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

_Static_assert((int)LWS_MEMORY_HEADER_DATA_BYTES >= 2 * (int)REQUEST_HEAD_MAX_BYTES,
               "libwebsockets keeps the headers and what it made of them");

static struct lws_context *create_context(struct sockets *sockets)
{
    void *loops[] = {sockets->loop};
    /* No fd_limit_per_thread: one below the process's limit makes libwebsockets search a table for every
     * event. */
    const struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN_SERVER,
        .options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS |
                   LWS_SERVER_OPTION_SKIP_SERVER_CANONICAL_NAME | LWS_SERVER_OPTION_UV_NO_SIGSEGV_SIGFPE_SPIN,
        .foreign_loops = loops,
        .max_http_header_data2 = LWS_MEMORY_HEADER_DATA_BYTES,
        .max_http_header_pool2 = HEADER_POOL,
        .timeout_secs = HANDSHAKE_MAX_S,
        .user = sockets,
        .pcontext = &sockets->context,
    };
    return lws_create_context(&info);
}

static struct lws_vhost *create_vhost(struct sockets *sockets)
{
    protocols[WS_PROTOCOL].per_session_data_size = sizeof(struct conn) + session_bytes();
    const struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN_SERVER,
        .vhost_name = "shopbell",
        .protocols = protocols,
        .retry_and_idle_policy = &NO_IDLE_POLICY,
        .timeout_secs_ah_idle = HANDSHAKE_MAX_S,
        .alpn = "http/1.1",
        .options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS,
    };
    return lws_create_vhost(sockets->context, &info);
}

bool sockets_open(struct sockets *sockets, uv_loop_t *loop, struct wheel *wheel)
{
    *sockets = (struct sockets){.loop = loop, .wheel = wheel};
    list_init(&sockets->dirty);
    sockets->wsis_max = limit_files() - FILES_RESERVED;
    lws_memory_init(sockets->wsis_max);
    lws_set_log_level(LLL_ERR, log_cb);
    is_starting = true;
    sockets->context = create_context(sockets);
    if (sockets->context)
        sockets->vhost = create_vhost(sockets);
    is_starting = false;
    if (!sockets->vhost) {
        log_error("libwebsockets_failed", LOG_CSTR("hint", FAILED_HINT));
        return false;
    }
    uv_idle_init(loop, &sockets->flush);
    uv_check_init(loop, &sockets->turn);
    return true;
}

bool sockets_have_room(const struct sockets *sockets)
{
    return !sockets->is_closing && sockets->wsis_count < sockets->wsis_max && lws_memory_has_spares();
}

/* Its handshake is read at once: from here until then libwebsockets has 16 KiB for its headers, and with a
 * crowd of them there would be as many holes between what stays. */
void sockets_adopt(struct sockets *sockets, int fd)
{
    struct lws_pollfd readable = {.fd = fd, .events = LWS_POLLIN, .revents = LWS_POLLIN};
    if (lws_adopt_socket_vhost(sockets->vhost, fd)) /* closes it when that fails */
        lws_service_fd(sockets->context, &readable);
}

static void check_closed_cb(uv_handle_t *handle)
{
    struct sockets *sockets = container_of(handle, struct sockets, turn);
    sockets->on_destroyed(sockets);
}

/* Closed last to first: the check's callback is the last of the two. */
static void close_handles(struct sockets *sockets)
{
    uv_close((uv_handle_t *)&sockets->turn, check_closed_cb);
    uv_close((uv_handle_t *)&sockets->flush, NULL);
}

static void turn_cb(uv_check_t *turn)
{
    struct sockets *sockets = container_of(turn, struct sockets, turn);
    if (sockets->turns == 0)
        lws_context_destroy(sockets->context);
    if (sockets->wsis_count > 0)
        sockets->turns = 1;
    else if (sockets->turns++ >= SETTLE_TURNS) {
        lws_context_destroy(sockets->context);
        lws_memory_fini();
        close_handles(sockets);
    }
}

static void keep_turning_cb(uv_idle_t *idle) {}

void sockets_destroy(struct sockets *sockets, sockets_fn on_destroyed)
{
    sockets->is_closing = true;
    sockets->on_destroyed = on_destroyed;
    uv_idle_stop(&sockets->flush);
    uv_idle_start(&sockets->flush, keep_turning_cb);
    uv_check_start(&sockets->turn, turn_cb);
}
