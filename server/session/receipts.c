#include "session/receipts.h"

struct proto_receipt receipt_of(const struct store_receipts *r, enum proto_role role)
{
    if (role == PROTO_ROLE_AGENT)
        return (struct proto_receipt){.delivered_up_to = r->agent_delivered, .seen_up_to = r->agent_seen};
    return (struct proto_receipt){.delivered_up_to = r->shopper_delivered, .seen_up_to = r->shopper_seen};
}

static bool grow(int64_t *mark, int64_t up_to)
{
    if (up_to <= *mark)
        return false;
    *mark = up_to;
    return true;
}

bool receipts_grow(struct store_receipts *receipts, enum proto_role role, int64_t up_to, bool seen)
{
    bool agent = role == PROTO_ROLE_AGENT;
    bool grown = grow(agent ? &receipts->agent_delivered : &receipts->shopper_delivered, up_to);
    if (seen)
        grown |= grow(agent ? &receipts->agent_seen : &receipts->shopper_seen, up_to);
    return grown;
}
