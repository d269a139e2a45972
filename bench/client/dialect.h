/* How one of the servers that stand beside Shopbell wants it said (relay.h): frames in, frames out, nothing
 * kept. A message's body is the same everywhere, "<side> <n> <due_us> xxx", the side being s or a. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "options.h"
#include "shopbell/str.h"

enum said {
    SAID_NOTHING,
    SAID_WELCOME, /* rooms may be joined now */
    SAID_JOINED,
    SAID_ACK,
    SAID_MESSAGE, /* from the other side, or an echo of one's own, which is the ack there */
    SAID_NONSENSE,
};

/* Where a socket sits in a room. */
struct seat_name {
    uint32_t room;
    uint32_t place; /* among the seats of its session, from 0 to DIALECT_PLACES_MAX */
};

struct saying {
    enum said said;
    bool by_place;       /* JOINED and ACK say the place, else the room */
    struct seat_name at; /* of JOINED, ACK, MESSAGE */
    uint32_t n;          /* of ACK */
    struct str body;     /* of MESSAGE; borrowed */
    const char *reply;   /* to be sent at once; NULL: nothing */
};

enum { DIALECT_ENVELOPE_MAX_BYTES = 64, DIALECT_PLACES_MAX = 127 };

struct dialect {
    const char *subprotocol;   /* NULL: none */
    int64_t quiet_us;          /* after joining: what is written sooner may come to nobody */
    const char *ping;          /* what a client says now and then; NULL: nothing */
    bool is_welcome_when_open; /* nothing comes before the rooms */
    bool has_lobby;            /* who sits nowhere joins room 0, which is no room, and so is answered once */
    bool is_room_in_path;      /* a socket is in the room of its path, /room/<number>, and in no other */
    /* Both return the end of what they wrote; around the body they take at most DIALECT_ENVELOPE_MAX_BYTES.
     */
    char *(*put_join)(char *out, struct seat_name seat);
    char *(*put_message)(char *out, struct seat_name seat, uint32_t n, struct str body);
    struct saying (*read)(struct str text);
};

/* Our own floor and the server with ws (README.md, "The relay protocol"). */
extern const struct dialect dialect_relay;
/* Socket.IO 4: Engine.IO protocol 4, Socket.IO protocol 5, over WebSocket from the start. */
extern const struct dialect dialect_socketio;
/* nchan's websocket publisher and subscriber in one location. */
extern const struct dialect dialect_nchan;
