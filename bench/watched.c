#include "watched.h"

#include <dirent.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NS_PER_US = 1000, KIB = 1024, LINE_BYTES = 128 };

struct watched {
    const struct options *options;
    int counters[WATCHES_MAX][WATCH_PIDS_MAX]; /* descriptors; -1: none */
    struct cost costs[PHASES_COUNT][WATCHES_MAX];
    struct kernel_cost kernel[PHASES_COUNT];
    bool seen[PHASES_COUNT];
};

/* ---- one process ---- */

/* The first line of a small file of the kernel's; empty when there is none. */
static void read_line(const char *path, char line[LINE_BYTES])
{
    FILE *file = fopen(path, "re");
    if (!file || !fgets(line, LINE_BYTES, file))
        line[0] = '\0';
    if (file)
        fclose(file);
}

/* Of all its threads. */
static int64_t cpu_us(int pid)
{
    char path[320], line[LINE_BYTES];
    int64_t ns = 0;
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    DIR *tasks = opendir(path);
    for (struct dirent *task = tasks ? readdir(tasks) : NULL; task; task = readdir(tasks)) {
        if (task->d_name[0] == '.')
            continue; /* above task there is a schedstat too: the first thread's once more */
        snprintf(path, sizeof path, "/proc/%d/task/%s/schedstat", pid, task->d_name);
        read_line(path, line);
        ns += strtoll(line, NULL, 10);
    }
    if (tasks)
        closedir(tasks);
    return ns / NS_PER_US;
}

static int64_t rss_bytes(int pid)
{
    char path[64], line[LINE_BYTES];
    long long pages = 0;
    snprintf(path, sizeof path, "/proc/%d/statm", pid);
    read_line(path, line);
    sscanf(line, "%*d %lld", &pages);
    return pages * sysconf(_SC_PAGESIZE);
}

static int counter_open(int pid)
{
    struct perf_event_attr attr = {
        .type = PERF_TYPE_HARDWARE,
        .size = sizeof attr,
        .config = PERF_COUNT_HW_INSTRUCTIONS,
        .inherit = 1,
    };
    return (int)syscall(SYS_perf_event_open, &attr, pid, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

static int64_t counter_read(int fd)
{
    int64_t value;
    return fd >= 0 && read(fd, &value, sizeof value) == sizeof value ? value : -1;
}

static struct cost cost_of(const struct watched *watched, int watch)
{
    struct cost cost = {0};
    const struct watch *of = &watched->options->watches[watch];
    for (int i = 0; i < of->pids_count; i++) {
        int64_t instructions = counter_read(watched->counters[watch][i]);
        cost.cpu_us += cpu_us(of->pids[i]);
        cost.rss_bytes += rss_bytes(of->pids[i]);
        cost.instructions = instructions < 0 || cost.instructions < 0 ? -1 : cost.instructions + instructions;
    }
    return cost;
}

/* ---- the kernel ---- */

static int64_t meminfo_bytes(const char *name)
{
    char line[LINE_BYTES];
    long long kib = 0;
    FILE *file = fopen("/proc/meminfo", "re");
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, name, strlen(name)) == 0)
            sscanf(line + strlen(name), "%lld", &kib);
    if (file)
        fclose(file);
    return kib * KIB;
}

static struct kernel_cost kernel_cost(void)
{
    long long sockets = 0, pages = 0;
    char line[LINE_BYTES];
    FILE *file = fopen("/proc/net/sockstat", "re");
    while (file && fgets(line, sizeof line, file))
        sscanf(line, "TCP: inuse %lld orphan %*d tw %*d alloc %*d mem %lld", &sockets, &pages);
    if (file)
        fclose(file);
    return (struct kernel_cost){
        .tcp_bytes = pages * sysconf(_SC_PAGESIZE),
        .slab_bytes = meminfo_bytes("Slab:"),
        .sockets = sockets,
        .available_bytes = meminfo_bytes("MemAvailable:"),
    };
}

/* ---- all of it ---- */

struct watched *watched_new(const struct options *options)
{
    struct watched *watched = calloc(1, sizeof *watched);
    if (!watched)
        return NULL;
    watched->options = options;
    for (int watch = 0; watch < options->watches_count; watch++)
        for (int i = 0; i < options->watches[watch].pids_count; i++)
            watched->counters[watch][i] = counter_open(options->watches[watch].pids[i]);
    return watched;
}

void watched_free(struct watched *watched)
{
    if (!watched)
        return;
    for (int watch = 0; watch < watched->options->watches_count; watch++)
        for (int i = 0; i < watched->options->watches[watch].pids_count; i++)
            if (watched->counters[watch][i] >= 0)
                close(watched->counters[watch][i]);
    free(watched);
}

void watched_look(struct watched *watched, enum phase phase)
{
    for (int watch = 0; watch < watched->options->watches_count; watch++)
        watched->costs[phase][watch] = cost_of(watched, watch);
    watched->kernel[phase] = kernel_cost();
    watched->seen[phase] = true;
}

const struct cost *watched_cost(const struct watched *watched, int watch, enum phase phase)
{
    return watched->seen[phase] ? &watched->costs[phase][watch] : NULL;
}

const struct kernel_cost *watched_kernel(const struct watched *watched, enum phase phase)
{
    return watched->seen[phase] ? &watched->kernel[phase] : NULL;
}
