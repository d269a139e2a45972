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

enum { DEADLINE_UNIT_MS = 100, SWEEP_MS = 500 }; /* how late a deadline may be, at most */

struct slot {
    struct session *session; /* NULL: free */
    uint32_t uses;
    union {
        uint32_t deadline;  /* in DEADLINE_UNIT_MS: first to log in, then for something to come in */
        uint32_t next_free; /* of a free slot: the next one's number, and 1; 0: the last */
    };
};

static struct {
    struct slot *slots; /* the first `used` have been in use */
    uint32_t cap, used, first_free, sessions_count;
    struct wheel_timer sweep; /* while there are sessions */
} table;

static bool table_grow(void)
{
    uint32_t cap = table.cap ? table.cap * 2 : 64;
    struct slot *slots = sb_realloc(table.slots, cap * sizeof *slots);
    if (!slots)
        return false;
    table.slots = slots;
    table.cap = cap;
    return true;
}

static bool table_add(struct session *session)
{
    uint32_t number = table.first_free - 1;
    if (table.first_free) {
        table.first_free = table.slots[number].next_free;
    } else {
        if (table.used == table.cap && !table_grow())
            return false;
        number = table.used++;
        table.slots[number].uses = 0;
    }
    struct slot *slot = &table.slots[number];
    slot->session = session;
    session->id = (uint64_t)++slot->uses << 32 | number;
    table.sessions_count++;
    return true;
}

static struct slot *slot_of(const struct session *session)
{
    return &table.slots[(uint32_t)session->id];
}

static void table_remove(struct session *session)
{
    struct slot *slot = slot_of(session);
    slot->session = NULL;
    slot->next_free = table.first_free;
    table.first_free = (uint32_t)session->id + 1;
    table.sessions_count--;
}

struct session *session_by_id(uint64_t id)
{
    uint32_t number = (uint32_t)id;
    struct session *session =
        number < table.used && table.slots[number].uses == id >> 32 ? table.slots[number].session : NULL;
    return session && !session->closing ? session : NULL;
}

void sessions_init(void)
{
    memset(&table, 0, sizeof table);
}

void sessions_fini(void)
{
    sb_free(table.slots);
    memset(&table, 0, sizeof table);
}

struct session *sessions_next(uint32_t *at)
{
    while (*at < table.used) {
        struct session *session = table.slots[(*at)++].session;
        if (session && !session->closing)
            return session;
    }
    return NULL;
}

void sessions_each(session_fn fn, void *ctx)
{
    struct session *session;
    for (uint32_t at = 0; (session = sessions_next(&at));)
        fn(session, ctx);
}

/* ---- deadlines ---- */

/* Whether somebody is to be told soon when this one is gone. */
static bool session_is_awaited(const struct session *session)
{
    if (session->role == PROTO_AGENT)
        return true;
    chain_for_each_safe(node, &session->viewers) {
        if (conversation_is_open(&container_of(node, struct viewer, session_node)->live->conversation))
            return true;
    }
    return false;
}

static int64_t idle_timeout_ms(const struct session *session)
{
    const struct config *config = hub_get()->config;
    return PROTO_PING_LATE_MS +
           (session_is_awaited(session) ? config->ping_interval_ms : config->idle_ping_interval_ms);
}

/* Something has to happen within so many ms. */
static void session_expect(const struct session *session, int64_t ms)
{
    slot_of(session)->deadline = (uint32_t)((clock_mono_ms() + ms) / DEADLINE_UNIT_MS + 1);
}

/* One timer for all looks through the table. With a timer in each a session would be half as large again, and
 * this way one that says something only writes a number. */
static void sweep_fired(struct wheel_timer *timer)
{
    int64_t now = clock_mono_ms() / DEADLINE_UNIT_MS;
    for (uint32_t i = 0; i < table.used; i++) {
        struct session *session = table.slots[i].session;
        if (session && table.slots[i].deadline <= now)
            session_close(session,
                          session->role == PROTO_ANONYMOUS ? PROTO_CLOSE_LOGIN_TIMEOUT : PROTO_CLOSE_IDLE);
    }
    if (table.sessions_count > 0)
        wheel_arm(&hub_get()->wheel, timer, SWEEP_MS, sweep_fired);
}

