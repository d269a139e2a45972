#include "session/peers.h"

#include "base/alloc.h"
#include "session/live.h"
#include "session/push.h"
#include "session/receipts.h"
#include "session/site.h"

static bool shopper_here(const struct live *live)
{
    return shopper_present(live->site, id_str(&live->conversation.shopper));
}

bool peers_have_shopper(const struct live *live)
{
    for (size_t i = 0; i < live->peers.count; i++)
        if (live->peers.list[i].shopper_there)
            return true;
    return false;
}

/* ---- who they are ---- */

static struct peer *peer_find(struct live *live, struct str node)
{
    for (size_t i = 0; i < live->peers.count; i++)
        if (str_eq(id_str(&live->peers.list[i].node), node))
            return &live->peers.list[i];
    return NULL;
}

static struct peer *peer_add(struct live *live, struct str node)
{
    struct peers *peers = &live->peers;
    struct id id;
    struct peer *list =
        id_parse(node, 'n', &id) ? sb_realloc(peers->list, (peers->count + 1) * sizeof *list) : NULL;
    if (!list)
        return NULL;
    peers->list = list;
    list[peers->count] = (struct peer){.node = id};
    return &list[peers->count++];
}

static void peer_remove(struct live *live, struct peer *peer)
{
    *peer = live->peers.list[--live->peers.count];
}

/* Soon the view is read again, and this node registers then, which makes up for what nobody told or heard. */
static void peers_fail(struct live *live)
{
    live->peers.unsure = true;
    live_distrust(live);
}

static void node_tell(struct live *live, struct str node, struct store_told told)
{
    told.conversation = id_str(&live->conversation.id);
    if (!store_tell(live_store(live), live->site->id, node, &told))
        peers_fail(live);
}

static struct peer *peers_put(struct live *live, struct str node, bool shopper_there)
{
    struct peer *peer = peer_find(live, node);
    if (!peer)
        peer = peer_add(live, node);
    if (peer)
        peer->shopper_there = shopper_there;
    else
        peers_fail(live);
    return peer;
}

void peers_set(struct live *live, struct str node, bool looks, bool shopper_there)
{
    live_hold(live);
    struct peer *peer = looks ? peers_put(live, node, shopper_there) : peer_find(live, node);
    if (peer && !looks) {
        peer_remove(live, peer);
        live_follow(live, 0); /* it may have died between writing and telling */
    } else if (peer) {
        peer->heard = true;
        node_tell(live, node,
                  (struct store_told){.kind = STORE_TELL_STAND, .seq = live->conversation.last_seq});
    }
    push_shopper_presence(live);
    live_release(live);
}

/* ---- registering ---- */

/* What Redis answers is older than what a peer said meanwhile by the other connection. */
static void peers_forget_unheard(struct live *live)
{
    for (size_t i = live->peers.count; i > 0; i--)
        if (!live->peers.list[i - 1].heard)
            peer_remove(live, &live->peers.list[i - 1]);
}

static void on_peers(void *ctx, enum store_result result, const struct store_peer *peers, size_t count)
{
    struct live *live = ctx;
    if (result == STORE_OK) {
        peers_forget_unheard(live);
        for (size_t i = 0; i < count; i++)
            peers_put(live, peers[i].node, peers[i].shopper_there);
        push_shopper_presence(live);
    } else {
        peers_fail(live);
    }
    live_release(live);
}

void peers_register(struct live *live)
{
    bool here = shopper_here(live);
    if (!store_view(live_store(live), live->site->id, id_str(&live->conversation.id), here, on_peers, live)) {
        peers_fail(live);
        return;
    }
    live_hold(live);
    for (size_t i = 0; i < live->peers.count; i++)
        live->peers.list[i].heard = false;
    live->peers.registered = true;
    live->peers.unsure = false;
    live->peers.told_shopper_here = here;
}

void peers_doubt(struct live *live)
{
    live->peers.unsure = true;
}

void peers_settle(struct live *live)
{
    if (!live->peers.registered || live->peers.unsure)
        peers_register(live);
}

void peers_shopper_moved(struct live *live)
{
    if (live->peers.told_shopper_here != shopper_here(live))
        peers_register(live);
}

void peers_leave(struct live *live)
{
    if (live->peers.registered)
        store_unview(live_store(live), live->site->id, id_str(&live->conversation.id));
    sb_free(live->peers.list);
    live->peers = (struct peers){0};
}

/* ---- telling ---- */

static void peers_tell(struct live *live, struct store_told told)
{
    for (size_t i = 0; i < live->peers.count; i++)
        node_tell(live, id_str(&live->peers.list[i].node), told);
}

void peers_tell_event(struct live *live, const struct event *event)
{
    peers_tell(live, (struct store_told){.kind = STORE_TELL_EVENT,
                                         .seq = event->id.seq,
                                         .event = event,
                                         .generation = live->site->generation});
}

void peers_tell_grown(struct live *live)
{
    peers_tell(live, (struct store_told){.kind = STORE_TELL_EVENT, .seq = live->conversation.last_seq});
}

void peers_tell_typing(struct live *live, enum proto_role role, struct str person, bool is_typing)
{
    peers_tell(live, (struct store_told){
                         .kind = STORE_TELL_TYPING, .role = role, .person = person, .is_typing = is_typing});
}

void peers_tell_receipt(struct live *live, enum proto_role role)
{
    struct proto_receipt receipt = receipt_of(&live->receipts, role);
    peers_tell(live, (struct store_told){.kind = STORE_TELL_RECEIPT,
                                         .role = role,
                                         .delivered = receipt.delivered_up_to,
                                         .seen = receipt.seen_up_to});
}

void peers_tell_record(struct live *live)
{
    peers_tell(live, (struct store_told){.kind = STORE_TELL_RECORD});
}

/* ---- hearing ---- */

static void heard_receipt(struct live *live, const struct store_told *told)
{
    bool grown = receipts_grow(&live->receipts, told->role, told->delivered, false);
    grown |= receipts_grow(&live->receipts, told->role, told->seen, true);
    if (grown)
        push_receipt(live, told->role, NULL);
}

static void heard_event(struct live *live, const struct store_told *told)
{
    if (told->event)
        live_hear(live, told->event, told->generation);
    else
        live_follow(live, told->seq);
}

static void heard_stand(struct live *live, const struct store_told *told)
{
    int64_t seq = live->conversation.last_seq;
    if (told->seq < seq)
        node_tell(live, told->from, (struct store_told){.kind = STORE_TELL_EVENT, .seq = seq});
    else
        live_follow(live, told->seq);
}

void peers_heard(struct live *live, const struct store_told *told)
{
    switch (told->kind) {
    case STORE_TELL_EVENT:
        heard_event(live, told);
        break;
    case STORE_TELL_STAND:
        heard_stand(live, told);
        break;
    case STORE_TELL_TYPING:
        push_typing(live, told->role, told->person, told->is_typing);
        break;
    case STORE_TELL_RECEIPT:
        heard_receipt(live, told);
        break;
    case STORE_TELL_RECORD:
        live_reload_record(live);
        break;
    }
}
