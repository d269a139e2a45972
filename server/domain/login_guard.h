/* Slows down whoever guesses passwords: at most 5 tries a minute for one account and 20 for one network: an
 * IPv4 address, or the /64 of an IPv6 one, since whoever has one of its addresses has them all. Each key has
 * a token bucket; full ones are forgotten, so memory follows the attack and goes with it.
 *
 * This is what one node sees. All nodes together count in Redis (store_count_try()), with the same limits. */
#pragma once

#include <netinet/in.h>
#include <stdint.h>

#include "base/map.h"

enum {
    LOGIN_WINDOW_MS = 60000,
    LOGIN_TRIES_OF_ACCOUNT = 5,
    LOGIN_TRIES_OF_NETWORK = 20,
    LOGIN_NETWORK_BYTES = INET6_ADDRSTRLEN
};

struct login_guard {
    struct map by_key;
    int64_t swept_ms;
};

void login_guard_init(struct login_guard *guard);
void login_guard_fini(struct login_guard *guard);
/* An address as net gives it: in digits. What is no address stands for itself. */
struct str login_network(struct str address, char out[LOGIN_NETWORK_BYTES]);
/* Counts a try. 0: go on; else refuse, and say that it may be tried again in so many ms. */
int64_t login_guard_try(struct login_guard *guard, struct str site, struct str account, struct str address,
                        int64_t now_ms);
