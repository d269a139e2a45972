#include "client/session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "client/backoff.h"
#include "client/chat.h"
#include "client/client.h"
#include "client/frame.h"
#include "client/plain.h"
#include "client/scan.h"
#include "client/serving.h"
#include "proto.h"

enum {
    US_PER_MS = 1000,
    CONNECT_MAX_US = (5000 + PROTO_LOGIN_TIMEOUT_MS) * US_PER_MS, /* as the widget has it */
    PONG_MAX_US = 4 * 1000 * 1000,
    STABLE_US = 10 * 1000 * 1000,    /* after so long the next trouble starts from a short wait again */
    AGENTS_LOOK_US = 20 * US_PER_MS, /* whether it is their time to come */
    CURSORS_MAX = 50,
    PAYLOAD_BYTES = 8 * 1024,
};

static void connect_now(struct timer *timer);

static void arm(struct session *session, int64_t delay_us, timer_fn fn)
{
    schedule_at(&client_get()->schedule, &session->timer, schedule_now_us() + delay_us, fn);
}

bool session_is_ready(const struct session *session)
{
    return session->state == SESSION_READY;
}

/* ---- coming and going, as it is counted ---- */

static void note_back(struct session *session)
{
    struct client *client = client_get();
    int64_t storm_us = atomic_load(&client->control->began_us[PHASE_STORM]);
    client->report->sessions_ready++;
    if (!session->was_dropped || session->back_ms >= 0)
        return;
    session->back_ms = storm_us ? (int32_t)((schedule_now_us() - storm_us) / US_PER_MS) : 0;
    if (session->back_ms < 0)
        session->back_ms = 0;
    histogram_add(&client->report->back_ms, session->back_ms);
}

static void note_away(struct session *session)
{
    struct report *report = client_get()->report;
    report->sessions_ready--;
    client_count(COUNTER_SOCKETS_LOST);
    if (!session->was_dropped)
        report->sessions_dropped++;
    else if (session->back_ms >= 0)
        histogram_remove(&report->back_ms, session->back_ms);
    session->was_dropped = true;
    session->back_ms = -1;
}

/* ---- away ---- */

/* Everything about the socket is over. floor_ms: the least time to stay away. */
static void leave(struct session *session, int64_t floor_ms)
{
    if (session->state == SESSION_READY) {
        note_away(session);
        if (schedule_now_us() - session->began_us >= STABLE_US)
            session->tries = 0;
    }
    session->awaits_pong = false;
    chats_lost_socket(session->chats);
    if (floor_ms == BACKOFF_NEVER) {
        session->state = SESSION_STOPPED;
        schedule_off(&client_get()->schedule, &session->timer);
        client_get()->report->sessions_stopped++;
        return;
    }
    session->state = SESSION_WAITING;
    arm(session, floor_ms * US_PER_MS + backoff_jitter_us(session->tries, client_random()), connect_now);
    if (session->tries < UINT8_MAX)
        session->tries++;
}

static void give_up_socket(struct session *session, int64_t floor_ms)
{
    socket_close(&session->socket, 1000);
    leave(session, floor_ms);
}

static void connect_late(struct timer *timer)
{
    client_count(COUNTER_CONNECTS_LATE);
    give_up_socket(container_of(timer, struct session, timer), 0);
}

static void count_loss(const struct socket_loss *loss)
{
    if (loss->is_bad)
        client_count(COUNTER_BAD_FRAMES);
    if (loss->was_open)
        report_count_close(client_get()->report, loss->code);
    else if (loss->http_status)
        client_count(COUNTER_HANDSHAKES_REFUSED);
    else if (loss->error == ECONNREFUSED)
        client_count(COUNTER_CONNECTS_REFUSED);
    else
        client_count(COUNTER_CONNECTS_FAILED);
}

static void on_lost(struct socket *socket, const struct socket_loss *loss)
{
    count_loss(loss);
    leave(container_of(socket, struct session, socket), backoff_floor_ms(loss->code, loss->reason));
}

/* ---- log-in ---- */

static void connect_now(struct timer *timer)
{
    struct session *session = container_of(timer, struct session, timer);
    if (session->agent && serving_is_on() && client_phase() < PHASE_STEADY) {
        arm(session, AGENTS_LOOK_US, connect_now);
        return;
    }
    client_count(COUNTER_CONNECTS);
    bool is_view = session->view_us != 0 && session->tries == 0;
    session->began_us = is_view ? session->view_us : schedule_now_us();
    session->state = SESSION_CONNECTING;
    if (socket_open(&session->socket, session->source) != 0) {
        client_count(COUNTER_CONNECTS_FAILED);
        leave(session, 0);
        return;
    }
    arm(session, CONNECT_MAX_US, connect_late);
}

void session_send(struct session *session, struct str request)
{
    socket_send(&session->socket, request);
}

