/* shopbell-bench: load for a Shopbell server. One parent (crew.h) and so many load processes (client/). */
#include <stdio.h>
#include <stdlib.h>

#include "client/schedule.h"
#include "crew.h"
#include "limits.h"
#include "options.h"
#include "result.h"

static void say_when_busy(const struct options *options, const struct report *total,
                          const struct control *control)
{
    enum { LATE_PERCENT = 1, BUSY_PERCENT = 85 };
    int64_t lived_us = control->began_us[PHASE_END] - control->began_us[PHASE_RAMP];
    int64_t busy = lived_us > 0 ? total->cpu_us * 100 / lived_us / options->processes : 0;
    int64_t late = total->timers_fired > 0 ? total->timers_late * 100 / total->timers_fired : 0;
    if (late >= LATE_PERCENT || busy >= BUSY_PERCENT)
        fprintf(
            stderr,
            "shopbell-bench: the load itself did %lld %% of what it does over %d ms late, at %lld %% of a\n"
            "processor a process: part of these times is its own. Give more --processes, or more "
            "processors.\n",
            (long long)late, SCHEDULE_LATE_US / 1000, (long long)busy);
}

int main(int argc, char *argv[])
{
    struct options options;
    enum options_verdict verdict = options_read(&options, argc, argv);
    if (verdict != OPTIONS_RUN)
        return verdict == OPTIONS_HELP ? EXIT_SUCCESS : 2;
    struct crew *crew = limits_check(&options) ? crew_start(&options) : NULL;
    if (!crew)
        return 2;
    bool ok = crew_lead(crew);
    const struct report *total = crew_total(crew);
    result_print(&options, total, crew_control(crew), crew_watched(crew));
    say_when_busy(&options, total, crew_control(crew));
    ok = ok && result_is_good(&options, total);
    crew_free(crew);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
