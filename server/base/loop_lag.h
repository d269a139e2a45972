/* How long the loop kept its callers waiting: the longest stretch between two polls, and how late its timer
 * was, taken together ten times a second into H_LOOP_LAG. Costs two clock readings a turn. One per process.
 */
#pragma once

#include <stdint.h>
#include <uv.h>

void loop_lag_start(uv_loop_t *loop); /* its handles do not keep the loop alive */
void loop_lag_stop(void);             /* closes them; the loop must run once more */

/* The worst of the last one to two seconds, for /readyz. */
int64_t loop_lag_recent_us(void);
