/* What it costs, beside what it does: processor, instructions and memory of the processes named by --watch,
 * and what the kernel holds for all sockets, as they are when a phase begins. Two phases' difference is the
 * first one's.
 *
 * Processor time is that of all threads, to the nanosecond (/proc/PID/task/.../schedstat; threads that have
 * ended are not in it). Instructions are counted by perf_event_open(2), in user and kernel; where the machine
 * has no counters, or does not allow them, there are none. Linux only. */
#pragma once

#include <stdint.h>

#include "options.h"
#include "report.h"

struct watched;

struct cost {
    int64_t cpu_us;
    int64_t instructions; /* -1: cannot be counted here */
    int64_t rss_bytes;
};

struct kernel_cost {
    int64_t tcp_bytes;       /* buffers of all sockets (sockstat) */
    int64_t slab_bytes;      /* everything the kernel has allocated in small pieces */
    int64_t sockets;         /* TCP, in use */
    int64_t available_bytes; /* memory left for new programs */
};

struct watched *watched_new(const struct options *options); /* NULL: no memory */
void watched_free(struct watched *watched);
void watched_look(struct watched *watched, enum phase phase);
/* The sum over a watch's processes. Borrowed; NULL: that phase did not come. */
const struct cost *watched_cost(const struct watched *watched, int watch, enum phase phase);
const struct kernel_cost *watched_kernel(const struct watched *watched, enum phase phase);
