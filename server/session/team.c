#include "session/team.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/metrics.h"
#include "domain/team_status.h"
#include "session/hub.h"
#include "session/push.h"

/* The next tick of the wheel is soon enough, and seldom enough. */
enum { REFRESH_DELAY_MS = 0, TEAM_MEMBERS_MAX = 256 };

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

/* Where agents pick, who is free does not mean that nobody waits. */
static enum proto_team_status_value team_status_value(const struct team *team,
                                                      const struct team_member *members, size_t count)
{
    enum proto_team_status_value value = team_status_of(members, count);
    bool keeps_waiting = value == PROTO_TEAM_STATUS_VALUE_ONLINE && team->config->manual && team->length > 0;
    return keeps_waiting ? PROTO_TEAM_STATUS_VALUE_BUSY : value;
}

static void team_look(struct team *team)
{
    struct team_member members[TEAM_MEMBERS_MAX];
    size_t indexes[TEAM_MEMBERS_MAX], shown[PROTO_TEAM_STATUS_AGENTS_MAX_COUNT];
    size_t count = team_members(team, members, indexes, TEAM_MEMBERS_MAX);
    size_t faces_count = team_faces(members, count, shown, PROTO_TEAM_STATUS_AGENTS_MAX_COUNT);
    for (size_t i = 0; i < faces_count; i++)
        team->faces[i] = team->site->agents[indexes[shown[i]]].profile;
    team->status = (struct proto_team_status){
        .team = team->config->id,
        .name = team->config->name,
        .status = team_status_value(team, members, count),
        .agents = team->faces,
        .agents_count = faces_count,
    };
}

const struct proto_team_status *team_status(struct team *team)
{
    if (!team->status_known)
        team_look(team);
    team->status_known = true;
    return &team->status;
}

/* ---- telling, at most once a tick of the wheel ---- */

static uint64_t faces_hash(const struct proto_team_status *status)
{
    uint64_t hash = 0;
    for (size_t i = 0; i < status->agents_count; i++)
        hash = hash * 31 + crypto_hash64(status->agents[i].id);
    return hash;
}

/* What log-ins are answered before anything was heard is told already. */
void team_init(struct team *team, struct site *site, const struct config_team *config)
{
    *team = (struct team){.site = site, .config = config};
    team->told_status = team_status(team)->status;
    team->told_faces = faces_hash(team_status(team));
    line_init(&team->line);
}

/* False: it is to be tried again. */
static bool team_tell_status(struct team *team)
{
    const struct proto_team_status *status = team_status(team);
    uint64_t hash = faces_hash(status);
    if (status->status == team->told_status && hash == team->told_faces)
        return true;
    if (!push_team_status(team))
        return false;
    team->told_status = status->status;
    team->told_faces = hash;
    return true;
}

static void team_refresh(struct wheel_timer *timer)
{
    struct team *team = container_of(timer, struct team, refresh);
    if (team->queue_changed && push_queue(team))
        team->queue_changed = false;
    bool all_told = team_tell_status(team) && !team->queue_changed;
    if (line_refresh(team) || !all_told)
        team_refresh_soon(team);
}

void team_refresh_soon(struct team *team)
{
    team->status_known = false;
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