void session_ask(struct session *session, const char *request_id, const char *action, const char *payload)
{
    static char text[PAYLOAD_BYTES + 256];
    int len = snprintf(text, sizeof text, "{\"request_id\":\"%s\",\"action\":\"%s\",\"payload\":{%s}}",
                       request_id, action, payload);
    session_send(session, (struct str){text, (size_t)len});
}

static int put_agent(const struct session *session, char *out, size_t size)
{
    const struct options *options = client_get()->options;
    char email[256];
    const char *mark = strstr(options->agent_email, "%d");
    if (session->token)
        return 0;
    if (mark)
        snprintf(email, sizeof email, "%.*s%u%s", (int)(mark - options->agent_email), options->agent_email,
                 session->agent, mark + 2);
    else
        snprintf(email, sizeof email, "%s", options->agent_email);
    return snprintf(out, size, ",\"email\":\"%s\",\"password\":\"%s\"", email, options->agent_password);
}

static int put_page(const struct session *session, char *out, size_t size)
{
    return snprintf(out, size, ",\"page\":{\"url\":\"%s/products/%u\",\"title\":\"Product %u\"}",
                    client_get()->options->origin, session->number % 1000, session->number % 1000);
}

/* Whoever has written sends cursors, be it none; a mere page view leaves them out. */
static int put_cursors(const struct session *session, char *out, size_t size)
{
    int len = snprintf(out, size, ",\"cursors\":["), count = 0;
    for (const struct chat *chat = session->chats; chat && count < CURSORS_MAX; chat = chat->next)
        if (chat->id[0] && chat->is_ours)
            len += snprintf(out + len, size - (size_t)len,
                            "%s{\"conversation_id\":\"%s\",\"seq\":%u,\"generation\":%u}", count++ ? "," : "",
                            chat->id, chat->last_seq, chat->generation);
    return len + snprintf(out + len, size - (size_t)len, "]");
}

static void log_in(struct session *session)
{
    char payload[PAYLOAD_BYTES];
    int len = snprintf(payload, sizeof payload, "\"role\":\"%s\",\"site\":\"%s\"",
                       session->agent ? "agent" : "shopper", client_get()->options->site);
    len += (session->agent ? put_agent : put_page)(session, payload + len, sizeof payload - (size_t)len);
    if (session->token)
        len += snprintf(payload + len, sizeof payload - (size_t)len, ",\"token\":\"%s\"", session->token);
    if (session->chats)
        put_cursors(session, payload + len, sizeof payload - (size_t)len);
    session->state = SESSION_LOGGING_IN;
    session_ask(session, "l", "login", payload);
}

static void log_in_again(struct timer *timer)
{
    struct session *session = container_of(timer, struct session, timer);
    arm(session, CONNECT_MAX_US, connect_late);
    log_in(session);
}

static void on_open(struct socket *socket)
{
    log_in(container_of(socket, struct session, socket));
}

static void keep(char **text, struct str new)
{
    if (!new.data || (*text && str_eq_c(new, *text)))
        return;
    free(*text);
    *text = strndup(new.data, new.len);
}

static void ping(struct timer *timer);
static void view_next(struct timer *timer);

/* As often as the server said at the last log-in, to whomever. */
static int64_t often_us = (int64_t)PROTO_PING_INTERVAL_MS * US_PER_MS;
static int64_t rarely_us = (int64_t)PROTO_IDLE_PING_INTERVAL_MS * US_PER_MS;

/* Only writers come to have a conversation. */
static int64_t ping_us(const struct session *session)
{
    return session->agent || session->is_writer ? often_us : rarely_us;
}

static void heed_pings(const struct session *session, struct str payload)
{
    int64_t often_ms = scan_member_i64(payload, "ping_interval_ms", PROTO_PING_INTERVAL_MS);
    often_us = often_ms * US_PER_MS;
    if (!session->agent)
        rarely_us = scan_member_i64(payload, "idle_ping_interval_ms", often_ms) * US_PER_MS;
}

/* Nothing more is to be done until the next ping, or the next page. */
static void rest(struct session *session)
{
    int64_t every_us = session->agent ? 0 : options_view_every_us(client_get()->options);
    if (every_us > 0 && session->view_us == 0)
        session->view_us = schedule_now_us() + client_random_below(every_us) - every_us;
    int64_t view_us = session->view_us + every_us;
    if (every_us > 0 && client_is_due(view_us, false) && view_us <= schedule_now_us() + ping_us(session))
        schedule_at(&client_get()->schedule, &session->timer, view_us, view_next);
    else
        arm(session, ping_us(session), ping);
}

static void take_conversations(struct session *session, struct str list)
{
    struct str conversation;
    chats_begin_list(session);
    while (scan_next_item(&list, &conversation))
        chat_given(session, conversation);
    if (session->is_writer && !session->chats)
        chat_new_for_shopper(session);
    chats_ready(session);
}

