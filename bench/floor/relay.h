/* What the frames mean: see "The relay's protocol" in bench/README.md. */
#pragma once

#include "rooms.h"
#include "sockets.h"
#include "store.h"

struct message;

struct relay {
    struct rooms rooms;
    struct sockets *sockets;
    struct store *store;            /* NULL: none */
    struct message *first, **after; /* those at Redis, in the order in which it will answer */
};

bool relay_init(struct relay *relay, struct sockets *sockets, struct store *store);
void relay_fini(struct relay *relay);

void relay_receive(struct relay *relay, struct session *session, const char *text, size_t len);
void relay_answered(struct relay *relay, struct message *message, bool is_stored);
void relay_leave(struct relay *relay, struct session *session);
