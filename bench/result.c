#include "result.h"

#include <inttypes.h>
#include <stdio.h>

#include "watched.h"

static const char *const span_names[SPANS_COUNT] = {"ramp", "before", "storm", "after", "settle"};

static void print_quantiles(const char *name, const struct histogram *histogram, int64_t earlier)
{
    static const double shares[] = {0.5, 0.9, 0.99, 0.999, 1};
    static const char *const names[] = {"p50", "p90", "p99", "p999", "max"};
    printf("\"%s\": {\"count\": %" PRIu64, name, histogram->count);
    for (int i = 0; i < 5 && histogram->count > 0; i++) {
        int64_t value = histogram_quantile(histogram, shares[i]) - earlier;
        printf(", \"%s\": %" PRId64, names[i], value > 0 ? value : 0);
    }
    printf("}");
}

static void print_spans(const char *name, const struct histogram spans[SPANS_COUNT])
{
    printf("  \"%s\": {", name);
    for (int span = 0; span < SPANS_COUNT; span++) {
        printf("%s\n    ", span ? "," : "");
        print_quantiles(span_names[span], &spans[span], 0);
    }
    printf("\n  },\n");
}

static void print_counters(const struct report *total)
{
    printf("  \"counts\": {");
    for (int i = 0; i < COUNTERS_COUNT; i++)
        printf("%s\n    \"%s\": %" PRIu64, i ? "," : "", report_counter_names[i], total->counters[i]);
    printf("\n  },\n  \"closes\": {");
    const char *comma = "";
    for (int i = 0; i < REPORT_CLOSES_COUNT; i++) {
        if (total->closes[i] == 0)
            continue;
        printf("%s\"%u\": %" PRIu64, comma, report_close_code(i), total->closes[i]);
        comma = ", ";
    }
    printf("},\n");
}

/* Times from the storm's beginning, and from when the server took people again: as the caller said, or else
 * from the first log-in. */
static void print_storm(const struct report *total, const struct control *control)
{
    int64_t began_us = control->began_us[PHASE_STORM];
    int64_t ready_us = control->server_ready_us;
    int64_t first_ms = histogram_quantile(&total->back_ms, 1e-9);
    int64_t ready_ms = ready_us > began_us ? (ready_us - began_us) / 1000 : ready_us ? 0 : first_ms;
    int64_t left_out = total->sessions_dropped - (int64_t)total->back_ms.count;
    printf("  \"storm\": {\"dropped\": %" PRId64 ", \"back\": %" PRIu64 ", \"not_back\": %" PRId64
           ", \"ready_was_told\": %s, \"server_ready_ms\": %" PRId64 ",\n    ",
           total->sessions_dropped, total->back_ms.count, left_out, ready_us ? "true" : "false", ready_ms);
    print_quantiles("back_since_ready_ms", &total->back_ms, ready_ms);
    printf(",\n    ");
    print_quantiles("back_since_storm_ms", &total->back_ms, 0);
    printf("\n  },\n");
}

/* Second by second of what was due while it was measured. */
static void print_series(const struct report *total)
{
    printf("  \"delivery_each_s_us\": [");
    for (int second = 0; second < REPORT_SECONDS; second++) {
        const struct histogram *histogram = &total->delivery_each_s[second];
        if (histogram->count > 0)
            printf("%s\n    {\"second\": %d, \"count\": %" PRIu64 ", \"p50\": %" PRId64 ", \"p99\": %" PRId64
                   ", \"max\": %" PRId64 "}",
                   second ? "," : "", second, histogram->count, histogram_quantile(histogram, 0.5),
                   histogram_quantile(histogram, 0.99), histogram->max);
    }
    printf("\n  ],\n");
}

static void print_cost(const struct watched *watched, int watch, const char *name)
{
    printf("    \"%s\": {", name);
    const char *comma = "";
    for (int phase = 0; phase < PHASES_COUNT; phase++) {
        const struct cost *cost = watched_cost(watched, watch, (enum phase)phase);
        if (!cost)
            continue;
        printf("%s\n      \"%s\": {\"cpu_us\": %" PRId64 ", \"instructions\": %" PRId64
               ", \"rss_bytes\": %" PRId64 "}",
               comma, phase_names[phase], cost->cpu_us, cost->instructions, cost->rss_bytes);
        comma = ",";
    }
    printf("},\n");
}

