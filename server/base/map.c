#include "base/map.h"

#include <sodium.h>

#include "base/alloc.h"

enum {
    MAP_FIRST_BUCKETS = 16,
    /* A table of n grows at n nodes, and the next growth is n puts away: more than one bucket a put is always
       in time. */
    MAP_BUCKETS_MOVED_A_PUT = 4,
};

_Static_assert(sizeof(((struct map *)0)->hash_key) == crypto_shorthash_KEYBYTES, "the key fits");

/* Half of what SipHash gives: there is no memory for a table that needs more. */
static uint32_t hash_key(const struct map *map, struct str key)
{
    unsigned char out[crypto_shorthash_BYTES];
    uint32_t hash;
    crypto_shorthash(out, (const unsigned char *)key.data, key.len, map->hash_key);
    memcpy(&hash, out, sizeof hash);
    return hash;
}

void map_init(struct map *map)
{
    *map = (struct map){0};
    crypto_shorthash_keygen(map->hash_key);
}

void map_fini(struct map *map)
{
    sb_free(map->table.buckets);
    sb_free(map->old.buckets);
    *map = (struct map){0};
}

size_t map_count(const struct map *map)
{
    return map->count;
}

static void move_bucket(struct map *map, size_t index)
{
    struct map_node *node = map->old.buckets[index];
    map->old.buckets[index] = NULL;
    while (node) {
        struct map_node *next = node->next;
        struct map_node **bucket = &map->table.buckets[node->hash & map->table.mask];
        node->next = *bucket;
        *bucket = node;
        node = next;
    }
}

static void move_some(struct map *map)
{
    for (int i = 0; i < MAP_BUCKETS_MOVED_A_PUT && map->old.buckets; i++) {
        move_bucket(map, map->old_emptied++);
        if (map->old_emptied > map->old.mask) {
            sb_free(map->old.buckets);
            map->old = (struct map_table){0};
        }
    }
}

/* Doubles the table; false only when there is none at all. Without memory the chains grow longer instead. */
static bool grow(struct map *map)
{
    size_t buckets_count = map->table.buckets ? (map->table.mask + 1) * 2 : MAP_FIRST_BUCKETS;
    struct map_node **buckets = sb_calloc(buckets_count, sizeof *buckets);
    if (!buckets)
        return map->table.buckets != NULL;
    map->old = map->table;
    map->old_emptied = 0;
    map->table = (struct map_table){buckets, buckets_count - 1};
    return true;
}

/* Where the chain begins that holds, or would hold, nodes of this hash. There must be a table. */
static struct map_node **chain_of(const struct map *map, uint32_t hash)
{
    if (map->old.buckets && (hash & map->old.mask) >= map->old_emptied)
        return &map->old.buckets[hash & map->old.mask];
    return &map->table.buckets[hash & map->table.mask];
}

static struct map_node *find(const struct map *map, struct str key, uint32_t hash)
{
    if (!map->table.buckets)
        return NULL;
    for (struct map_node *node = *chain_of(map, hash); node; node = node->next)
        if (node->hash == hash && str_eq((struct str){node->key, node->key_len}, key))
            return node;
    return NULL;
}

struct map_node *map_get(const struct map *map, struct str key)
{
    return map->count == 0 ? NULL : find(map, key, hash_key(map, key));
}

bool map_put(struct map *map, struct map_node *node, struct str key)
{
    uint32_t hash = hash_key(map, key);
    if (find(map, key, hash))
        return false;
    if (map->old.buckets)
        move_some(map);
    else if ((!map->table.buckets || map->count > map->table.mask) && !grow(map))
        return false;
    struct map_node **chain = chain_of(map, hash);
    *node = (struct map_node){*chain, key.data, (uint32_t)key.len, hash};
    *chain = node;
    map->count++;
    return true;
}

bool map_remove(struct map *map, struct map_node *node)
{
    if (!map->table.buckets)
        return false;
    struct map_node **link = chain_of(map, node->hash);
    while (*link && *link != node)
        link = &(*link)->next;
    if (!*link)
        return false;
    *link = node->next;
    node->next = NULL;
    map->count--;
    return true;
}

static struct map_node *first_from(const struct map_table *table, size_t index)
{
    for (; table->buckets && index <= table->mask; index++)
        if (table->buckets[index])
            return table->buckets[index];
    return NULL;
}

struct map_node *map_first(const struct map *map)
{
    struct map_node *node = first_from(&map->old, map->old_emptied);
    return node ? node : first_from(&map->table, 0);
}

struct map_node *map_next(const struct map *map, const struct map_node *node)
{
    if (node->next)
        return node->next;
    if (map->old.buckets && (node->hash & map->old.mask) >= map->old_emptied) {
        struct map_node *next = first_from(&map->old, (node->hash & map->old.mask) + 1);
        return next ? next : first_from(&map->table, 0);
    }
    return first_from(&map->table, (node->hash & map->table.mask) + 1);
}
