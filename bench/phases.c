#include "phases.h"

#include <stdio.h>

#include "client/schedule.h"
#include "watched.h"

enum {
    US_PER_S = 1000 * 1000,
    RAMP_SPARE_S = 60,
    SETTLE_MAX_S = 60,
    CHECK_MAX_S = 120,
    /* So many of all sockets lost at once are a storm. */
    STORM_SHARE = 100,
};

enum phase phases_now(const struct phases *phases)
{
    return (enum phase)atomic_load(&phases->control->phase);
}

void phases_enter(struct phases *phases, enum phase phase)
{
    watched_look(phases->watched, phase);
    atomic_store(&phases->control->began_us[phase], schedule_now_us());
    atomic_store(&phases->control->phase, (int)phase);
}

static bool lasted(const struct phases *phases, int64_t seconds)
{
    int64_t began_us = atomic_load(&phases->control->began_us[phases_now(phases)]);
    return schedule_now_us() - began_us >= seconds * US_PER_S;
}

static int64_t wanted(const struct phases *phases)
{
    return phases->options->sessions + phases->options->agents - phases->total->sessions_stopped;
}

static bool everybody_is_in(const struct phases *phases)
{
    return phases->total->sessions_ready >= wanted(phases);
}

static void say_restart(const struct phases *phases)
{
    fprintf(stderr, "shopbell-bench: %lld sessions are in: restart the server now\n",
            (long long)phases->total->sessions_ready);
}

static bool is_queue(const struct phases *phases)
{
    return phases->options->scenario == SCENARIO_QUEUE;
}

/* Agents come when everybody waits. */
static bool all_shoppers_wait(const struct phases *phases)
{
    return phases->total->sessions_ready >= phases->options->sessions &&
           phases->total->counters[COUNTER_ACKED] >= (uint64_t)phases->options->conversations;
}

static void lead_queue(struct phases *phases)
{
    bool all_closed = phases->total->counters[COUNTER_CLOSED] >= (uint64_t)phases->options->conversations;
    if (all_closed || lasted(phases, phases->options->give_up_s))
        phases_enter(phases, PHASE_SETTLE);
}

static bool has_warm_up(const struct phases *phases)
{
    return phases->options->scenario == SCENARIO_CHAT || phases->options->scenario == SCENARIO_CHURN;
}

static void lead_ramp(struct phases *phases)
{
    int64_t ramp_s = wanted(phases) / phases->options->rate + RAMP_SPARE_S;
    if (is_queue(phases) ? all_shoppers_wait(phases) : everybody_is_in(phases))
        phases_enter(phases, has_warm_up(phases) ? PHASE_WARM : PHASE_STEADY);
    else if (lasted(phases, ramp_s))
        phases_enter(phases, PHASE_SETTLE);
}

static bool is_storm(const struct phases *phases)
{
    return phases->total->sessions_dropped * STORM_SHARE >= wanted(phases) &&
           phases->total->sessions_dropped > 0;
}

static void lead_by_time(struct phases *phases)
{
    if (lasted(phases, phases->options->seconds))
        phases_enter(phases, PHASE_SETTLE);
}

static void lead_steady(struct phases *phases)
{
    if (is_queue(phases)) {
        lead_queue(phases);
        return;
    }
    if (phases->options->scenario != SCENARIO_STORM) {
        lead_by_time(phases);
        return;
    }
    if (is_storm(phases)) {
        phases_enter(phases, PHASE_STORM);
    } else if (!phases->said_restart && lasted(phases, phases->options->seconds)) {
        phases->said_restart = true;
        say_restart(phases);
    } else if (lasted(phases, phases->options->seconds + phases->options->give_up_s)) {
        phases_enter(phases, PHASE_SETTLE);
    }
}

/* All are back when none is missing for a second: those whose sockets have yet to be closed seem to be in. */
static void lead_storm(struct phases *phases)
{
    if (phases->options->scenario != SCENARIO_STORM) {
        lead_by_time(phases);
        return;
    }
    bool is_marked = atomic_load(&phases->control->server_ready_us) != 0;
    if (!everybody_is_in(phases))
        phases->all_in_us = 0;
    else if (phases->all_in_us == 0)
        phases->all_in_us = schedule_now_us();
    else if (schedule_now_us() - phases->all_in_us >= US_PER_S || is_marked)
        phases_enter(phases, PHASE_AFTER);
    if (lasted(phases, phases->options->give_up_s))
        phases_enter(phases, PHASE_AFTER);
}

/* A phase that waits for something: nothing is left of it, after a second at the least; or it takes too long.
 */
static bool is_through(const struct phases *phases, int64_t left, int64_t max_s)
{
    return (left == 0 && lasted(phases, 1)) || lasted(phases, max_s);
}

void phases_mark(struct phases *phases)
{
    if (phases->options->scenario == SCENARIO_STORM)
        atomic_store(&phases->control->server_ready_us, schedule_now_us());
    else if (phases_now(phases) == PHASE_STEADY)
        phases_enter(phases, PHASE_STORM);
}

void phases_lead(struct phases *phases)
{
    switch (phases_now(phases)) {
    case PHASE_RAMP:
        lead_ramp(phases);
        break;
    case PHASE_WARM:
        if (lasted(phases, phases->options->warm_s))
            phases_enter(phases, PHASE_STEADY);
        break;
    case PHASE_STEADY:
        lead_steady(phases);
        break;
    case PHASE_STORM:
        lead_storm(phases);
        break;
    case PHASE_AFTER:
        lead_by_time(phases);
        break;
    case PHASE_SETTLE:
        if (is_through(phases, phases->total->chats_pending, SETTLE_MAX_S))
            phases_enter(phases, PHASE_CHECK);
        break;
    case PHASE_CHECK:
        if (is_through(phases, phases->total->chats_unchecked, CHECK_MAX_S))
            phases_enter(phases, PHASE_END);
        break;
    case PHASE_END:
    case PHASES_COUNT:
        break;
    }
}
