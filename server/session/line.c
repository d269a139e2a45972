#include "session/line.h"

#include "base/clock.h"
#include "base/config.h"
#include "session/hub.h"
#include "session/live.h"
#include "session/push.h"
#include "session/team.h"

enum {
    LOOKS_A_REFRESH = 1024,
    TURNS_A_REFRESH = 2048,
    RETRY_DELAY_MS = 1000,
    ROUND_PAUSE_MS = 5000,
    ROUND_POSITION = 10,
};

void line_init(struct line *line)
{
    *line = (struct line){0};
    list_init(&line->lives);
    places_init(&line->places);
}

static void line_again(struct wheel_timer *timer)
{
    struct line *line = container_of(timer, struct line, again);
    team_refresh_soon(container_of(line, struct team, line));
}

static void line_refresh_in(struct team *team, int64_t delay_ms)
{
    wheel_arm(&team->site->hub->wheel, &team->line.again, delay_ms, line_again);
}

/* ---- one of them ---- */

/* With nobody there the line does not move, and where agents pick it is none: nothing is said then. */
static struct wait_estimate team_wait(const struct team *team, int64_t position)
{
    struct wait_estimate wait = {0};
    if (team->told_status != PROTO_TEAM_STATUS_VALUE_AWAY && !team->config->manual)
        wait_estimate(&team->pace, position, &wait);
    return wait;
}

static void line_tell(struct live *live, int64_t position)
{
    struct in_line *in = &live->in_line;
    struct wait_estimate wait = team_wait(live->team, position);
    if (position == in->position && !wait_differs(in->wait.p50_ms, wait.p50_ms))
        return;
    in->position = position;
    in->wait = wait;
    push_position(live);
}

/* One that is not found has just left; the event that says so is on its way. */
static void line_found(struct live *live, int64_t position)
{
    places_put(&live->team->line.places, &live->in_line.place, position);
    if (position > 0)
        line_tell(live, position);
}

static void line_not_found_out(struct live *live)
{
    places_put_back(&live->team->line.places, &live->in_line.place);
    if (store_is_up(live_store(live))) /* else all is asked for on its return */
        line_refresh_in(live->team, RETRY_DELAY_MS);
}

/* Only the answer to the last question counts: meanwhile it may have come into another line, or out of all.
 */
static void on_position(void *ctx, enum store_result result, int64_t position)
{
    struct live *live = ctx;
    bool last = --live->in_line.asked_count == 0;
    if (last && live->team && result == STORE_OK)
        line_found(live, position);
    else if (last && live->team)
        line_not_found_out(live);
    live_release(live);
}

/* False: refused. */
static bool line_ask(struct live *live)
{
    if (!store_queue_position(live_store(live), live->site->id, str_from(live->conversation.team),
                              id_str(&live->conversation.id), on_position, live)) {
        line_not_found_out(live);
        return false;
    }
    live->in_line.asked_count++;
    live_hold(live);
    return true;
}

void line_join(struct live *live)
{
    struct line *line = &live->team->line;
    live->in_line.round = line->round;
    list_push_back(&line->lives, &live->in_line.node);
    places_look(&line->places, &live->in_line.place);
    line_ask(live);
}

void line_leave(struct live *live)
{
    struct in_line *in = &live->in_line;
    list_remove(&in->node);
    places_remove(&in->place);
    in->position = 0;
    in->wait = (struct wait_estimate){0};
    live->team = NULL;
}

/* ---- all of them ---- */

/* True: there are more. */
static bool line_look(struct line *line)
{
    for (int i = 0; i < LOOKS_A_REFRESH; i++) {
        struct place *place = places_take(&line->places);
        if (!place)
            return false;
        if (!line_ask(container_of(place, struct live, in_line.place)))
            return false;
    }
    return true;
}

/* Nothing to be said any more, or for the first time, cannot wait. */
static void line_begin_round(struct team *team)
{
    struct line *line = &team->line;
    struct wait_estimate wait = team_wait(team, ROUND_POSITION);
    bool said = line->round_wait.p50_ms > 0, to_say = wait.p50_ms > 0;
    int64_t now_ms = clock_mono_ms(), since_ms = now_ms - line->round_ms;
    if (!wait_differs(line->round_wait.p50_ms, wait.p50_ms))
        return;
    if (said == to_say && since_ms < ROUND_PAUSE_MS) {
        line_refresh_in(team, ROUND_PAUSE_MS - since_ms);
        return;
    }
    line->round++;
    line->round_ms = now_ms;
    line->round_wait = wait;
}

/* Whoever had their turn goes to the end, so the round is over when the first had it. True: there are more.
 */
static bool line_go_round(struct line *line)
{
    for (int i = 0; i < TURNS_A_REFRESH && !list_empty(&line->lives); i++) {
        struct live *live = container_of(list_first(&line->lives), struct live, in_line.node);
        if (live->in_line.round == line->round)
            return false;
        live->in_line.round = line->round;
        list_remove(&live->in_line.node);
        list_push_back(&line->lives, &live->in_line.node);
        if (live->in_line.position > 0)
            line_tell(live, live->in_line.position);
    }
    return !list_empty(&line->lives);
}

bool line_refresh(struct team *team)
{
    bool more = line_look(&team->line);
    line_begin_round(team);
    return line_go_round(&team->line) || more;
}
