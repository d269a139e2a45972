#include "session/session.h"

#include <stdio.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "session/dispatch.h"
#include "session/hub.h"
#include "session/live.h"
#include "session/people.h"

static struct rate_limit session_rate(void)
{
    int32_t tokens_per_s = (int32_t)hub_get()->config->session_rate;
    enum { BURST_S = PROTO_RATE_BURST_TOKENS / PROTO_RATE_REFILL_TOKENS_PER_S };
    return (struct rate_limit){.burst_tokens = BURST_S * tokens_per_s, .refill_tokens_per_s = tokens_per_s};
}

/* ---- the table: an id is a slot and how often the slot was used ---- */

static struct {
    struct session **slots; /* a free slot holds NULL */
    uint32_t *uses;
    uint32_t *free_slots;
    uint32_t cap, free_count;
} table;

static bool table_grow(void)
{
    uint32_t cap = table.cap ? table.cap * 2 : 64;
    struct session **slots = sb_realloc(table.slots, cap * sizeof *slots);
    if (slots)
        table.slots = slots;
    uint32_t *uses = sb_realloc(table.uses, cap * sizeof *uses);
    if (uses)
        table.uses = uses;
    uint32_t *free_slots = sb_realloc(table.free_slots, cap * sizeof *free_slots);
    if (free_slots)
        table.free_slots = free_slots;
    if (!slots || !uses || !free_slots)
        return false;
    for (uint32_t slot = cap; slot-- > table.cap;) {
        slots[slot] = NULL;
        uses[slot] = 0;
        free_slots[table.free_count++] = slot;
    }
    table.cap = cap;
    return true;
}

static bool table_add(struct session *session)
{
    if (table.free_count == 0 && !table_grow())
        return false;
    uint32_t slot = table.free_slots[--table.free_count];
    table.slots[slot] = session;
    session->id = (uint64_t)++table.uses[slot] << 32 | slot;
    return true;
}

static void table_remove(struct session *session)
{
    uint32_t slot = (uint32_t)session->id;
    table.slots[slot] = NULL;
    table.free_slots[table.free_count++] = slot;
}

struct session *session_by_id(uint64_t id)
{
    uint32_t slot = (uint32_t)id;
    struct session *session = slot < table.cap && table.uses[slot] == id >> 32 ? table.slots[slot] : NULL;
    return session && !session->closing ? session : NULL;
}

void sessions_init(void)
{
    memset(&table, 0, sizeof table);
}

void sessions_fini(void)
{
    sb_free(table.slots);
    sb_free(table.uses);
    sb_free(table.free_slots);
    memset(&table, 0, sizeof table);
}

void sessions_each(session_fn fn, void *ctx)
{
    for (uint32_t slot = 0; slot < table.cap; slot++)
        if (table.slots[slot] && !table.slots[slot]->closing)
            fn(table.slots[slot], ctx);
}

/* ---- who ---- */

struct hub *session_hub(const struct session *session)
{
    return hub_get();
}

enum proto_role session_role(const struct session *session)
{
    return session->role == PROTO_AGENT ? PROTO_ROLE_AGENT : PROTO_ROLE_SHOPPER;
}

struct str session_person(const struct session *session)
{
    if (session->role == PROTO_AGENT)
        return session->who.agent->config->id;
    return id_str(&session->who.shopper->id);
}

static const char *session_role_str(const struct session *session)
{
    return session->role == PROTO_ANONYMOUS ? "anonymous" : proto_role_str(session_role(session));
}

static void session_count(const struct session *session, int delta)
{
    metrics_add_labelled(M_SESSIONS, str_from(session_role_str(session)), delta);
}

static void session_login_free(struct session *session)
{
    if (!session->login)
        return;
    sb_free(session->login->origin);
    sb_free(session->login->address);
    sb_free(session->login);
    session->login = NULL;
}

static void session_become(struct session *session, struct site *site, uint8_t role)
{
    session_count(session, -1);
    session->site = site;
    session->role = role;
    session_count(session, +1);
    session_login_free(session);
    person_add(session);
}

void session_become_shopper(struct session *session, struct site *site, struct shopper *shopper)
{
    session->who.shopper = shopper;
    session_become(session, site, PROTO_SHOPPER);
}

void session_become_agent(struct session *session, struct site *site, struct agent *agent)
{
    session->who.agent = agent;
    session_become(session, site, PROTO_AGENT);
}

/* ---- deadlines ---- */

static int64_t idle_timeout_ms(void)
{
    return hub_get()->config->ping_interval_ms + PROTO_PING_LATE_MS;
}

