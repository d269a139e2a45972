/* A token bucket: a burst at once, a steady refill after (RFC 2697's idea, in milliseconds). 16 bytes, no
 * timer. */
#pragma once

#include <stdint.h>

struct rate_limit {
    int32_t burst_tokens;
    int32_t refill_tokens_per_s;
};

struct rate {
    int64_t updated_ms;
    int32_t millitokens;
};

void rate_init(struct rate *rate, const struct rate_limit *limit, int64_t now_ms);
/* Takes cost tokens and returns 0, or takes nothing and returns after how many ms there are enough. cost is
 * at most the burst. */
int64_t rate_take(struct rate *rate, const struct rate_limit *limit, int cost_tokens, int64_t now_ms);
