#include "base/metrics_shared.h"

#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/metrics.h"

enum {
    PUBLISH_EVERY_MS = 1000,
    SLOT_BYTES = 256 * 1024,
    READ_TRIES = 100,
    WORKERS_MAX = 1024,
    COMMENTS_COUNT = 2
};

struct slot {
    _Atomic uint32_t version; /* odd: being written; also one whose writer died while it wrote */
    uint32_t len;
    char text[SLOT_BYTES - 8];
};

static struct {
    uv_timer_t timer;
    struct slot *slots; /* NULL: this process is alone */
    int count;
    int own;
    struct buf page; /* scratch */
} shared;

int metrics_shared_new(int workers)
{
    int fd = memfd_create("shopbell-metrics", MFD_CLOEXEC);
    if (fd >= 0 && ftruncate(fd, (off_t)workers * (off_t)sizeof(struct slot)) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

/* ---- one's own slot ---- */

static void publish(void)
{
    struct slot *slot = &shared.slots[shared.own];
    uint32_t version = atomic_load_explicit(&slot->version, memory_order_relaxed) | 1;
    buf_reset(&shared.page);
    metrics_write(&shared.page);
    struct str page = buf_str(&shared.page);
    if (page.len > sizeof slot->text)
        page.len = 0;
    atomic_store_explicit(&slot->version, version, memory_order_relaxed);
    atomic_thread_fence(memory_order_release);
    memcpy(slot->text, page.data, page.len);
    slot->len = (uint32_t)page.len;
    atomic_store_explicit(&slot->version, version + 1, memory_order_release);
}

static void publish_cb(uv_timer_t *timer)
{
    publish();
}

bool metrics_shared_start(uv_loop_t *loop, int fd, int number)
{
    struct stat about;
    if (fstat(fd, &about) < 0 || number < 1 || about.st_size < number * (off_t)sizeof(struct slot))
        return false;
    void *memory = mmap(NULL, (size_t)about.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED)
        return false;
    close(fd);
    shared.slots = memory;
    shared.count = (int)(about.st_size / (off_t)sizeof(struct slot));
    shared.own = number - 1;
    uv_timer_init(loop, &shared.timer);
    uv_timer_start(&shared.timer, publish_cb, 0, PUBLISH_EVERY_MS);
    uv_unref((uv_handle_t *)&shared.timer);
    return true;
}

void metrics_shared_stop(void)
{
    if (!shared.slots)
        return;
    munmap(shared.slots, (size_t)shared.count * sizeof(struct slot));
    shared.slots = NULL;
    buf_fini(&shared.page);
    uv_close((uv_handle_t *)&shared.timer, NULL);
}

/* ---- everybody's ---- */

/* Appends a whole page, or nothing: of a worker that has said nothing yet, or died over it. */
static void slot_read(struct slot *slot, struct buf *out)
{
    for (int i = 0; i < READ_TRIES; i++) {
        uint32_t before = atomic_load_explicit(&slot->version, memory_order_acquire);
        size_t start = out->len, len = slot->len;
        if (before % 2 || len > sizeof slot->text)
            continue;
        buf_append(out, slot->text, len);
        atomic_thread_fence(memory_order_acquire);
        if (atomic_load_explicit(&slot->version, memory_order_relaxed) == before)
            return;
        out->len = start;
    }
}

static struct str next_line(struct str *rest)
{
    const char *end = memchr(rest->data, '\n', rest->len);
    struct str line = {rest->data, end ? (size_t)(end - rest->data) + 1 : rest->len};
    rest->data += line.len;
    rest->len -= line.len;
    return line;
}

/* name 1 or name{a="b"} 1 with worker="2" as the first label. */
static void append_sample(struct buf *out, struct str line, int number)
{
    size_t name = 0;
    while (name < line.len && line.data[name] != '{' && line.data[name] != ' ')
        name++;
    bool labelled = name < line.len && line.data[name] == '{';
    buf_append(out, line.data, name);
    buf_append_fmt(out, "{worker=\"%d\"%s", number, labelled ? "," : "}");
    buf_append(out, line.data + name + labelled, line.len - name - labelled);
}

/* Takes one metric from a page, its two comments and its samples, of which there may be none; all pages have
 * the same metrics in the same order. */
static void append_metric(struct buf *out, struct str *page, int number, bool first)
{
    for (int i = 0; i < COMMENTS_COUNT; i++) {
        struct str comment = next_line(page);
        if (first)
            buf_append_str(out, comment);
    }
    while (page->len > 0 && page->data[0] != '#')
        append_sample(out, next_line(page), number);
}

static void append_pages(struct buf *out, struct str *pages, int count)
{
    for (int metric = 0; metric < METRICS_COUNT; metric++) {
        bool first = true;
        for (int i = 0; i < count; i++) {
            if (pages[i].len == 0)
                continue;
            append_metric(out, &pages[i], i + 1, first);
            first = false;
        }
    }
}

void metrics_shared_write(struct buf *out)
{
    struct str pages[WORKERS_MAX];
    size_t ends[WORKERS_MAX];
    if (!shared.slots) {
        metrics_write(out);
        return;
    }
    int count = shared.count < WORKERS_MAX ? shared.count : WORKERS_MAX;
    publish();
    buf_reset(&shared.page);
    for (int i = 0; i < count; i++) {
        slot_read(&shared.slots[i], &shared.page);
        ends[i] = shared.page.len;
    }
    for (int i = 0; i < count; i++) {
        size_t start = i ? ends[i - 1] : 0;
        pages[i] = (struct str){shared.page.data + start, buf_ok(&shared.page) ? ends[i] - start : 0};
    }
    append_pages(out, pages, count);
}
