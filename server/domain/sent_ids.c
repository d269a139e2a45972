#include "domain/sent_ids.h"

#include "base/alloc.h"
#include "base/crypto.h"

enum { SLOTS_MIN = 16 };

struct sent_id {
    uint64_t hash;
    int64_t seq; /* 0: free */
};

static uint64_t sent_id_hash(enum proto_author_role role, struct str by, struct str custom_id)
{
    char key[1 + PROTO_AGENT_ID_MAX_LENGTH + 1 + PROTO_CUSTOM_ID_MAX_LENGTH];
    size_t len = 0;
    key[len++] = (char)role;
    if (by.len > PROTO_AGENT_ID_MAX_LENGTH || custom_id.len > PROTO_CUSTOM_ID_MAX_LENGTH)
        return 0;
    if (by.len > 0)
        memcpy(key + len, by.data, by.len);
    len += by.len;
    key[len++] = '\0';
    memcpy(key + len, custom_id.data, custom_id.len);
    return crypto_hash64((struct str){key, len + custom_id.len});
}

static struct sent_id *slot_for(const struct sent_ids *ids, uint64_t hash)
{
    size_t at = hash & ids->mask;
    while (ids->slots[at].seq != 0 && ids->slots[at].hash != hash)
        at = (at + 1) & ids->mask;
    return &ids->slots[at];
}

static bool sent_ids_grow(struct sent_ids *ids)
{
    size_t old_size = ids->slots ? ids->mask + 1 : 0, size = old_size ? old_size * 2 : SLOTS_MIN;
    struct sent_ids grown = {
        .slots = sb_calloc(size, sizeof *grown.slots), .mask = size - 1, .count = ids->count};
    if (!grown.slots)
        return false;
    for (size_t i = 0; i < old_size; i++)
        if (ids->slots[i].seq != 0)
            *slot_for(&grown, ids->slots[i].hash) = ids->slots[i];
    sb_free(ids->slots);
    *ids = grown;
    return true;
}

void sent_ids_fini(struct sent_ids *ids)
{
    sb_free(ids->slots);
    *ids = (struct sent_ids){0};
}

bool sent_ids_add(struct sent_ids *ids, enum proto_author_role role, struct str by, struct str custom_id,
                  int64_t seq)
{
    bool full = !ids->slots || (ids->count + 1) * 4 > (ids->mask + 1) * 3;
    if (full && !sent_ids_grow(ids))
        return false;
    uint64_t hash = sent_id_hash(role, by, custom_id);
    struct sent_id *slot = slot_for(ids, hash);
    ids->count += slot->seq == 0;
    *slot = (struct sent_id){.hash = hash, .seq = seq};
    return true;
}

int64_t sent_ids_find(const struct sent_ids *ids, enum proto_author_role role, struct str by,
                      struct str custom_id)
{
    return ids->slots ? slot_for(ids, sent_id_hash(role, by, custom_id))->seq : 0;
}
