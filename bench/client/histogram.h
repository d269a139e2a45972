/* A log-linear histogram in the manner of HdrHistogram: whole numbers from 0 to HISTOGRAM_MAX, told apart to
 * within 1/128 of their size. Plain memory without pointers: may be shared between processes, one writer at a
 * time. A zeroed one is empty. */
#pragma once

#include <stdint.h>

enum {
    HISTOGRAM_SUB_BITS = 7, /* buckets an octave: half of 2^7 */
    HISTOGRAM_OCTAVES = 36 - HISTOGRAM_SUB_BITS,
    HISTOGRAM_BUCKETS = (1 << HISTOGRAM_SUB_BITS) + HISTOGRAM_OCTAVES * (1 << (HISTOGRAM_SUB_BITS - 1)),
};
#define HISTOGRAM_MAX (((int64_t)1 << 36) - 1) /* in microseconds 19 hours; more counts as this */

struct histogram {
    uint64_t counts[HISTOGRAM_BUCKETS];
    uint64_t count;
    int64_t sum;
    int64_t max;
};

void histogram_add(struct histogram *histogram, int64_t value); /* below 0 counts as 0 */
/* Takes back what was added; max stays as it was. */
void histogram_remove(struct histogram *histogram, int64_t value);
void histogram_merge(struct histogram *into, const struct histogram *from);
/* The value that this share (0 < share <= 1) does not exceed, as the top of its bucket; 0 when empty. */
int64_t histogram_quantile(const struct histogram *histogram, double share);
int64_t histogram_mean(const struct histogram *histogram);
