/* The time. Deadlines and durations always use the monotonic clock; the wall clock is only for what people
 * read. */
#pragma once

#include <stdint.h>

int64_t clock_mono_ms(void);
int64_t clock_mono_us(void);
int64_t clock_wall_ms(void); /* since 1970-01-01 UTC */
