#include "report.h"

const char *const report_counter_names[COUNTERS_COUNT] = {
#define X(id, name) [COUNTER_##id] = (name),
    REPORT_COUNTERS(X)
#undef X
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

static void merge_state(struct report *into, const struct report *from)
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

void report_merge(struct report *into, const struct report *from)
{
    for (int i = 0; i < COUNTERS_COUNT; i++)
        into->counters[i] += from->counters[i];
    for (int i = 0; i < REPORT_CLOSES_COUNT; i++)
        into->closes[i] += from->closes[i];
    merge_state(into, from);
    histogram_merge(&into->login_us, &from->login_us);
    histogram_merge(&into->back_ms, &from->back_ms);
    for (int span = 0; span < SPANS_COUNT; span++) {
        histogram_merge(&into->ack_us[span], &from->ack_us[span]);
        histogram_merge(&into->delivery_us[span], &from->delivery_us[span]);
    }
}
