/* An intrusive hash map keyed by text. The node is embedded in the value; the map owns neither values nor
 * keys.
 *
 * Keys are hashed with SipHash under a random key, so that outsiders cannot choose collisions. Growing is
 * incremental: the old table is emptied a few buckets a put, so that no put of a million stalls the loop.
 * Tables never shrink. crypto_init() comes before the first map_init(). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h" /* container_of */
#include "shopbell/str.h"

struct map_node {
    struct map_node *next;
    const char *key; /* borrowed: must live, unchanged, as long as the node is in the map */
    uint32_t key_len;
    uint32_t hash;
};

struct map_table {
    struct map_node **buckets; /* owned; NULL: none yet */
    size_t mask;
};

struct map {
    struct map_table table; /* new nodes go here */
    struct map_table old;   /* being emptied while growing */
    size_t old_emptied;     /* buckets of old before this one are empty */
    size_t count;
    unsigned char hash_key[16];
};

void map_init(struct map *map);
void map_fini(struct map *map); /* frees the tables; nodes still inside are simply forgotten */

struct map_node *map_get(const struct map *map, struct str key); /* NULL: not there */

/* False, and nothing changed, when the key is there already or when out of memory. A key has less than 4 GiB.
 */
bool map_put(struct map *map, struct map_node *node, struct str key);

/* True when this node was in the map; a zeroed or removed node is fine. */
bool map_remove(struct map *map, struct map_node *node);

size_t map_count(const struct map *map);

/* In no order; NULL at the end. map_next() needs its node still inside; map_remove() disturbs nothing else,
 * but a map_put() during a walk may repeat or skip nodes. */
struct map_node *map_first(const struct map *map);
struct map_node *map_next(const struct map *map, const struct map_node *node);

/* struct map_node *node. The body may remove and free node, but no other node. */
#define map_for_each_safe(node, map)                                                                         \
    for (struct map_node *node = map_first(map), *node##_next = node ? map_next(map, node) : NULL; node;     \
         node = node##_next, node##_next = node ? map_next(map, node) : NULL)
