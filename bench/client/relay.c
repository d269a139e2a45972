#include "client/relay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/client.h"
#include "client/dialect.h"
#include "client/put.h"
#include "client/scan.h"
#include "client/sending.h"

/* As often as Shopbell asks for it. */
enum { PING_US = 15 * 1000 * 1000, IDLE_PING_US = 45 * 1000 * 1000 };
enum { TEXT_MAX_BYTES = 4096, ROOMS_A_PROCESS = 1000000 };

/* So much longer is a message of Shopbell's than its text: half of the request and half of the push. */
enum { ENVELOPE_BYTES = 215 };

struct relay;

struct seat {
    struct seat *next;  /* of the same session */
    struct seat *other; /* who sits across; NULL: not there yet */
    struct relay *relay;
    struct timer timer;
    struct sending sending;
    struct seat_name name;
    uint32_t seen; /* of the other side's messages, so many came */
    bool is_checked;
};

struct relay {
    struct socket socket;
    struct timer timer;
    struct seat *seats; /* owned */
    int64_t began_us;
    uint32_t source;
    uint32_t agent;      /* 0: a shopper */
    uint32_t first_room; /* that of place 0 */
    uint32_t to_join;
    bool is_ready;
};

static const struct dialect *dialect;
static struct seat **across; /* by room of this process: whoever sat down there last */
static uint32_t rooms_count, agents_count;
static char frame[TEXT_MAX_BYTES + ENVELOPE_BYTES + DIALECT_ENVELOPE_MAX_BYTES];

static void seat_step(struct seat *seat, int64_t now_us);

static struct schedule *schedule(void)
{
    return &client_get()->schedule;
}

static void say(struct relay *relay, const char *frame_end)
{
    socket_send(&relay->socket, (struct str){frame, (size_t)(frame_end - frame)});
}

/* ---- rooms ---- */

static struct seat *seat_new(struct relay *relay, uint32_t room)
{
    struct seat *seat = calloc(1, sizeof *seat);
    uint32_t place = relay->seats ? relay->seats->name.place + 1 : 0;
    struct seat **first = &across[room];
    if (!seat || place > DIALECT_PLACES_MAX) {
        free(seat);
        return NULL;
    }
    seat->relay = relay;
    seat->name = (struct seat_name){client_get()->number * ROOMS_A_PROCESS + room + 1, place};
    seat->next = relay->seats;
    seat->other = *first;
    if (*first)
        (*first)->other = seat;
    *first = seat;
    relay->seats = seat;
    return seat;
}

/* Places are numbered in the order of their rooms (take_seats). */
static struct seat *seat_find(const struct relay *relay, const struct saying *saying)
{
    uint32_t room = saying->by_place ? relay->first_room + saying->at.place * agents_count
                                     : saying->at.room - client_get()->number * ROOMS_A_PROCESS - 1;
    struct seat *seat = room < rooms_count ? across[room] : NULL;
    if (seat && seat->relay != relay)
        seat = seat->other;
    return seat && seat->relay == relay ? seat : NULL;
}

static int64_t every_us(const struct seat *seat)
{
    return options_every_us(client_get()->options, seat->relay->agent);
}

static bool may_write(const struct seat *seat)
{
    const struct options *options = client_get()->options;
    if (seat->sending.next_due_us == 0 || !seat->relay->is_ready)
        return false;
    if (seat->relay->agent && options->in_flight > 0)
        return false;
    return client_is_due(seat->sending.next_due_us, options->in_flight > 0);
}

static void send_message(struct seat *seat, int64_t now_us)
{
    static char body[TEXT_MAX_BYTES + ENVELOPE_BYTES];
    char *body_end = body + client_get()->options->text_bytes + ENVELOPE_BYTES;
    uint32_t n = sending_take(&seat->sending, every_us(seat), now_us);
    char *end = seat->relay->agent ? put_literal(body, "a ") : put_literal(body, "s ");
    end = put_literal(put_u64(end, n), " ");
    end = put_literal(put_u64(end, (uint64_t)sending_due_us(&seat->sending, n)), " ");
    memset(end, 'x', (size_t)(body_end - end));
    struct str text = {body, (size_t)(body_end - body)};
    say(seat->relay, dialect->put_message(frame, seat->name, n, text));
}

static void seat_step_cb(struct timer *timer)
{
    seat_step(container_of(timer, struct seat, timer), schedule_now_us());
}