static void print_kernel(const struct watched *watched)
{
    printf("    \"kernel\": {");
    const char *comma = "";
    for (int phase = 0; phase < PHASES_COUNT; phase++) {
        const struct kernel_cost *cost = watched_kernel(watched, (enum phase)phase);
        if (!cost)
            continue;
        printf("%s\n      \"%s\": {\"tcp_bytes\": %" PRId64 ", \"slab_bytes\": %" PRId64
               ", \"sockets\": %" PRId64 ", \"available_bytes\": %" PRId64 "}",
               comma, phase_names[phase], cost->tcp_bytes, cost->slab_bytes, cost->sockets,
               cost->available_bytes);
        comma = ",";
    }
    printf("}\n");
}

/* As it was when each phase began. */
static void print_watched(const struct options *options, const struct watched *watched)
{
    printf("  \"when_it_began\": {\n");
    for (int watch = 0; watch < options->watches_count; watch++)
        print_cost(watched, watch, options->watches[watch].name);
    print_kernel(watched);
    printf("  },\n");
}

static void print_phases(const struct control *control)
{
    printf("  \"phases_ms\": {");
    const char *comma = "";
    for (int phase = 0; phase < PHASES_COUNT; phase++) {
        int64_t began_us = control->began_us[phase];
        if (began_us > 0)
            printf("%s\"%s\": %" PRId64, comma, phase_names[phase],
                   (began_us - control->began_us[PHASE_RAMP]) / 1000);
        comma = ", ";
    }
    printf("},\n");
}

static void print_load(const struct options *options, const struct report *total,
                       const struct control *control)
{
    int64_t lived_us = control->began_us[PHASE_END] - control->began_us[PHASE_RAMP];
    int64_t sockets = options->sessions + options->agents;
    printf("  \"load\": {\"processes\": %" PRId64 ", \"rss_bytes\": %" PRId64
           ", \"rss_bytes_per_session\": %" PRId64 ", \"cpu_ms\": %" PRId64 ", \"lived_ms\": %" PRId64
           ", \"timers\": %" PRId64 ", \"timers_late\": %" PRId64 ", \"late_max_us\": %" PRId64 "}\n",
           options->processes, total->rss_bytes, (total->rss_bytes - total->rss_start_bytes) / sockets,
           total->cpu_us / 1000, lived_us / 1000, total->timers_fired, total->timers_late,
           total->late_max_us);
}

static uint64_t wrong_count(const struct report *total)
{
    static const enum counter wrong[] = {COUNTER_LOST,        COUNTER_DUPLICATED, COUNTER_OUT_OF_ORDER,
                                         COUNTER_UNDELIVERED, COUNTER_DIFFERENT,  COUNTER_UNCHECKED,
                                         COUNTER_BAD_FRAMES,  COUNTER_REFUSED,    COUNTER_IDENTITIES_LOST};
    uint64_t count = 0;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        count += total->counters[wrong[i]];
    return count;
}

bool result_is_good(const struct options *options, const struct report *total)
{
    if (options->scenario == SCENARIO_QUEUE &&
        total->counters[COUNTER_CLOSED] < (uint64_t)options->conversations)
        return false;
    return total->sessions_ready == options->sessions + options->agents && wrong_count(total) == 0;
}

void result_print(const struct options *options, const struct report *total, const struct control *control,
                  const struct watched *watched)
{
    printf("{\n  \"scenario\": \"%s\", \"sessions\": %" PRId64 ", \"conversations\": %" PRId64
           ", \"agents\": %" PRId64 ", \"in_at_the_end\": %" PRId64 ",\n  \"good\": %s,\n",
           scenario_names[options->scenario], options->sessions, options->conversations, options->agents,
           total->sessions_ready, result_is_good(options, total) ? "true" : "false");
    print_counters(total);
    print_spans("login_us", total->login_us);
    print_spans("ack_us", total->ack_us);
    print_spans("delivery_us", total->delivery_us);
    if (options->scenario == SCENARIO_QUEUE) {
        printf("  ");
        print_quantiles("wait_us", &total->wait_us, 0);
        printf(",\n");
    }
    if (options->scenario == SCENARIO_STORM)
        print_storm(total, control);
    print_series(total);
    print_phases(control);
    print_watched(options, watched);
    print_load(options, total, control);
    printf("}\n");
    fflush(stdout);
}
