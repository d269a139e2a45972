/* Memory is given to libwebsockets here, for two reasons.
 *
 * For each connection it asks for a buffer as long as a read, but reads into one that the process has,
 * unmasks messages there, and puts nothing into the connection's own but what a control frame carries
 * (lws_ws_rx_sm() and lws_parse_ws() of 4.1.6). So that much is enough, reads may be long, and since no
 * browser sends control frames before its close, nearly all of these buffers stay blank and cost nothing.
 *
 * libwebsockets 4.1 survives a failed allocation almost everywhere: it closes the connection. But when there
 * is no memory for a connection's libuv handle it loses the descriptor and all else, for good; and when there
 * is none for a handshake's headers the peer waits, in silence, until another handshake ends. So there are
 * some spares of these, taken only when the heap has nothing. */
#include "net/lws_memory.h"

#include <libwebsockets.h>
#include <stdalign.h>
#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "base/reserve.h"

enum { HANDLE_BYTES = 256, HANDLES_COUNT = 64, HEADERS_BYTES = 4096 };

static alignas(max_align_t) unsigned char handles[HANDLES_COUNT * HANDLE_BYTES];
static alignas(max_align_t) unsigned char headers[HEADERS_BYTES];
static alignas(max_align_t) unsigned char header_data[LWS_MEMORY_HEADER_DATA_BYTES];

static struct spares {
    const char *reason; /* libwebsockets' own name for it */
    unsigned char *blocks;
    size_t block_bytes, count;
    uint64_t used; /* a bit a block */
} spares[] = {
    {.reason = "uvh", .blocks = handles, .block_bytes = HANDLE_BYTES, .count = HANDLES_COUNT},
    {.reason = "ah struct", .blocks = headers, .block_bytes = sizeof headers, .count = 1},
    {.reason = "ah data", .blocks = header_data, .block_bytes = sizeof header_data, .count = 1},
};

enum { SPARES_COUNT = sizeof spares / sizeof *spares };

static size_t first_free(const struct spares *of)
{
    size_t i = 0;
    while (i < of->count && (of->used >> i & 1))
        i++;
    return i;
}

_Static_assert(LWS_LIBRARY_VERSION_NUMBER == 4001006, "does this one still leave the read buffer alone?");

enum {
    CONTROL_PAYLOAD_MAX_BYTES = 125,                               /* RFC 6455 section 5.5 */
    CONTROL_BUFFER_BYTES = LWS_PRE + CONTROL_PAYLOAD_MAX_BYTES + 1 /* it ends a pong's with a NUL */
};

static struct reserve control_buffers;

static bool is_read_buffer(const char *reason)
{
    return strcmp(reason, "rx_ubuf") == 0;
}

static void *spare_take(size_t bytes, const char *reason)
{
    for (size_t kind = 0; kind < SPARES_COUNT; kind++) {
        struct spares *of = &spares[kind];
        size_t i = first_free(of);
        if (strcmp(of->reason, reason) != 0 || bytes > of->block_bytes || i == of->count)
            continue;
        of->used |= UINT64_C(1) << i;
        return of->blocks + i * of->block_bytes;
    }
    return NULL;
}

/* False: it is the heap's. */
static bool spare_give_back(const void *block)
{
    for (size_t kind = 0; kind < SPARES_COUNT; kind++) {
        struct spares *of = &spares[kind];
        uintptr_t offset = (uintptr_t)block - (uintptr_t)of->blocks;
        if (offset >= of->count * of->block_bytes)
            continue;
        of->used &= ~(UINT64_C(1) << offset / of->block_bytes);
        return true;
    }
    return false;
}

static void *control_buffer(void)
{
    void *buffer = reserve_take(&control_buffers);
    return buffer ? buffer : sb_malloc(CONTROL_BUFFER_BYTES);
}

/* As realloc(), and free() for no bytes. What does not come from the heap never grows. */
static void *alloc_cb(void *block, size_t bytes, const char *reason)
{
    if (bytes > 0) {
        if (is_read_buffer(reason))
            return control_buffer();
        void *got = sb_realloc(block, bytes);
        return got || block ? got : spare_take(bytes, reason);
    }
    if (block && !reserve_give_back(&control_buffers, block) && !spare_give_back(block))
        sb_free(block);
    return NULL;
}

void lws_memory_init(size_t connections_max)
{
    reserve_init(&control_buffers, CONTROL_BUFFER_BYTES, (uint32_t)connections_max);
    lws_set_allocator(alloc_cb);
}

void lws_memory_fini(void)
{
    reserve_fini(&control_buffers);
}

bool lws_memory_has_spares(void)
{
    for (size_t kind = 0; kind < SPARES_COUNT; kind++)
        if (first_free(&spares[kind]) == spares[kind].count)
            return false;
    return true;
}
