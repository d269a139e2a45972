/* The parent of the load processes: starts them, leads them through the phases, shows how it goes. */
#pragma once

#include "options.h"
#include "report.h"

struct watched;

struct crew;

/* Forks them. NULL: said why. */
struct crew *crew_start(const struct options *options);
/* Until the end of the run; SIGINT and SIGTERM end it early. False: a process of ours died. Then the total is
 * whole. */
bool crew_lead(struct crew *crew);
/* The sum over all processes, and what they were told. Borrowed. */
const struct report *crew_total(const struct crew *crew);
const struct watched *crew_watched(const struct crew *crew);
const struct control *crew_control(const struct crew *crew);
void crew_free(struct crew *crew);
