#include "relay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER_MAX_BYTES = 4, JOINED_BYTES = 200, ACK_BYTES = 120, ROOM_MAX = INT32_MAX, LOBBY = 0 };

/* A frame as it came, with the header that it goes out with. */
struct message {
    struct message *next;
    struct session *sender; /* NULL: gone */
    uint32_t room;
    uint32_t name_bytes; /* of "M<room> <n>" */
    size_t len;
    unsigned char header[HEADER_MAX_BYTES]; /* at its end */
    unsigned char text[];
};

/* Of a server's text frame, RFC 6455 section 5.2: its `len` bytes follow. Returns where the header begins. */
static unsigned char *put_header(unsigned char *text, size_t len)
{
    unsigned char *header = text - (len < 126 ? 2 : 4);
    header[0] = 0x81;
    header[1] = len < 126 ? (unsigned char)len : 126;
    if (len >= 126) {
        header[2] = (unsigned char)(len >> 8);
        header[3] = (unsigned char)len;
    }
    return header;
}

/* `kind`, `name`, and spaces up to `bytes`. */
static void answer(struct relay *relay, struct session *session, char kind, const void *name,
                   size_t name_bytes, size_t bytes)
{
    unsigned char frame[HEADER_MAX_BYTES + JOINED_BYTES];
    unsigned char *text = frame + HEADER_MAX_BYTES;
    unsigned char *header = put_header(text, bytes);
    text[0] = (unsigned char)kind;
    memcpy(text + 1, name, name_bytes);
    memset(text + 1 + name_bytes, ' ', bytes - 1 - name_bytes);
    sockets_send(relay->sockets, session, header, (size_t)(text + bytes - header));
}

static void relay_out(struct relay *relay, struct message *message)
{
    unsigned char *header = put_header(message->text, message->len);
    size_t len = (size_t)(message->text + message->len - header);
    if (message->sender)
        answer(relay, message->sender, 'A', message->text + 1, message->name_bytes - 1, ACK_BYTES);
    for (struct member *to = rooms_first(&relay->rooms, message->room); to; to = rooms_next(to))
        if (to->session != message->sender)
            sockets_send(relay->sockets, to->session, header, len);
}

/* ---- with Redis ---- */

static void send_to_store(struct relay *relay, struct message *message)
{
    if (!store_add(relay->store, message->room, message->text, message->len, message)) {
        sockets_kill(relay->sockets, message->sender);
        free(message);
        return;
    }
    message->sender->in_flight++;
    *relay->after = message;
    relay->after = &message->next;
}

void relay_answered(struct relay *relay, struct message *message, bool is_stored)
{
    relay->first = message->next;
    if (!relay->first)
        relay->after = &relay->first;
    if (is_stored)
        relay_out(relay, message);
    if (message->sender) {
        message->sender->in_flight--;
        if (!is_stored)
            sockets_kill(relay->sockets, message->sender);
    }
    free(message);
}

void relay_leave(struct relay *relay, struct session *session)
{
    rooms_leave(&relay->rooms, &session->first);
    for (struct message *message = relay->first; message && session->in_flight > 0; message = message->next) {
        if (message->sender == session) {
            message->sender = NULL;
            session->in_flight--;
        }
    }
}

/* ---- frames ---- */

/* Returns how many digits `text` begins with, 0 when that is no room. */
static size_t read_room(const char *text, size_t len, uint32_t *room)
{
    uint64_t number = 0;
    size_t i = 0;
    for (; i < len && text[i] >= '0' && text[i] <= '9' && number <= ROOM_MAX; i++)
        number = number * 10 + (uint64_t)(text[i] - '0');
    *room = (uint32_t)number;
    return number <= ROOM_MAX && (i == len || text[i] == ' ') ? i : 0;
}

static bool on_join(struct relay *relay, struct session *session, const char *text, size_t len)
{
    uint32_t room;
    size_t digits = read_room(text + 1, len - 1, &room);
    if (digits == 0 || digits + 1 > JOINED_BYTES)
        return false;
    if (room != LOBBY && !rooms_join(&relay->rooms, session, &session->first, room))
        return false;
    answer(relay, session, 'J', text + 1, digits, JOINED_BYTES);
    return true;
}

static bool on_message(struct relay *relay, struct session *session, const char *text, size_t len)
{
    uint32_t room;
    size_t digits = read_room(text + 1, len - 1, &room);
    size_t number = 1 + digits + 1; /* where n begins */
    const char *space = number < len ? memchr(text + number, ' ', len - number) : NULL;
    size_t name_bytes = space ? (size_t)(space - text) : len;
    if (digits == 0 || name_bytes <= number || name_bytes > ACK_BYTES)
        return false;
    struct message *message = malloc(sizeof *message + len);
    if (!message)
        return false;
    *message =
        (struct message){.sender = session, .room = room, .name_bytes = (uint32_t)name_bytes, .len = len};
    memcpy(message->text, text, len);
    if (relay->store) {
        send_to_store(relay, message);
    } else {
        relay_out(relay, message);
        free(message);
    }
    return true;
}

static bool on_ping(struct relay *relay, struct session *session)
{
    answer(relay, session, 'P', "", 0, 1);
    return true;
}

void relay_receive(struct relay *relay, struct session *session, const char *text, size_t len)
{
    char kind = len > 0 ? text[0] : '\0';
    bool ok = kind == 'M'   ? on_message(relay, session, text, len)
              : kind == 'J' ? on_join(relay, session, text, len)
                            : kind == 'P' && on_ping(relay, session);
    if (ok)
        return;
    fputs("shopbell-floor: a frame that is none of the protocol: its socket is closed\n", stderr);
    sockets_kill(relay->sockets, session);
}

bool relay_init(struct relay *relay, struct sockets *sockets, struct store *store)
{
    *relay = (struct relay){.sockets = sockets, .store = store};
    relay->after = &relay->first;
    return rooms_init(&relay->rooms);
}

void relay_fini(struct relay *relay)
{
    rooms_fini(&relay->rooms);
}
