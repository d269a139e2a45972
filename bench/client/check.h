/* The end of a run: a conversation is read from its first event on, and held against what was acknowledged
 * and what was seen.
 *
 * lost: acknowledged and not there, or at another place, or a hole in what one author wrote, who only goes on
 * after an ack. duplicated: the same message twice. out_of_order: an author's messages not as they were
 * written. undelivered: there, and not shown to this side, which was looking. different: what this side saw
 * is not what is stored. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "client/chat.h"

struct check;

struct check *check_new(const struct chat *chat); /* free() it; NULL: no memory */
uint32_t check_read_up_to(const struct check *check);
void check_on_events(struct check *check, const struct chat *chat, struct str payload);
/* All was read; a push of the last of it may still be on its way. */
bool check_is_read(const struct check *check);
/* Once it is read. True: counted; false: ask again soon. */
bool check_finish(struct check *check, const struct chat *chat);
