#include "domain/login_guard.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "base/alloc.h"
#include "domain/rate.h"

enum {
    WINDOW_FULL_MS = 1000,
    NO_MEMORY_MS = 1000,
    KEY_BYTES = 320,
    ENTRIES_MAX = 100000,
    NETWORK_PREFIX_BYTES = 8
};

/* Scaled by 60 so that a try a minute is a whole number of tokens a second. */
enum { TRY_COST = 60 };
static const struct rate_limit account_limit = {.burst_tokens = LOGIN_TRIES_OF_ACCOUNT * TRY_COST,
                                                .refill_tokens_per_s = LOGIN_TRIES_OF_ACCOUNT};
static const struct rate_limit network_limit = {.burst_tokens = LOGIN_TRIES_OF_NETWORK * TRY_COST,
                                                .refill_tokens_per_s = LOGIN_TRIES_OF_NETWORK};

struct entry {
    struct map_node node;
    struct rate rate;
    char key[];
};

void login_guard_init(struct login_guard *guard)
{
    map_init(&guard->by_key);
    guard->swept_ms = 0;
}

static void entry_free(struct login_guard *guard, struct entry *entry)
{
    map_remove(&guard->by_key, &entry->node);
    sb_free(entry);
}

void login_guard_fini(struct login_guard *guard)
{
    map_for_each_safe(node, &guard->by_key) {
        entry_free(guard, container_of(node, struct entry, node));
    }
    map_fini(&guard->by_key);
}

/* A bucket that is full again is as good as none. Under attack there are many: a sweep for each try would be
 * the greater attack. */
static void login_guard_sweep(struct login_guard *guard, int64_t now_ms)
{
    int64_t pause_ms = map_count(&guard->by_key) < ENTRIES_MAX ? LOGIN_WINDOW_MS : WINDOW_FULL_MS;
    if (now_ms - guard->swept_ms < pause_ms)
        return;
    guard->swept_ms = now_ms;
    map_for_each_safe(node, &guard->by_key) {
        struct entry *entry = container_of(node, struct entry, node);
        if (rate_is_full(&entry->rate, now_ms))
            entry_free(guard, entry);
    }
}

static struct entry *entry_for(struct login_guard *guard, struct str key)
{
    struct map_node *node = map_get(&guard->by_key, key);
    if (node)
        return container_of(node, struct entry, node);
    struct entry *entry = sb_calloc(1, sizeof *entry + key.len + 1);
    if (!entry)
        return NULL;
    memcpy(entry->key, key.data, key.len);
    if (!map_put(&guard->by_key, &entry->node, (struct str){entry->key, key.len})) {
        sb_free(entry);
        return NULL;
    }
    return entry;
}

/* No memory, or too many keys at once: the door stays shut rather than open. */
static int64_t login_guard_take(struct login_guard *guard, const char *key, const struct rate_limit *limit,
                                int64_t now_ms)
{
    if (map_count(&guard->by_key) >= ENTRIES_MAX)
        return LOGIN_WINDOW_MS;
    struct entry *entry = entry_for(guard, str_from(key));
    return entry ? rate_take(&entry->rate, limit, TRY_COST, now_ms) : NO_MEMORY_MS;
}

struct str login_network(struct str address, char out[LOGIN_NETWORK_BYTES])
{
    struct in6_addr in6;
    snprintf(out, LOGIN_NETWORK_BYTES, STR_FMT, STR_ARG(address));
    if (inet_pton(AF_INET6, out, &in6) == 1) {
        memset(in6.s6_addr + NETWORK_PREFIX_BYTES, 0, sizeof in6.s6_addr - NETWORK_PREFIX_BYTES);
        inet_ntop(AF_INET6, &in6, out, LOGIN_NETWORK_BYTES);
    }
    return str_from(out);
}

int64_t login_guard_try(struct login_guard *guard, struct str site, struct str account, struct str address,
                        int64_t now_ms)
{
    char key[KEY_BYTES], network[LOGIN_NETWORK_BYTES];
    login_guard_sweep(guard, now_ms);
    snprintf(key, sizeof key, "network " STR_FMT, STR_ARG(login_network(address, network)));
    int64_t wait_ms = login_guard_take(guard, key, &network_limit, now_ms);
    if (wait_ms > 0)
        return wait_ms;
    snprintf(key, sizeof key, "account " STR_FMT " " STR_FMT, STR_ARG(site), STR_ARG(account));
    return login_guard_take(guard, key, &account_limit, now_ms);
}
