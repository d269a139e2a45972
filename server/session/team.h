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
    enum proto_team_status_value told_status;
    uint64_t told_faces; /* bits of the site's agents */
    bool queue_changed;
};

/* After the site's agents. */
void team_init(struct team *team, struct site *site, const struct config_team *config);

/* A team as shoppers see it; faces borrow from the config. At most PROTO_TEAM_STATUS_AGENTS_MAX_COUNT faces.
 */
struct proto_team_status team_status(const struct team *team, struct proto_agent_profile *faces);
struct proto_queue_summary team_queue(const struct team *team);

/* Tells the team's agents of the queue (when queue_changed is set), whoever waits of their place, and
 * everybody of its status, as far as each has changed. */
void team_refresh_soon(struct team *team);
void team_measure(const struct team *team);
