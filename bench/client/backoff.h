/* When to come back after a socket was lost: proto/PROTOCOL.md, "Close codes". */
#pragma once

#include <stdint.h>

#include "shopbell/str.h"

enum { BACKOFF_NEVER = -1 };

/* The least time to stay away, or BACKOFF_NEVER. */
int64_t backoff_floor_ms(uint16_t code, struct str reason);

/* Full jitter: between 0 and a bound that doubles with each try from 1 s to 30 s. random is any 64 bits. */
int64_t backoff_jitter_us(unsigned tries, uint64_t random);
