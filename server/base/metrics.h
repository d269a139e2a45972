/* Counters, gauges and histograms of this process, written in the Prometheus text format 0.0.4.
 *
 * The rows stand in metrics_table.h; a new metric is one line there. Loop thread only. Nothing here fails: a
 * label value for which there is no memory, or one past METRICS_SERIES_MAX of its metric, is counted under
 * "other". */
#pragma once

#include <stdint.h>
#include <uv.h>

#include "base/buf.h"
#include "shopbell/str.h"

enum { METRICS_SERIES_MAX = 256, METRICS_LABEL_MAX_BYTES = 80 };

enum metric {
#define METRIC(id, type, name, label, values, help) id,
#include "base/metrics_table.h"
#undef METRIC
    METRICS_COUNT
};

void metrics_init(void);
void metrics_fini(void);

void metrics_add(enum metric metric, int64_t delta); /* a counter, or a gauge up and down */
void metrics_set(enum metric metric, int64_t value);
void metrics_observe_us(enum metric metric, int64_t us);

/* label is the label's value, copied when new; it must be valid UTF-8. */
void metrics_add_labelled(enum metric metric, struct str label, int64_t delta);
void metrics_set_labelled(enum metric metric, struct str label, int64_t value);
void metrics_forget_labels(enum metric metric); /* drop all of its series, such as the queues of before */

int64_t metrics_get(enum metric metric); /* a histogram's count of observations */
int64_t metrics_get_labelled(enum metric metric, struct str label);

/* Content-Type: text/plain; version=0.0.4; charset=utf-8 */
void metrics_write(struct buf *out);

/* Samples process_* every few seconds on the thread pool: counting a million descriptors is no work for the
 * loop. */
void metrics_process_start(uv_loop_t *loop);
void metrics_process_stop(void); /* closes its timer; the loop must run on until it is empty */
