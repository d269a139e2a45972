/* Which phase of a run comes when, by what all load processes tell together. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "options.h"
#include "report.h"

struct watched;

/* Zeroed but for what is borrowed. */
struct phases {
    const struct options *options;
    const struct report *total; /* as it was added up last */
    struct control *control;
    struct watched *watched; /* looks whenever a phase begins */
    int64_t all_in_us;       /* since when nobody is missing; 0: somebody is */
    bool said_restart;
};

enum phase phases_now(const struct phases *phases);
void phases_enter(struct phases *phases, enum phase phase);
/* The caller's word (SIGUSR1). In a storm: the server is there again. Else: what comes from now on is told
 * apart from what was before, as the span "storm". */
void phases_mark(struct phases *phases);
/* Goes on to the next one, if it is time. */
void phases_lead(struct phases *phases);