static void on_logged_in(struct session *session, struct str payload)
{
    int64_t now_us = schedule_now_us();
    client_count(COUNTER_LOGINS);
    histogram_add(&client_get()->report->login_us[client_span_at(session->began_us)],
                  now_us - session->began_us);
    keep(&session->token, scan_member_text(payload, "token"));
    if (session->agent)
        keep(&session->person, scan_member_text(scan_member(scan_member(payload, "agent"), "profile"), "id"));
    session->state = SESSION_READY;
    session->began_us = now_us;
    note_back(session);
    heed_pings(session, payload);
    rest(session);
    take_conversations(session, scan_member(payload, "conversations"));
}

static void on_login_refused(struct session *session, struct str error)
{
    bool is_final = !scan_is_true(scan_member(error, "retryable"));
    int64_t wait_ms = scan_member_i64(error, "retry_after_ms", 0);
    client_count(COUNTER_LOGINS_REFUSED);
    if (is_final && session->token) {
        client_count(COUNTER_IDENTITIES_LOST);
        free(session->token);
        session->token = NULL;
        log_in(session);
    } else if (is_final) {
        give_up_socket(session, BACKOFF_NEVER);
    } else {
        arm(session, wait_ms * US_PER_MS + backoff_jitter_us(0, client_random()), log_in_again);
    }
}

/* ---- ready ---- */

static void pong_late(struct timer *timer)
{
    struct session *session = container_of(timer, struct session, timer);
    client_count(COUNTER_PINGS_UNANSWERED);
    give_up_socket(session, 0);
}

static void ping(struct timer *timer)
{
    struct session *session = container_of(timer, struct session, timer);
    client_count(COUNTER_PINGS);
    session->awaits_pong = true;
    arm(session, PONG_MAX_US, pong_late);
    session_ask(session, "p", "ping", "");
}

/* One page is left and the next one opened, as a browser does it: the old socket goes as the new one comes.
 * Its log-in counts from when the page was due. */
static void view_next(struct timer *timer)
{
    struct session *session = container_of(timer, struct session, timer);
    session->view_us += options_view_every_us(client_get()->options);
    if (!client_is_due(session->view_us, false)) { /* it was planned before the end was */
        rest(session);
        return;
    }
    client_count(COUNTER_VIEWS);
    client_get()->report->sessions_ready--;
    session->state = SESSION_WAITING;
    session->tries = 0;
    session->awaits_pong = false;
    chats_lost_socket(session->chats);
    socket_close(&session->socket, 1001);
    arm(session, 0, connect_now);
}

static void on_response(struct session *session, const struct frame *frame)
{
    if (*frame->request_id.data == 'l') {
        if (session->state != SESSION_LOGGING_IN)
            return;
        if (frame->success)
            on_logged_in(session, frame->payload);
        else
            on_login_refused(session, frame->error);
    } else if (*frame->request_id.data != 'p') {
        chats_on_response(session, frame);
    }
}

/* What comes with every message; false: it looks otherwise. */
static bool take_plain(struct session *session, struct str text)
{
    struct plain_push push;
    struct plain_ack ack;
    if (plain_read_push(text, &push))
        chats_on_event(session, push.conversation_id, &push.event);
    else if (plain_read_ack(text, &ack))
        chats_on_ack(session, &ack);
    else
        return false;
    return true;
}

static void take_frame(struct session *session, struct str text)
{
    struct frame frame = frame_read(text);
    if (frame.is_push)
        chats_on_push(session, &frame);
    else if (frame.request_id.len > 0)
        on_response(session, &frame);
    else
        client_count(COUNTER_BAD_FRAMES);
}

static void on_text(struct socket *socket, struct str text)
{
    struct session *session = container_of(socket, struct session, socket);
    if (session->awaits_pong) { /* anything at all shows that the socket lives */
        session->awaits_pong = false;
        rest(session);
    }
    if (!take_plain(session, text))
        take_frame(session, text);
}

/* ---- the play ---- */

static void begin(void *memory, const struct part *part, int64_t at_us)
{
    struct session *session = memory;
    session->number = part->number;
    session->source = part->source;
    session->agent = part->agent;
    session->is_writer = part->writer >= 0;
    session->back_ms = -1;
    schedule_at(&client_get()->schedule, &session->timer, at_us, connect_now);
}

static void look(void *memory, int64_t *pending, int64_t *unchecked)
{
    const struct session *session = memory;
    for (struct chat *chat = session->chats; chat; chat = chat->next) {
        chat_step(chat);
        *pending += chat_is_pending(chat);
        *unchecked += !chat_is_checked(chat);
    }
}

const struct play session_play = {
    .bytes = sizeof(struct session),
    .agent_timers = SESSION_CHATS_MAX,
    .subprotocol = "shopbell.v1",
    .upcalls = {.on_open = on_open, .on_text = on_text, .on_lost = on_lost},
    .begin = begin,
    .look = look,
};
