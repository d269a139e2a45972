/* Stopping so that nobody notices: no new sessions, what is on its way to Redis is answered, and every client
 * is told when to come back, each at another moment, so that the servers that stay (or this one, restarted)
 * are not stormed. */
#include "base/clock.h"
#include "base/config.h"
#include "base/crypto.h"
#include "base/log.h"
#include "session/hub.h"
#include "session/session.h"
#include "shopbell/hub.h"

enum {
    CHECK_MS = 10,
    SETTLE_MAX_MS = 1000,
    /* A session's log-in costs some 0.1 ms; three times that leaves room for everything else. */
    SPREAD_US_PER_SESSION = 300,
    SPREAD_MIN_MS = 500,
    SPREAD_MAX_MS = 45000, /* so that with full jitter on top nearly everybody is back in a minute */
};

static struct {
    uv_timer_t timer;
    int64_t deadline_ms;
    void (*done)(void *ctx);
    void *ctx;
} drain;

static void count_session(struct session *session, void *ctx)
{
    ++*(int64_t *)ctx;
}

/* The workers of a machine send their sessions away at the same time, and share its processors when these
 * come back. */
static int64_t spread_ms(int64_t sessions)
{
    int64_t processors = uv_available_parallelism(), workers = hub_get()->config->workers;
    int64_t us = sessions * SPREAD_US_PER_SESSION;
    int64_t ms = (workers > processors ? us * workers / processors : us) / 1000;
    return ms < SPREAD_MIN_MS ? SPREAD_MIN_MS : ms > SPREAD_MAX_MS ? SPREAD_MAX_MS : ms;
}

static void send_away(struct session *session, void *ctx)
{
    uint32_t random;
    crypto_random(&random, sizeof random);
    session_close_draining(session, (uint32_t)(random % (uint64_t) * (int64_t *)ctx));
}

static void closed_cb(uv_handle_t *handle)
{
    drain.done(drain.ctx);
}

static void drain_finish(void)
{
    int64_t sessions = 0;
    sessions_each(count_session, &sessions);
    int64_t spread = spread_ms(sessions);
    log_info("draining", LOG_I64("sessions", sessions), LOG_I64("spread_ms", spread));
    sessions_each(send_away, &spread);
    uv_close((uv_handle_t *)&drain.timer, closed_cb);
}

static void check_cb(uv_timer_t *timer)
{
    if (store_is_idle(hub_get()->store) || clock_mono_ms() >= drain.deadline_ms)
        drain_finish();
}

void hub_drain(void (*done)(void *ctx), void *ctx)
{
    struct hub *hub = hub_get();
    hub->draining = true;
    drain.done = done;
    drain.ctx = ctx;
    drain.deadline_ms = clock_mono_ms() + SETTLE_MAX_MS;
    uv_timer_stop(&hub->tick);
    uv_timer_init(hub->loop, &drain.timer);
    uv_timer_start(&drain.timer, check_cb, 0, CHECK_MS);
}
