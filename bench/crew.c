#include "crew.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "client/client.h"
#include "watched.h"

enum {
    LOOK_MS = 20,
    SHOW_US = 1000 * 1000,
    US_PER_S = 1000 * 1000,
    RAMP_SPARE_S = 60,
    SETTLE_MAX_S = 60,
    CHECK_MAX_S = 120,
    /* So many of all sockets lost at once are a storm. */
    STORM_SHARE = 100,
};

struct shared {
    struct control control;
    struct report reports[];
};

struct crew {
    const struct options *options;
    struct shared *shared; /* mapped, also by the children */
    size_t shared_bytes;
    pid_t *pids;
    struct watched *watched;
    struct report total;
    int64_t shown_us;
    int64_t all_in_us; /* since when nobody is missing; 0: somebody is */
    uint64_t shown_acked;
};

static volatile sig_atomic_t ends, server_is_ready;

static void signal_cb(int signal)
{
    if (signal == SIGUSR1)
        server_is_ready = 1;
    else
        ends = 1;
}

/* ---- start ---- */

static enum phase phase_of(const struct crew *crew)
{
    return (enum phase)atomic_load(&crew->shared->control.phase);
}

static void enter(struct crew *crew, enum phase phase)
{
    watched_look(crew->watched, phase);
    atomic_store(&crew->shared->control.began_us[phase], schedule_now_us());
    atomic_store(&crew->shared->control.phase, (int)phase);
}

static void run_child(struct crew *crew, uint32_t number)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGUSR1, SIG_IGN);
    bool ok = client_run(crew->options, &crew->shared->control, &crew->shared->reports[number], number);
    _Exit(ok ? EXIT_SUCCESS : EXIT_FAILURE);
}

static bool fork_all(struct crew *crew)
{
    for (int64_t i = 0; i < crew->options->processes; i++) {
        crew->pids[i] = fork();
        if (crew->pids[i] < 0)
            return false;
        if (crew->pids[i] == 0)
            run_child(crew, (uint32_t)i);
    }
    return true;
}

