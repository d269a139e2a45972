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
#include "phases.h"
#include "watched.h"

enum {
    LOOK_MS = 20,
    SHOW_US = 1000 * 1000,
    US_PER_S = 1000 * 1000,
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
    struct phases phases;
    struct watched *watched;
    struct report total;
    int64_t shown_us;
    uint64_t shown_acked;
};

static volatile sig_atomic_t ends, is_marked;

static void signal_cb(int signal)
{
    if (signal == SIGUSR1)
        is_marked = 1;
    else
        ends = 1;
}

/* ---- start ---- */

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
        crew->phases =
            (struct phases){options, &crew->total, &crew->shared->control, crew->watched, 0, false};
        phases_enter(&crew->phases, PHASE_RAMP);
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
            (long long)((now_us - began_us) / US_PER_S), phase_names[phases_now(&crew->phases)],
            (long long)total->sessions_ready, (long long)(crew->options->sessions + crew->options->agents),
            (unsigned long long)total->counters[COUNTER_SOCKETS_LOST], (unsigned long long)acked,
            (unsigned long long)(acked - crew->shown_acked), (long long)(total->late_max_us / 1000));
    crew->shown_us = now_us;
    crew->shown_acked = acked;
}

static void note_signals(struct crew *crew)
{
    if (is_marked) {
        is_marked = 0;
        phases_mark(&crew->phases);
    }
    if (ends && phases_now(&crew->phases) < PHASE_SETTLE) {
        ends = 0;
        phases_enter(&crew->phases, PHASE_SETTLE);
    } else if (ends) {
        phases_enter(&crew->phases, PHASE_END);
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
    while (ok && phases_now(&crew->phases) != PHASE_END) {
        nanosleep(&(struct timespec){.tv_nsec = LOOK_MS * 1000000L}, NULL);
        note_signals(crew);
        add_up(crew);
        show(crew);
        phases_lead(&crew->phases);
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
