/* How far each side of a conversation has got. Receipts only grow. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "shopbell/store.h"

struct proto_receipt receipt_of(const struct store_receipts *receipts, enum proto_role role);
/* Seen means delivered too. True when something grew. */
bool receipts_grow(struct store_receipts *receipts, enum proto_role role, int64_t up_to, bool seen);