struct crew *crew_start(const struct options *options)
{
    struct crew *crew = calloc(1, sizeof *crew);
    if (!crew)
        return NULL;
    crew->options = options;
    crew->pids = calloc((size_t)options->processes, sizeof *crew->pids);
    crew->watched = watched_new(options);
    crew->shared_bytes = sizeof(struct shared) + (size_t)options->processes * sizeof(struct report);
    crew->shared = mmap(NULL, crew->shared_bytes, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    struct sigaction action = {.sa_handler = signal_cb};
    sigaction(SIGUSR1, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    if (crew->pids && crew->watched && crew->shared != MAP_FAILED) {
        enter(crew, PHASE_RAMP);
        if (fork_all(crew))
            return crew;
    }
    fprintf(stderr, "shopbell-bench: cannot start %lld processes: %s\n", (long long)options->processes,
            strerror(errno));
    crew_free(crew);
    return NULL;
}

static void end_all(struct crew *crew)
{
    for (int64_t i = 0; i < crew->options->processes; i++)
        if (crew->pids[i] > 0) {
            kill(crew->pids[i], SIGKILL);
            waitpid(crew->pids[i], NULL, 0);
        }
}

void crew_free(struct crew *crew)
{
    if (crew->pids)
        end_all(crew);
    if (crew->shared && crew->shared != MAP_FAILED)
        munmap(crew->shared, crew->shared_bytes);
    watched_free(crew->watched);
    free(crew->pids);
    free(crew);
}

/* ---- the phases ---- */

static bool lasted(const struct crew *crew, int64_t seconds)
{
    int64_t began_us = atomic_load(&crew->shared->control.began_us[phase_of(crew)]);
    return schedule_now_us() - began_us >= seconds * US_PER_S;
}

static int64_t wanted(const struct crew *crew)
{
    return crew->options->sessions + crew->options->agents - crew->total.sessions_stopped;
}

static bool everybody_is_in(const struct crew *crew)
{
    return crew->total.sessions_ready >= wanted(crew);
}

static void say_restart(const struct crew *crew)
{
    fprintf(stderr, "shopbell-bench: %lld sessions are in: restart the server now\n",
            (long long)crew->total.sessions_ready);
}

static bool is_queue(const struct crew *crew)
{
    return crew->options->scenario == SCENARIO_QUEUE;
}

/* Agents come when everybody waits. */
static bool all_shoppers_wait(const struct crew *crew)
{
    return crew->total.sessions_ready >= crew->options->sessions &&
           crew->total.counters[COUNTER_ACKED] >= (uint64_t)crew->options->conversations;
}

static void lead_queue(struct crew *crew)
{
    bool all_closed = crew->total.counters[COUNTER_CLOSED] >= (uint64_t)crew->options->conversations;
    if (all_closed || lasted(crew, crew->options->give_up_s))
        enter(crew, PHASE_SETTLE);
}

static bool has_warm_up(const struct crew *crew)
{
    return crew->options->scenario == SCENARIO_CHAT || crew->options->scenario == SCENARIO_CHURN;
}

static void lead_ramp(struct crew *crew)
{
    int64_t ramp_s = wanted(crew) / crew->options->rate + RAMP_SPARE_S;
    if (is_queue(crew) ? all_shoppers_wait(crew) : everybody_is_in(crew))
        enter(crew, has_warm_up(crew) ? PHASE_WARM : PHASE_STEADY);
    else if (lasted(crew, ramp_s))
        enter(crew, PHASE_SETTLE);
}

static bool is_storm(const struct crew *crew)
{
    return crew->total.sessions_dropped * STORM_SHARE >= wanted(crew) && crew->total.sessions_dropped > 0;
}

static void lead_steady(struct crew *crew)
{
    static bool said;
    if (is_queue(crew)) {
        lead_queue(crew);
        return;
    }
    if (crew->options->scenario != SCENARIO_STORM) {
        if (lasted(crew, crew->options->seconds))
            enter(crew, PHASE_SETTLE);
        return;
    }
    if (is_storm(crew)) {
        enter(crew, PHASE_STORM);
    } else if (!said && lasted(crew, crew->options->seconds)) {
        said = true;
        say_restart(crew);
    } else if (lasted(crew, crew->options->seconds + crew->options->give_up_s)) {
        enter(crew, PHASE_SETTLE);
    }
}

/* All are back when none is missing for a second: those whose sockets have yet to be closed seem to be in. */
static void lead_storm(struct crew *crew)
{
    bool is_marked = atomic_load(&crew->shared->control.server_ready_us) != 0;
    if (!everybody_is_in(crew))
        crew->all_in_us = 0;
    else if (crew->all_in_us == 0)
        crew->all_in_us = schedule_now_us();
    else if (schedule_now_us() - crew->all_in_us >= US_PER_S || is_marked)
        enter(crew, PHASE_AFTER);
    if (lasted(crew, crew->options->give_up_s))
        enter(crew, PHASE_AFTER);
}

static void lead(struct crew *crew)
{
    switch (phase_of(crew)) {
    case PHASE_RAMP:
        lead_ramp(crew);
        break;
    case PHASE_WARM:
        if (lasted(crew, crew->options->warm_s))
            enter(crew, PHASE_STEADY);
        break;
    case PHASE_STEADY:
        lead_steady(crew);
        break;
    case PHASE_STORM:
        lead_storm(crew);
        break;
    case PHASE_AFTER:
        if (lasted(crew, crew->options->seconds))
            enter(crew, PHASE_SETTLE);
        break;
    case PHASE_SETTLE:
        if ((crew->total.chats_pending == 0 && lasted(crew, 1)) || lasted(crew, SETTLE_MAX_S))
            enter(crew, PHASE_CHECK);
        break;
    case PHASE_CHECK:
        if ((crew->total.chats_unchecked == 0 && lasted(crew, 1)) || lasted(crew, CHECK_MAX_S))
            enter(crew, PHASE_END);
        break;
    case PHASE_END:
    case PHASES_COUNT:
        break;
    }
}

/* ---- what goes on ---- */

static void add_up(struct crew *crew)
{
    memset(&crew->total, 0, offsetof(struct report, login_us));
    for (int64_t i = 0; i < crew->options->processes; i++)
        report_add_numbers(&crew->total, &crew->shared->reports[i]);
}

static void add_up_all(struct crew *crew)
{
    add_up(crew);
    crew->total.counters[COUNTER_UNCHECKED] += (uint64_t)crew->total.chats_unchecked;
    for (int64_t i = 0; i < crew->options->processes; i++)
        report_add_histograms(&crew->total, &crew->shared->reports[i]);
}

static void show(struct crew *crew)
{
    const struct report *total = &crew->total;
    int64_t now_us = schedule_now_us();
    if (now_us - crew->shown_us < SHOW_US)
        return;
    uint64_t acked = total->counters[COUNTER_ACKED];
    int64_t began_us = atomic_load(&crew->shared->control.began_us[PHASE_RAMP]);
    fprintf(stderr, "%4lld s %-6s %lld of %lld in, %llu sockets lost, %llu acked (%llu/s), late %lld ms\n",
            (long long)((now_us - began_us) / US_PER_S), phase_names[phase_of(crew)],
            (long long)total->sessions_ready, (long long)(crew->options->sessions + crew->options->agents),
            (unsigned long long)total->counters[COUNTER_SOCKETS_LOST], (unsigned long long)acked,
            (unsigned long long)(acked - crew->shown_acked), (long long)(total->late_max_us / 1000));
    crew->shown_us = now_us;
    crew->shown_acked = acked;
}

static void note_signals(struct crew *crew)
{
    if (server_is_ready) {
        server_is_ready = 0;
        atomic_store(&crew->shared->control.server_ready_us, schedule_now_us());
    }
    if (ends && phase_of(crew) < PHASE_SETTLE) {
        ends = 0;
        enter(crew, PHASE_SETTLE);
    } else if (ends) {
        enter(crew, PHASE_END);
    }
}

/* False: one ended before it was told to. */
static bool all_live(const struct crew *crew)
{
    pid_t pid = waitpid(-1, NULL, WNOHANG);
    for (int64_t i = 0; pid > 0 && i < crew->options->processes; i++)
        if (crew->pids[i] == pid)
            crew->pids[i] = 0;
    return pid <= 0;
}

bool crew_lead(struct crew *crew)
{
    bool ok = true;
    while (ok && phase_of(crew) != PHASE_END) {
        nanosleep(&(struct timespec){.tv_nsec = LOOK_MS * 1000000L}, NULL);
        note_signals(crew);
        add_up(crew);
        show(crew);
        lead(crew);
        ok = all_live(crew);
    }
    if (!ok)
        fputs("shopbell-bench: a load process ended unasked\n", stderr);
    add_up_all(crew);
    return ok;
}

const struct report *crew_total(const struct crew *crew)
{
    return &crew->total;
}

const struct watched *crew_watched(const struct crew *crew)
{
    return crew->watched;
}

const struct control *crew_control(const struct crew *crew)
{
    return &crew->shared->control;
}
