/* One team of a site: its queue and its agents as Redis last told, and telling those who look, at most ten
 * times a second however much changes. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/wheel.h"
#include "domain/wait.h"
#include "proto.h"
#include "session/line.h"

struct config_team;
struct site;

struct team {
    struct site *site;
    const struct config_team *config;
    int64_t version;       /* of what was last told */
    int64_t length;        /* of the queue, as last told */
    int64_t oldest_at_ms;  /* 0: empty */
    struct wait_pace pace; /* of the queue, as last told */
    struct line line;      /* of those who wait and are looked at here */
    struct wheel_timer refresh;
    struct proto_team_status status; /* as team_status() last found it, with */
    struct proto_agent_profile faces[PROTO_TEAM_STATUS_AGENTS_MAX_COUNT];
    enum proto_team_status_value told_status;
    uint64_t told_faces; /* bits of the site's agents */
    bool status_known;   /* nothing has changed since */
    bool queue_changed;
};

/* After the site's agents. */
void team_init(struct team *team, struct site *site, const struct config_team *config);

/* A team as shoppers see it, until something changes; its texts and faces are the config's. Every log-in
 * asks, so it looks at the agents only after a change. */
const struct proto_team_status *team_status(struct team *team);
struct proto_queue_summary team_queue(const struct team *team);

/* To be called when its queue or one of its agents has changed. Tells the team's agents of the queue (when
 * queue_changed is set), whoever waits of their place, and everybody of its status, as far as each has
 * changed. */
void team_refresh_soon(struct team *team);
void team_measure(const struct team *team);
