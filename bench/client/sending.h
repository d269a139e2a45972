/* What one writer sends into one conversation, whatever the protocol: when each message is due, and which are
 * under way.
 *
 * By the clock message n is due at a time that does not depend on the answers. Without one (--in-flight) it
 * is due as soon as fewer than so many are under way. A message keeps its number and its time when it is sent
 * again. Messages are acknowledged in their order. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "options.h"

/* A zeroed one has sent nothing. */
struct sending {
    int64_t next_due_us;            /* of the first message that was never sent */
    int64_t dues_us[IN_FLIGHT_MAX]; /* of those up to tried_count, each at its number modulo this */
    uint32_t acks_count;
    uint32_t sent_count; /* on this socket, or acknowledged: those past acks_count are under way */
    uint32_t tried_count;
};

/* The next message is due at some time within the next step_us; by the clock not before everybody should be
 * in. */
void sending_begin(struct sending *sending, int64_t step_us);
int64_t sending_next_due_us(const struct sending *sending);
bool sending_has_room(const struct sending *sending);
/* Something was sent before, and has to be sent again. */
bool sending_owes(const struct sending *sending);
/* The number of the message that is sent now; step_us is the time to the one after it, 0 without a clock. */
uint32_t sending_take(struct sending *sending, int64_t step_us, int64_t now_us);
/* When it was, or is, due. */
int64_t sending_due_us(const struct sending *sending, uint32_t n);
/* The socket is gone, or a message was refused: all that is not acknowledged is to be sent again. */
void sending_again(struct sending *sending);
/* What is not acknowledged is forgotten. */
void sending_forget(struct sending *sending);
