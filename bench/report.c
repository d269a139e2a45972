#include "report.h"

const char *const report_counter_names[COUNTERS_COUNT] = {
#define X(id, name) [COUNTER_##id] = (name),
    REPORT_COUNTERS(X)
#undef X
};

const char *const phase_names[PHASES_COUNT] = {
    [PHASE_RAMP] = "ramp",   [PHASE_WARM] = "warm",     [PHASE_STEADY] = "steady", [PHASE_STORM] = "storm",
    [PHASE_AFTER] = "after", [PHASE_SETTLE] = "settle", [PHASE_CHECK] = "check",   [PHASE_END] = "end",
};

enum { FIRST_STANDARD = 1000, FIRST_OWN = 4000, CODES = 16 };

void report_count_close(struct report *report, unsigned code)
{
    if (code >= FIRST_STANDARD && code < FIRST_STANDARD + CODES)
        report->closes[code - FIRST_STANDARD]++;
    else if (code >= FIRST_OWN && code < FIRST_OWN + CODES)
        report->closes[CODES + code - FIRST_OWN]++;
    else
        report->closes[REPORT_CLOSES_OTHER]++;
}

unsigned report_close_code(int slot)
{
    if (slot == REPORT_CLOSES_OTHER)
        return 0;
    return (unsigned)(slot < CODES ? FIRST_STANDARD + slot : FIRST_OWN + slot - CODES);
}

static void add_state(struct report *into, const struct report *from)
{
    into->sessions_ready += from->sessions_ready;
    into->sessions_dropped += from->sessions_dropped;
    into->sessions_stopped += from->sessions_stopped;
    into->chats_pending += from->chats_pending;
    into->chats_unchecked += from->chats_unchecked;
    into->rss_bytes += from->rss_bytes;
    into->rss_start_bytes += from->rss_start_bytes;
    into->cpu_us += from->cpu_us;
    into->timers_fired += from->timers_fired;
    into->timers_late += from->timers_late;
    if (from->late_max_us > into->late_max_us)
        into->late_max_us = from->late_max_us;
}

void report_add_numbers(struct report *into, const struct report *from)
{
    for (int i = 0; i < COUNTERS_COUNT; i++)
        into->counters[i] += from->counters[i];
    for (int i = 0; i < REPORT_CLOSES_COUNT; i++)
        into->closes[i] += from->closes[i];
    add_state(into, from);
}

void report_add_histograms(struct report *into, const struct report *from)
{
    histogram_merge(&into->back_ms, &from->back_ms);
    histogram_merge(&into->wait_us, &from->wait_us);
    for (int span = 0; span < SPANS_COUNT; span++) {
        histogram_merge(&into->login_us[span], &from->login_us[span]);
        histogram_merge(&into->ack_us[span], &from->ack_us[span]);
        histogram_merge(&into->delivery_us[span], &from->delivery_us[span]);
    }
    for (int second = 0; second < REPORT_SECONDS; second++)
        if (from->delivery_each_s[second].count > 0)
            histogram_merge(&into->delivery_each_s[second], &from->delivery_each_s[second]);
}
