/* One page of metrics for all workers of a machine: whichever is asked answers for all.
 *
 * Each worker writes its page once a second, and when it is asked, to memory that the supervisor made and all
 * of them inherit: a slot each, with a version that is odd while it is being written (a seqlock, one writer).
 * Whoever is asked puts the pages together, metric by metric, each sample with its worker's number. Nobody
 * waits for anybody, so a worker that hangs is there with what it last said. */
#pragma once

#include <uv.h>

#include "base/buf.h"

/* In the supervisor. A descriptor to be inherited; -1: none, and each worker answers for itself. */
int metrics_shared_new(int workers);

/* In a worker, number from 1. Takes the descriptor. False: it answers for itself. */
bool metrics_shared_start(uv_loop_t *loop, int fd, int number);
void metrics_shared_stop(void); /* closes its timer; the loop must run on until it is empty */

/* The page of all workers, or of this process alone when there are none. */
void metrics_shared_write(struct buf *out);