static void sweep_start(void)
{
    if (!wheel_timer_armed(&table.sweep))
        wheel_arm(&hub_get()->wheel, &table.sweep, SWEEP_MS, sweep_fired);
}

void session_extend_idle(struct session *session)
{
    session_expect(session, idle_timeout_ms(session));
}

void session_extend_login(struct session *session)
{
    session_expect(session, PROTO_LOGIN_TIMEOUT_MS);
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

static struct session_login *session_login_new(struct str origin, struct str address)
{
    struct session_login *login = sb_calloc(1, sizeof *login + origin.len + 1 + address.len + 1);
    if (!login)
        return NULL;
    char *address_copy = login->origin + origin.len + 1;
    memcpy(login->origin, origin.data, origin.len);
    memcpy(address_copy, address.data, address.len);
    login->address = address_copy;
    return login;
}

static void session_become(struct session *session, struct site *site, uint8_t role)
{
    session_count(session, -1);
    session->site = site;
    session->role = role;
    session_count(session, +1);
    session_extend_idle(session);
    person_add(session);
}

void session_become_shopper(struct session *session, struct site *site, struct shopper *shopper)
{
    sb_free(session->who.login);
    session->who.shopper = shopper;
    session_become(session, site, PROTO_SHOPPER);
}

void session_become_agent(struct session *session, struct site *site, struct agent *agent, char *token_hash)
{
    sb_free(session->who.login);
    session->who.agent = agent;
    session->its.token_hash = token_hash;
    session_become(session, site, PROTO_AGENT);
}

/* ---- frames out ---- */

void session_send(struct session *session, struct frame *frame)
{
    if (session->closing || !frame)
        return;
    if (outbound_push(&session->outbound, frame) == OUTBOUND_TOO_SLOW)
        session_close(session, PROTO_CLOSE_SLOW_READER);
    else
        hub_get()->transport.want_write(session);
}

void session_uncork(struct session *session, struct frame *first)
{
    session->corked = false;
    if (outbound_push_first(&session->outbound, first) == OUTBOUND_TOO_SLOW)
        session_close(session, PROTO_CLOSE_SLOW_READER);
    else
        hub_get()->transport.want_write(session);
}

struct frame *session_next_frame(struct session *session)
{
    struct frame *frame = session->corked ? NULL : outbound_pop(&session->outbound);
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
    hub_get()->transport.close(session, (uint16_t)code, reason);
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

size_t session_bytes(void)
{
    return sizeof(struct session);
}

static bool session_init(struct session *session, struct str origin, struct str address)
{
    session->role = PROTO_ANONYMOUS;
    session->who.login = session_login_new(origin, address);
    if (session->who.login && table_add(session))
        return true;
    sb_free(session->who.login);
    return false;
}

bool session_open(struct session *session, struct str origin, struct str address)
{
    if (hub_get()->draining || !session_init(session, origin, address))
        return false;
    session_count(session, +1);
    session_expect(session, PROTO_LOGIN_TIMEOUT_MS);
    sweep_start();
    return true;
}

void session_receive(struct session *session, struct str message)
{
    if (session->closing)
        return;
    if (hub_get()->settling)
        return; /* never acknowledged, so sent again when the client is back */
    if (session->role != PROTO_ANONYMOUS)
        session_extend_idle(session);
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
    session_count(session, -1);
    chain_for_each_safe(node, &session->viewers) {
        viewer_free(container_of(node, struct viewer, session_node));
    }
    if (session->role != PROTO_ANONYMOUS)
        person_remove(session);
    else
        sb_free(session->who.login);
    if (session->role == PROTO_AGENT)
        sb_free(session->its.token_hash);
    table_remove(session);
    outbound_fini(&session->outbound);
}
