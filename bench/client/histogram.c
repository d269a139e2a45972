#include "client/histogram.h"

#include <math.h>

enum { EXACT = 1 << HISTOGRAM_SUB_BITS, HALF = EXACT / 2 };

static int64_t clamp(int64_t value)
{
    return value < 0 ? 0 : value > HISTOGRAM_MAX ? HISTOGRAM_MAX : value;
}

/* Below 2^7 one bucket a value; then each octave is cut into 2^6. */
static int bucket_of(int64_t value)
{
    if (value < EXACT)
        return (int)value;
    int shift = 63 - __builtin_clzll((uint64_t)value) - (HISTOGRAM_SUB_BITS - 1);
    return EXACT + (shift - 1) * HALF + (int)((value >> shift) - HALF);
}

static int64_t bucket_top(int bucket)
{
    if (bucket < EXACT)
        return bucket;
    int shift = (bucket - EXACT) / HALF + 1;
    int64_t base = (bucket - EXACT) % HALF + HALF;
    return ((base + 1) << shift) - 1;
}

void histogram_add(struct histogram *histogram, int64_t value)
{
    value = clamp(value);
    histogram->counts[bucket_of(value)]++;
    histogram->count++;
    histogram->sum += value;
    if (value > histogram->max)
        histogram->max = value;
}

void histogram_remove(struct histogram *histogram, int64_t value)
{
    value = clamp(value);
    histogram->counts[bucket_of(value)]--;
    histogram->count--;
    histogram->sum -= value;
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
    for (int i = 0; i < HISTOGRAM_BUCKETS; i++)
        into->counts[i] += from->counts[i];
    into->count += from->count;
    into->sum += from->sum;
    if (from->max > into->max)
        into->max = from->max;
}

int64_t histogram_quantile(const struct histogram *histogram, double share)
{
    uint64_t wanted = (uint64_t)ceil(share * (double)histogram->count);
    uint64_t seen = 0;
    for (int i = 0; i < HISTOGRAM_BUCKETS; i++) {
        seen += histogram->counts[i];
        if (seen >= wanted && seen > 0)
            return bucket_top(i) < histogram->max ? bucket_top(i) : histogram->max;
    }
    return 0;
}

int64_t histogram_mean(const struct histogram *histogram)
{
    return histogram->count ? histogram->sum / (int64_t)histogram->count : 0;
}
