/* What a hint says, as the upcall it stands for. */
#pragma once

#include "shopbell/store.h"
#include "store/feed_parse.h"

void feed_read(const struct hint *hint, const struct store_upcalls *upcalls);