/* Rearmed only when it fires: an active session costs the wheel nothing. */
static void timer_fired(struct wheel_timer *timer)
{
    struct session *session = container_of(timer, struct session, timer);
    if (session->role == PROTO_ANONYMOUS) {
        session_close(session, PROTO_CLOSE_LOGIN_TIMEOUT);
        return;
    }
    int64_t left_ms = session->received_ms + idle_timeout_ms() - clock_mono_ms();
    if (left_ms > 0)
        wheel_arm(&hub_get()->wheel, timer, left_ms, timer_fired);
    else
        session_close(session, PROTO_CLOSE_IDLE);
}

/* ---- frames out ---- */

void session_send(struct session *session, struct frame *frame)
{
    if (session->closing || !frame)
        return;
    if (outbound_push(&session->outbound, frame) == OUTBOUND_TOO_SLOW)
        session_close(session, PROTO_CLOSE_SLOW_READER);
    else
        hub_get()->transport.want_write(session->conn);
}

void session_uncork(struct session *session, struct frame *first)
{
    if (outbound_uncork(&session->outbound, first) == OUTBOUND_TOO_SLOW)
        session_close(session, PROTO_CLOSE_SLOW_READER);
    else
        hub_get()->transport.want_write(session->conn);
}

void session_extend_login(struct session *session)
{
    wheel_arm(&hub_get()->wheel, &session->timer, PROTO_LOGIN_TIMEOUT_MS, timer_fired);
}

struct frame *session_next_frame(struct session *session)
{
    struct frame *frame = outbound_pop(&session->outbound);
    if (frame && frame->received_us > 0)
        metrics_observe_us(H_DELIVERY, clock_mono_us() - frame->received_us);
    return frame;
}

static void session_close_saying(struct session *session, enum proto_close_code code, const char *reason)
{
    if (session->closing)
        return;
    session->closing = true;
    log_info("session_close", LOG_I64("session", session->id), LOG_CSTR("role", session_role_str(session)),
             LOG_I64("code", code), LOG_CSTR("why", proto_close_code_str(code)));
    hub_get()->transport.close(session->conn, (uint16_t)code, reason);
}

void session_close(struct session *session, enum proto_close_code code)
{
    session_close_saying(session, code, proto_close_code_str(code));
}

void session_close_draining(struct session *session, uint32_t retry_after_ms)
{
    char reason[64];
    snprintf(reason, sizeof reason, PROTO_DRAINING_REASON_FMT, retry_after_ms);
    session_close_saying(session, PROTO_CLOSE_DRAINING, reason);
}

/* ---- what net tells ---- */

static struct session *session_new(struct conn *conn, struct str origin, struct str address)
{
    struct session *session = sb_calloc(1, sizeof *session);
    if (!session)
        return NULL;
    session->conn = conn;
    session->role = PROTO_ANONYMOUS;
    session->received_ms = clock_mono_ms();
    list_init(&session->viewers);
    list_node_init(&session->person_node);
    session->login = sb_calloc(1, sizeof *session->login);
    if (session->login) {
        session->login->origin = sb_strdup(origin);
        session->login->address = sb_strdup(address);
    }
    if (session->login && session->login->origin && session->login->address && table_add(session))
        return session;
    session_login_free(session);
    sb_free(session);
    return NULL;
}

struct session *session_open(struct conn *conn, struct str origin, struct str address)
{
    struct session *session = hub_get()->draining ? NULL : session_new(conn, origin, address);
    if (!session)
        return NULL;
    session_count(session, +1);
    wheel_arm(&hub_get()->wheel, &session->timer, PROTO_LOGIN_TIMEOUT_MS, timer_fired);
    return session;
}

void session_receive(struct session *session, struct str message)
{
    if (session->closing)
        return;
    if (hub_get()->draining)
        return; /* never acknowledged, so sent again when the client is back */
    session->received_ms = clock_mono_ms();
    metrics_add(M_FRAMES_RECEIVED, 1);
    struct rate_limit limit = session_rate();
    dispatch(session, &limit, message);
}

void session_broke_rules(struct session *session, uint16_t code, const char *what)
{
    session->closing = true;
    log_info("session_broke_rules", LOG_I64("session", session->id),
             LOG_CSTR("role", session_role_str(session)), LOG_I64("code", code), LOG_CSTR("what", what));
}

void session_closed(struct session *session)
{
    session->closing = true;
    log_info("session_closed", LOG_I64("session", session->id), LOG_CSTR("role", session_role_str(session)));
    wheel_disarm(&hub_get()->wheel, &session->timer);
    session_count(session, -1);
    list_for_each_safe(node, &session->viewers) {
        viewer_free(container_of(node, struct viewer, session_node));
    }
    if (session->role != PROTO_ANONYMOUS)
        person_remove(session);
    table_remove(session);
    session_login_free(session);
    sb_free(session->token_hash);
    outbound_fini(&session->outbound);
    sb_free(session);
}
