#include "domain/rate.h"

void rate_init(struct rate *rate, const struct rate_limit *limit, int64_t now_ms)
{
    rate->updated_ms = now_ms;
    rate->millitokens = limit->burst_tokens * 1000;
}

static void rate_refill(struct rate *rate, const struct rate_limit *limit, int64_t now_ms)
{
    int64_t full = (int64_t)limit->burst_tokens * 1000;
    int64_t passed_ms = now_ms > rate->updated_ms ? now_ms - rate->updated_ms : 0;
    /* tokens a second are millitokens a millisecond */
    int64_t have = rate->millitokens + (passed_ms < full ? passed_ms * limit->refill_tokens_per_s : full);
    rate->millitokens = (int32_t)(have < full ? have : full);
    rate->updated_ms = now_ms;
}

int64_t rate_take(struct rate *rate, const struct rate_limit *limit, int cost_tokens, int64_t now_ms)
{
    int64_t cost = (int64_t)cost_tokens * 1000;
    rate_refill(rate, limit, now_ms);
    if (rate->millitokens < cost)
        return (cost - rate->millitokens + limit->refill_tokens_per_s - 1) / limit->refill_tokens_per_s;
    rate->millitokens -= (int32_t)cost;
    return 0;
}
