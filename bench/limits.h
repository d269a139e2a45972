/* What the machine must allow, checked before anything is started. */
#pragma once

#include <stdbool.h>

#include "options.h"

/* Raises the soft limit of open files, and chooses --processes when that was not given. False: said on stderr
 * what to set. */
bool limits_check(struct options *options);
