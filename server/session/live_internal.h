/* Between live.c, which knows who looks and how long a view lasts, and live_read.c, which follows the stream.
 */
#pragma once

#include "session/live.h"

/* Puts it among its agent's conversations, or into its team's line, as its state says. */
void live_place(struct live *live);
/* Agents look at what is theirs; a shopper goes on seeing what was theirs. */
void live_dismiss_agents(struct live *live);
/* Whoever wanted it loaded hears of it. */
void live_tell_waiters(struct live *live, enum store_result result);
/* Asks for the record, and then for the events. False: that could not be asked, and nobody was told. */
bool live_load(struct live *live);
