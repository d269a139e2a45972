/* What came out, as JSON on stdout. */
#pragma once

#include <stdbool.h>

#include "options.h"
#include "report.h"

struct watched;

void result_print(const struct options *options, const struct report *total, const struct control *control,
                  const struct watched *watched);
/* Everybody was in at the end, and nothing was lost, repeated, out of order or not looked at. */
bool result_is_good(const struct options *options, const struct report *total);
