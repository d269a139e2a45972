#include "domain/wait.h"

#include <math.h>

static const double Z_P90 = 1.2816;       /* of the standard normal distribution */
static const double VARIATION_MIN = 0.05; /* of times that are all the same nothing could be computed */

/* Of a gamma distribution with this mean and shape; z: the same quantile of the standard normal one. */
static int64_t gamma_quantile_ms(double mean_ms, double shape, double z)
{
    double root = 1 - 1 / (9 * shape) + z / (3 * sqrt(shape));
    return root > 0 ? (int64_t)(mean_ms * root * root * root) : 0;
}

bool wait_estimate(const struct wait_pace *pace, int64_t position, struct wait_estimate *out)
{
    if (pace->count < WAIT_TIMES_MIN_COUNT || pace->mean_ms <= 0 || position < 1)
        return false;
    double variation = (double)pace->deviation_ms / (double)pace->mean_ms;
    if (variation < VARIATION_MIN)
        variation = VARIATION_MIN;
    double shape = (double)position / (variation * variation);
    double mean_ms = (double)pace->mean_ms * (double)position;
    out->p50_ms = gamma_quantile_ms(mean_ms, shape, 0);
    out->p90_ms = gamma_quantile_ms(mean_ms, shape, Z_P90);
    return true;
}

bool wait_differs(int64_t told_ms, int64_t now_ms)
{
    int64_t more = now_ms > told_ms ? now_ms - told_ms : told_ms - now_ms;
    return more * 4 > told_ms;
}