static void seat_step(struct seat *seat, int64_t now_us)
{
    struct sending *sending = &seat->sending;
    while (sending_has_room(sending) && may_write(seat) && sending_next_due_us(sending) <= now_us)
        send_message(seat, now_us);
    if (sending_has_room(sending) && may_write(seat))
        schedule_at(schedule(), &seat->timer, sending_next_due_us(sending), seat_step_cb);
}

static void on_ack(struct seat *seat, uint32_t n)
{
    struct sending *sending = &seat->sending;
    if (n != sending->acks_count + 1) {
        client_count(n <= sending->acks_count ? COUNTER_DUPLICATED : COUNTER_OUT_OF_ORDER);
        return;
    }
    int64_t due_us = sending_due_us(sending, n), now_us = schedule_now_us();
    sending->acks_count++;
    client_count(COUNTER_ACKED);
    histogram_add(&client_get()->report->ack_us[client_span_at(due_us)], now_us - due_us);
    seat_step(seat, now_us);
}

/* An order that is broken is counted once: from there on the numbers go on. */
static void on_message(struct seat *seat, struct str body)
{
    char side = body.len > 2 ? *body.data : '\0';
    struct str rest = {body.data + 2, body.len > 2 ? body.len - 2 : 0};
    uint32_t n = 0;
    if (!scan_take_u32(&rest, &n) || rest.len < 2) {
        client_count(COUNTER_BAD_FRAMES);
        return;
    }
    if (side == (seat->relay->agent ? 'a' : 's')) {
        on_ack(seat, n);
        return;
    }
    rest = (struct str){rest.data + 1, rest.len - 1};
    const char *space = memchr(rest.data, ' ', rest.len);
    int64_t due_us = space ? scan_i64((struct str){rest.data, (size_t)(space - rest.data)}, 0) : 0;
    client_count(COUNTER_DELIVERED);
    client_note_delivery(due_us, schedule_now_us() - due_us);
    if (n <= seat->seen)
        client_count(COUNTER_DUPLICATED);
    else if (n != seat->seen + 1)
        client_count(COUNTER_OUT_OF_ORDER);
    seat->seen = n > seat->seen ? n : seat->seen;
}

/* ---- coming ---- */

static void ping(struct timer *timer);

static void ping_later(struct relay *relay)
{
    int64_t us = relay->seats ? PING_US : IDLE_PING_US;
    schedule_at(schedule(), &relay->timer, schedule_now_us() + us, ping);
}

static void ping(struct timer *timer)
{
    struct relay *relay = container_of(timer, struct relay, timer);
    client_count(COUNTER_PINGS);
    socket_send(&relay->socket, str_from(dialect->ping));
    ping_later(relay);
}

/* Nothing is kept for who comes later: both sides begin when both are there. */
static bool has_company(const struct seat *seat)
{
    return seat->other && seat->other->relay->is_ready;
}

static void begin_writing(struct seat *seat)
{
    sending_begin(&seat->sending, every_us(seat));
    seat->sending.next_due_us += dialect->quiet_us;
    seat_step(seat, schedule_now_us());
}

static void be_ready(struct relay *relay)
{
    int64_t now_us = schedule_now_us();
    client_count(COUNTER_LOGINS);
    histogram_add(&client_get()->report->login_us[client_span_at(relay->began_us)], now_us - relay->began_us);
    client_get()->report->sessions_ready++;
    relay->is_ready = true;
    if (dialect->ping)
        ping_later(relay);
    for (struct seat *seat = relay->seats; seat; seat = seat->next)
        if (has_company(seat)) {
            begin_writing(seat);
            begin_writing(seat->other);
        }
}

static void on_joined(struct relay *relay)
{
    if (relay->to_join > 0 && --relay->to_join == 0)
        be_ready(relay);
}

static void join(struct relay *relay, struct seat_name seat)
{
    relay->to_join++;
    say(relay, dialect->put_join(frame, seat));
}

static void on_welcome(struct relay *relay)
{
    for (struct seat *seat = relay->seats; seat && !dialect->is_room_in_path; seat = seat->next)
        join(relay, seat->name);
    if (!relay->seats && dialect->has_lobby)
        join(relay, (struct seat_name){0});
    if (relay->to_join == 0)
        be_ready(relay);
}

static void on_open(struct socket *socket)
{
    if (dialect->is_welcome_when_open)
        on_welcome(container_of(socket, struct relay, socket));
}

