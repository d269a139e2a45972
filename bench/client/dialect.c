#include "client/dialect.h"

#include "client/put.h"
#include "client/scan.h"

static const struct saying nonsense = {.said = SAID_NONSENSE};

static struct str skip(struct str text, size_t bytes)
{
    return (struct str){text.data + bytes, bytes < text.len ? text.len - bytes : 0};
}

/* ---- relay ---- */

static char *relay_put_join(char *out, struct seat_name seat)
{
    return put_u64(put_literal(out, "J"), seat.room);
}

static char *relay_put_message(char *out, struct seat_name seat, uint32_t n, struct str body)
{
    out = put_u64(put_literal(out, "M"), seat.room);
    out = put_u64(put_literal(out, " "), n);
    return put_str(put_literal(out, " "), body);
}

static struct saying relay_read(struct str text)
{
    struct str rest = skip(text, 1);
    struct saying saying = {.said = SAID_NOTHING};
    char letter = text.len > 0 ? *text.data : '\0';
    if (letter == 'P')
        return saying;
    if (!scan_take_u32(&rest, &saying.at.room))
        return nonsense;
    rest = skip(rest, 1);
    if (letter == 'J')
        saying.said = SAID_JOINED;
    else if ((letter == 'A' || letter == 'M') && scan_take_u32(&rest, &saying.n))
        saying.said = letter == 'A' ? SAID_ACK : SAID_MESSAGE;
    else
        return nonsense;
    saying.body = skip(rest, 1);
    return saying;
}

const struct dialect dialect_relay = {
    .subprotocol = "relay.v1",
    .ping = "P",
    .is_welcome_when_open = true,
    .has_lobby = true,
    .put_join = relay_put_join,
    .put_message = relay_put_message,
    .read = relay_read,
};

/* ---- socket.io: an ack's id is n times the places, and the place; n is 0 for joining ---- */

enum { PLACES = DIALECT_PLACES_MAX + 1 };

static char *socketio_put_join(char *out, struct seat_name seat)
{
    out = put_u64(put_literal(out, "42"), seat.place);
    out = put_u64(put_literal(out, "[\"join\","), seat.room);
    return put_literal(out, "]");
}

static char *socketio_put_message(char *out, struct seat_name seat, uint32_t n, struct str body)
{
    out = put_u64(put_literal(out, "42"), n * PLACES + seat.place);
    out = put_u64(put_literal(out, "[\"msg\","), seat.room);
    out = put_u64(put_literal(out, ","), n);
    out = put_str(put_literal(out, ",\""), body);
    return put_literal(out, "\"]");
}

static struct saying socketio_ack(struct str text)
{
    uint32_t id;
    if (!scan_take_u32(&text, &id))
        return nonsense;
    return (struct saying){.said = id < PLACES ? SAID_JOINED : SAID_ACK,
                           .by_place = true,
                           .at.place = id % PLACES,
                           .n = id / PLACES};
}

/* ["welcome","<shopper>"], or ["msg",<room>,<n>,"<body>"] */
static struct saying socketio_event(struct str text)
{
    struct saying saying = {.said = SAID_MESSAGE};
    struct str items[4];
    int count = 0;
    while (count < 4 && scan_next_item(&text, &items[count]))
        count++;
    if (count == 2 && str_eq(scan_text(items[0]), STR("welcome")))
        return (struct saying){.said = SAID_WELCOME};
    if (count < 4 || !str_eq(scan_text(items[0]), STR("msg")) || !scan_take_u32(&items[1], &saying.at.room))
        return nonsense;
    saying.body = scan_text(items[3]);
    return saying;
}

static bool begins(struct str text, const char *with)
{
    struct str start = str_from(with);
    return text.len >= start.len && str_eq((struct str){text.data, start.len}, start);
}

static struct saying socketio_read(struct str text)
{
    if (begins(text, "43"))
        return socketio_ack(skip(text, 2));
    if (begins(text, "42"))
        return socketio_event(skip(text, 2));
    if (begins(text, "40"))
        return (struct saying){.said = SAID_NOTHING};
    if (begins(text, "2"))
        return (struct saying){.said = SAID_NOTHING, .reply = "3"};
    if (begins(text, "0"))
        return (struct saying){.said = SAID_NOTHING, .reply = "40"};
    return nonsense;
}

const struct dialect dialect_socketio = {
    .put_join = socketio_put_join,
    .put_message = socketio_put_message,
    .read = socketio_read,
};

/* ---- nchan ---- */

static char *nchan_put_message(char *out, struct seat_name seat, uint32_t n, struct str body)
{
    return put_str(out, body);
}

static struct saying nchan_read(struct str text)
{
    return (struct saying){.said = SAID_MESSAGE, .by_place = true, .body = text};
}

/* With Redis the handshake is over before the room is subscribed. */
enum { NCHAN_QUIET_US = 1000 * 1000 };

const struct dialect dialect_nchan = {
    .quiet_us = NCHAN_QUIET_US,
    .is_welcome_when_open = true,
    .is_room_in_path = true,
    .put_message = nchan_put_message,
    .read = nchan_read,
};
