/* Slows down whoever guesses passwords: at most 5 tries a minute for one account and 20 for one address. Each
 * key has a token bucket; full ones are forgotten, so memory follows the attack and goes with it. */
#pragma once

#include <stdint.h>

#include "base/map.h"

struct login_guard {
    struct map by_key;
    int64_t swept_ms;
};

void login_guard_init(struct login_guard *guard);
void login_guard_fini(struct login_guard *guard);
/* Counts a try. 0: go on; else refuse, and say that it may be tried again in so many ms. */
int64_t login_guard_try(struct login_guard *guard, struct str site, struct str account, struct str address,
                        int64_t now_ms);
