/* The scenario queue: shoppers ask and wait, agents come later, each conversation is soon over. What both
 * sides do to end one: the agent proposes it, the shopper agrees. */
#pragma once

#include <stdbool.h>

#include "client/chat.h"

bool serving_is_on(void);
/* The agent was given it. */
void serving_begin(struct chat *chat);
/* An event of it was seen, by its raw type. */
void serving_on_event(struct chat *chat, struct str type);
/* When something is to be asked, or INT64_MAX. */
int64_t serving_due_us(const struct chat *chat);
/* What is to be asked now. */
const char *serving_action(const struct chat *chat);
/* It was answered. */
void serving_done(struct chat *chat);
