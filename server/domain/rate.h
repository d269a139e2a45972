/* A token bucket: a burst at once, a steady refill after (RFC 2697's idea). It is kept as the moment at which
 * it will be full again, which is all there is to know: 8 bytes, no timer. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct rate_limit {
    int32_t burst_tokens;
    int32_t refill_tokens_per_s; /* at least 1 */
};

struct rate {
    int64_t full_ns; /* on the caller's clock; zeroed: it is full */
};

/* Takes cost tokens and returns 0, or takes nothing and returns after how many ms there are enough. cost is
 * at most the burst. */
int64_t rate_take(struct rate *rate, const struct rate_limit *limit, int cost_tokens, int64_t now_ms);
bool rate_is_full(const struct rate *rate, int64_t now_ms);
