#include "domain/rate.h"

enum { NS_PER_MS = 1000000 };

static int64_t refill_ns(const struct rate_limit *limit, int32_t tokens)
{
    return tokens * INT64_C(1000000000) / limit->refill_tokens_per_s;
}

bool rate_is_full(const struct rate *rate, int64_t now_ms)
{
    return rate->full_ns <= now_ms * NS_PER_MS;
}

int64_t rate_take(struct rate *rate, const struct rate_limit *limit, int cost_tokens, int64_t now_ms)
{
    int64_t now_ns = now_ms * NS_PER_MS;
    int64_t full_ns = (rate_is_full(rate, now_ms) ? now_ns : rate->full_ns) + refill_ns(limit, cost_tokens);
    int64_t wait_ns = full_ns - now_ns - refill_ns(limit, limit->burst_tokens);
    if (wait_ns > 0)
        return (wait_ns + NS_PER_MS - 1) / NS_PER_MS;
    rate->full_ns = full_ns;
    return 0;
}
