/* How long somebody in line will wait, from how fast the line has moved of late.
 *
 * The pace of a team is the mean and the standard deviation of the last times between two who left its line
 * (server/store/functions/pace.lua). Whoever stands at place n waits for n such times. Their sum is taken to
 * be gamma-distributed, whose quantiles are had by Wilson and Hilferty's cube root (PNAS 17, 1931): right to
 * a few per cent, and the same small work at any place. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { WAIT_TIMES_MIN_COUNT = 3 }; /* with fewer nothing is said */

struct wait_pace {
    int64_t count; /* of the times measured */
    int64_t mean_ms;
    int64_t deviation_ms;
};

struct wait_estimate {
    int64_t p50_ms; /* as likely longer as shorter */
    int64_t p90_ms; /* nine of ten wait no longer */
};

/* position: 1 is next. False: too little is known. */
bool wait_estimate(const struct wait_pace *pace, int64_t position, struct wait_estimate *out);
/* Whether it is another one to a person: by more than a quarter. */
bool wait_differs(int64_t told_ms, int64_t now_ms);
