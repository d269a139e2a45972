#include "session/team.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/metrics.h"
#include "domain/team_status.h"
#include "session/hub.h"
#include "session/live.h"
#include "session/push.h"

enum { REFRESH_DELAY_MS = 100, TEAM_MEMBERS_MAX = 256, POSITIONS_A_REFRESH = 256 };

void team_init(struct team *team, struct site *site, const struct config_team *config)
{
    *team = (struct team){.site = site, .config = config, .told_status = PROTO_TEAM_STATUS_VALUE_AWAY};
    list_init(&team->waiting);
}

/* ---- as others see it ---- */

struct proto_queue_summary team_queue(const struct team *team)
{
    return (struct proto_queue_summary){
        .team = team->config->id,
        .name = team->config->name,
        .length = team->length,
        .has_oldest_at = team->oldest_at_ms > 0,
        .oldest_at = team->oldest_at_ms,
    };
}

/* The team's members and which of the site's agents they are; returns how many. */
static size_t team_members(const struct team *team, struct team_member *members, size_t *indexes, size_t max)
{
    size_t count = 0;
    for (size_t i = 0; i < team->site->config->agents_count && count < max; i++) {
        const struct agent *agent = &team->site->agents[i];
        if (!config_agent_in_team(agent->config, team->config->id))
            continue;
        indexes[count] = i;
        members[count++] = (struct team_member){
            .present = agent->present,
            .accepting = agent->accepting,
            .load = agent->load,
            .capacity = agent->config->capacity,
        };
    }
    return count;
}

struct proto_team_status team_status(const struct team *team, struct proto_agent_profile *faces)
{
    struct team_member members[TEAM_MEMBERS_MAX];
    size_t indexes[TEAM_MEMBERS_MAX], shown[PROTO_TEAM_STATUS_AGENTS_MAX_COUNT];
    size_t count = team_members(team, members, indexes, TEAM_MEMBERS_MAX);
    size_t faces_count = team_faces(members, count, shown, PROTO_TEAM_STATUS_AGENTS_MAX_COUNT);
    for (size_t i = 0; i < faces_count; i++)
        faces[i] = team->site->agents[indexes[shown[i]]].profile;
    return (struct proto_team_status){
        .team = team->config->id,
        .name = team->config->name,
        .status = team_status_of(members, count),
        .agents = faces,
        .agents_count = faces_count,
    };
}

/* ---- telling, at most every REFRESH_DELAY_MS a team ---- */

/* With nobody there the line does not move: nothing is said then. */
static struct wait_estimate live_wait(const struct live *live, int64_t position)
{
    struct wait_estimate wait = {0};
    if (live->team && live->team->told_status != PROTO_TEAM_STATUS_VALUE_AWAY)
        wait_estimate(&live->team->pace, position, &wait);
    return wait;
}

static void on_position(void *ctx, enum store_result result, int64_t position)
{
    struct live *live = ctx;
    struct wait_estimate wait = live_wait(live, position);
    if (result == STORE_OK && position > 0 &&
        (position != live->told_position || wait_differs(live->told_wait.p50_ms, wait.p50_ms))) {
        live->told_position = position;
        live->told_wait = wait;
        push_position(live);
    }
    live_release(live);
}

void team_ask_position(struct live *live)
{
    if (store_queue_position(live_store(live), live->site->id, str_from(live->conversation.team),
                             id_str(&live->conversation.id), on_position, live))
        live_hold(live);
}

/* A round asks for everybody once, so many a refresh: a long queue must not fill the link. Whoever was asked
 * for goes to the end, so the round is over when the first in line was. True: there are more. */
static bool team_tell_positions(struct team *team)
{
    for (int i = 0; i < POSITIONS_A_REFRESH && !list_empty(&team->waiting); i++) {
        struct live *live = container_of(list_first(&team->waiting), struct live, team_node);
        if (live->asked_round == team->round)
            return false;
        live->asked_round = team->round;
        list_remove(&live->team_node);
        list_push_back(&team->waiting, &live->team_node);
        if (!list_empty(&live->viewers))
            team_ask_position(live);
    }
    return !list_empty(&team->waiting);
}

static uint64_t faces_hash(const struct proto_team_status *status)
{
    uint64_t hash = 0;
    for (size_t i = 0; i < status->agents_count; i++)
        hash = hash * 31 + crypto_hash64(status->agents[i].id);
    return hash;
}

static void team_tell_status(struct team *team)
{
    struct proto_agent_profile faces[PROTO_TEAM_STATUS_AGENTS_MAX_COUNT];
    struct proto_team_status status = team_status(team, faces);
    uint64_t hash = faces_hash(&status);
    if (status.status == team->told_status && hash == team->told_faces)
        return;
    team->told_status = status.status;
    team->told_faces = hash;
    push_team_status(team);
}

static void team_refresh(struct wheel_timer *timer)
{
    struct team *team = container_of(timer, struct team, refresh);
    if (team->queue_changed) {
        team->queue_changed = false;
        team->round++;
        push_queue(team);
    }
    if (team_tell_positions(team))
        team_refresh_soon(team);
    team_tell_status(team);
}

void team_refresh_soon(struct team *team)
{
    if (!wheel_timer_armed(&team->refresh))
        wheel_arm(&team->site->hub->wheel, &team->refresh, REFRESH_DELAY_MS, team_refresh);
}

/* ---- as operators see it ---- */

void team_measure(const struct team *team)
{
    char label[2 * CONFIG_ID_MAX_BYTES + 2];
    snprintf(label, sizeof label, STR_FMT "/" STR_FMT, STR_ARG(team->site->id), STR_ARG(team->config->id));
    metrics_set_labelled(M_QUEUE_LENGTH, str_from(label), team->length);
    metrics_set_labelled(M_QUEUE_OLDEST, str_from(label),
                         team->oldest_at_ms ? clock_wall_ms() - team->oldest_at_ms : 0);
}
