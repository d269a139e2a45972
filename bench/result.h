/* What came out, as JSON on stdout. */
#pragma once

#include <stdbool.h>

#include "options.h"
#include "report.h"

void result_print(const struct options *options, const struct report *total, const struct control *control);
/* Everybody was in at the end, and nothing was lost, repeated, out of order or not looked at. */
bool result_is_good(const struct options *options, const struct report *total);