static void on_saying(struct relay *relay, const struct saying *saying)
{
    struct seat *seat;
    switch (saying->said) {
    case SAID_NOTHING:
        break;
    case SAID_WELCOME:
        on_welcome(relay);
        break;
    case SAID_JOINED:
        on_joined(relay);
        break;
    case SAID_ACK:
    case SAID_MESSAGE:
        seat = seat_find(relay, saying);
        if (seat && saying->said == SAID_ACK)
            on_ack(seat, saying->n);
        else if (seat)
            on_message(seat, saying->body);
        break;
    case SAID_NONSENSE:
        client_count(COUNTER_BAD_FRAMES);
        break;
    }
}

static void on_text(struct socket *socket, struct str text)
{
    struct relay *relay = container_of(socket, struct relay, socket);
    struct saying saying = dialect->read(text);
    if (saying.reply)
        socket_send(socket, str_from(saying.reply));
    on_saying(relay, &saying);
}

static void on_lost(struct socket *socket, const struct socket_loss *loss)
{
    struct relay *relay = container_of(socket, struct relay, socket);
    struct report *report = client_get()->report;
    client_count(loss->was_open ? COUNTER_SOCKETS_LOST : COUNTER_CONNECTS_FAILED);
    if (loss->was_open)
        report_count_close(report, loss->code);
    report->sessions_ready -= relay->is_ready;
    report->sessions_stopped++;
    relay->is_ready = false;
    schedule_off(schedule(), &relay->timer);
    for (struct seat *seat = relay->seats; seat; seat = seat->next)
        schedule_off(schedule(), &seat->timer);
}

static void connect_now(struct timer *timer)
{
    struct relay *relay = container_of(timer, struct relay, timer);
    client_count(COUNTER_CONNECTS);
    relay->began_us = schedule_now_us();
    if (socket_open(&relay->socket, relay->source) == 0)
        return;
    client_count(COUNTER_CONNECTS_FAILED);
    client_get()->report->sessions_stopped++;
}

static const char *path(const struct socket *socket)
{
    static char text[32];
    const struct relay *relay = container_of(socket, const struct relay, socket);
    snprintf(text, sizeof text, "/room/%u", relay->seats ? relay->seats->name.room : 0);
    return text;
}

/* ---- the play ---- */

/* An agent sits in every so many-th room of the process. */
static void take_seats(struct relay *relay, const struct part *part)
{
    rooms_count = (uint32_t)client_share_of(client_get()->options->conversations);
    agents_count = (uint32_t)client_share_of(client_get()->options->agents);
    if (!across)
        across = calloc((size_t)rooms_count + 1, sizeof *across);
    if (!across)
        return;
    relay->first_room = part->agent ? part->number : part->writer >= 0 ? (uint32_t)part->writer : 0;
    for (uint32_t room = part->number; part->agent && room < rooms_count; room += agents_count)
        seat_new(relay, room);
    if (part->writer >= 0)
        seat_new(relay, (uint32_t)part->writer);
}

static void begin(void *session, const struct part *part, int64_t at_us)
{
    struct relay *relay = session;
    relay->source = part->source;
    relay->agent = part->agent;
    take_seats(relay, part);
    schedule_at(schedule(), &relay->timer, at_us, connect_now);
}

/* What was acknowledged to one side must have come to the other; that is all there is to check. */
static void look(void *session, int64_t *pending, int64_t *unchecked)
{
    struct relay *relay = session;
    for (struct seat *seat = relay->seats; seat; seat = seat->next) {
        uint32_t came = seat->other ? seat->other->seen : 0;
        uint32_t missing = seat->sending.acks_count > came ? seat->sending.acks_count - came : 0;
        *pending += seat->sending.sent_count > seat->sending.acks_count || missing > 0;
        if (client_phase() == PHASE_CHECK && !seat->is_checked)
            client_count_by(COUNTER_LOST, missing);
        seat->is_checked = client_phase() == PHASE_CHECK;
        *unchecked += !seat->is_checked;
    }
}

const struct play *relay_play(enum protocol protocol)
{
    static const struct dialect *const dialects[PROTOCOLS_COUNT] = {
        [PROTOCOL_RELAY] = &dialect_relay,
        [PROTOCOL_SOCKETIO] = &dialect_socketio,
        [PROTOCOL_NCHAN] = &dialect_nchan,
    };
    static struct play play = {
        .bytes = sizeof(struct relay),
        .agent_timers = DIALECT_PLACES_MAX + 1,
        .upcalls = {.on_open = on_open, .on_text = on_text, .on_lost = on_lost},
        .begin = begin,
        .look = look,
    };
    dialect = dialects[protocol];
    play.subprotocol = dialect->subprotocol;
    if (dialect->is_room_in_path)
        play.upcalls.path = path;
    return &play;
}
