/* Stopping so that nobody notices. First those leave who only look, a few at a time, while whoever talks goes
 * on talking. Then nothing is asked of Redis any more, what is on its way there is answered, and the others
 * are sent away. Everybody is told when to come back, each at another moment: those who talk at once, and
 * those who look so slowly that the servers that stay (or this one, restarted) have most of their time for
 * others. */
#include "base/clock.h"
#include "base/config.h"
#include "base/crypto.h"
#include "base/log.h"
#include "session/hub.h"
#include "session/session.h"
#include "shopbell/hub.h"

enum {
    TICK_MS = 10,
    SETTLE_MAX_MS = 1000,
    MIN_MS = 500,
};

/* How many ms a crowd is given: us for each of it, and ms at most. */
struct pace {
    int64_t us_each;
    int64_t max_ms;
};

static const struct pace
    /* To be sent away costs some 0.05 ms. At most what a service manager surely waits for. */
    pace_leave = {400, 15 * 1000},
    /* A log-in costs some 0.2 ms. */
    pace_talk = {300, 45 * 1000},
    /* With full jitter on top nearly everybody is back in a minute. */
    pace_look = {900, 50 * 1000};

static struct {
    uv_timer_t timer;
    uint32_t at; /* in the sessions, of which the ones before have been looked at */
    int64_t lookers_count, talkers_count, left_count;
    int64_t began_ms, leave_ms, look_ms, settle_ms;
    void (*done)(void *ctx);
    void *ctx;
} drain;

/* The workers of a machine send their sessions away at the same time, and share its processors for that and
 * when these come back. */
static int64_t time_for(const struct pace *pace, int64_t sessions_count)
{
    int64_t processors = uv_available_parallelism(), workers = hub_get()->config->workers;
    int64_t us = sessions_count * pace->us_each;
    int64_t ms = (workers > processors ? us * workers / processors : us) / 1000;
    return ms > pace->max_ms ? pace->max_ms : ms;
}

static uint32_t any_moment(int64_t ms)
{
    uint32_t random;
    crypto_random(&random, sizeof random);
    return (uint32_t)(random % (uint64_t)(ms < MIN_MS ? MIN_MS : ms));
}

static bool only_looks(const struct session *session)
{
    return session->role == PROTO_SHOPPER && chain_empty(&session->viewers);
}

static void count_session(struct session *session, void *ctx)
{
    ++*(only_looks(session) ? &drain.lookers_count : &drain.talkers_count);
}

/* ---- those who talk ---- */

static void send_away(struct session *session, void *ctx)
{
    session_close_draining(session, any_moment(*(int64_t *)ctx));
}

static void closed_cb(uv_handle_t *handle)
{
    drain.done(drain.ctx);
}

static void settle_cb(uv_timer_t *timer)
{
    if (!store_is_idle(hub_get()->store) && clock_mono_ms() < drain.settle_ms)
        return;
    int64_t spread_ms = time_for(&pace_talk, drain.talkers_count);
    sessions_each(send_away, &spread_ms);
    uv_close((uv_handle_t *)timer, closed_cb);
}

static void settle(void)
{
    hub_get()->settling = true;
    uv_timer_stop(&hub_get()->tick);
    drain.settle_ms = clock_mono_ms() + SETTLE_MAX_MS;
    uv_timer_start(&drain.timer, settle_cb, 0, TICK_MS);
}

/* ---- those who look ---- */

static void send_looker_away(struct session *session, int64_t now_ms)
{
    int64_t end_ms = drain.began_ms + drain.leave_ms, left_ms = end_ms > now_ms ? end_ms - now_ms : 0;
    session_close_draining(session, (uint32_t)left_ms + any_moment(drain.look_ms));
    drain.left_count++;
}

static void leave_cb(uv_timer_t *timer)
{
    int64_t now_ms = clock_mono_ms(), passed_ms = now_ms - drain.began_ms;
    int64_t due_count =
        passed_ms >= drain.leave_ms ? INT64_MAX : drain.lookers_count * passed_ms / drain.leave_ms;
    struct session *session;
    while (drain.left_count < due_count && (session = sessions_next(&drain.at)))
        if (only_looks(session))
            send_looker_away(session, now_ms);
    if (passed_ms >= drain.leave_ms)
        settle();
}

void hub_drain(void (*done)(void *ctx), void *ctx)
{
    struct hub *hub = hub_get();
    hub->draining = true;
    drain.done = done;
    drain.ctx = ctx;
    sessions_each(count_session, NULL);
    drain.began_ms = clock_mono_ms();
    drain.leave_ms = time_for(&pace_leave, drain.lookers_count);
    drain.look_ms = time_for(&pace_look, drain.lookers_count);
    log_info("draining", LOG_I64("looking", drain.lookers_count), LOG_I64("talking", drain.talkers_count),
             LOG_I64("leave_ms", drain.leave_ms), LOG_I64("spread_ms", drain.look_ms));
    uv_timer_init(hub->loop, &drain.timer);
    uv_timer_start(&drain.timer, leave_cb, 0, TICK_MS);
}
