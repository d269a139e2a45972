/* Which messages a conversation holds already: (sender, custom_id) -> seq, so that a resend is recognised.
 *
 * Keeps 16 bytes a message: a keyed 64-bit hash (SipHash, so that nobody outside can make two collide) and
 * the seq. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto.h"

struct sent_ids {
    struct sent_id *slots; /* owned; open addressing, a power of two */
    size_t mask;
    size_t count;
};

void sent_ids_fini(struct sent_ids *ids);
/* False: no memory; the set is as it was. */
bool sent_ids_add(struct sent_ids *ids, enum proto_author_role role, struct str by, struct str custom_id,
                  int64_t seq);
/* 0: not there. */
int64_t sent_ids_find(const struct sent_ids *ids, enum proto_author_role role, struct str by,
                      struct str custom_id);
