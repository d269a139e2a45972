/* Brings a conversation in front of those it belongs to: all windows of its agent, all pages of its shopper.
 */
#pragma once

#include "session/live.h"

/* Each that does not look yet gets incoming_conversation and becomes a viewer. */
void invite(struct live *live);
