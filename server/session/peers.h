/* The other nodes that look at a conversation, and what they and this one tell each other about it.
 *
 * A node that begins to look says so in Redis before it can rely on hints; each that looks already answers
 * with where it stands. Whichever is behind reads, or is told by the other, so that nothing falls between
 * reading and the first hint, and what a node wrote that could not tell of it is told by who finds it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ids.h"
#include "proto.h"

struct event;
struct live;
struct store_told;

struct peer {
    struct id node;
    bool shopper_there;
    bool heard; /* from itself, since this node said last that it looks */
};

struct peers {
    struct peer *list; /* owned */
    size_t count;
    bool registered;
    bool unsure;            /* something may not have been told: register again */
    bool told_shopper_here; /* what the others know of this node */
};

/* Says, or says again, that this node looks and whether the shopper is here. */
void peers_register(struct live *live);
/* The connection was lost: what was told last may not have been. Registered again when the view is current.
 */
void peers_doubt(struct live *live);
/* The view is current. */
void peers_settle(struct live *live);
/* The shopper came to this node, or left it. */
void peers_shopper_moved(struct live *live);
/* This node no longer looks. Frees the list. */
void peers_leave(struct live *live);

bool peers_have_shopper(const struct live *live);
/* A peer looks, or no longer does. */
void peers_set(struct live *live, struct str node, bool looks, bool shopper_there);

/* Telling all of them. */
/* It was written here: a message, so that the others need not read it. */
void peers_tell_event(struct live *live, const struct event *event);
void peers_tell_grown(struct live *live);
void peers_tell_typing(struct live *live, enum proto_role role, struct str person, bool is_typing);
void peers_tell_receipt(struct live *live, enum proto_role role);
void peers_tell_record(struct live *live);
/* What another node told. */
void peers_heard(struct live *live, const struct store_told *told);
