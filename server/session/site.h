/* One store's live state on this node: its agents and queues as Redis last told, and who is connected here.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/config.h"
#include "base/list.h"
#include "base/map.h"
#include "base/wheel.h"
#include "proto.h"
#include "session/people.h"
#include "shopbell/store.h"

struct hub;
struct team;

struct site {
    struct hub *hub;
    const struct config_site *config;
    struct str id;
    struct team *teams;   /* parallel to config->teams */
    struct agent *agents; /* parallel to config->agents */
    struct map shoppers;  /* struct shopper by id: who has a page open here */
    struct map lives;     /* struct live by conversation id */
    char secret[65];      /* hex; "" until Redis told it */
    int64_t counts[3];    /* of queued, assigned and closing conversations */
    int64_t generation;   /* of what is written now; -1: none known yet */
    bool generation_sure; /* Redis told it on this connection: what is written gets no other's ids */
    bool mirrored;        /* agents and queues were read from this Redis connection */
    bool teams_written;   /* to that: their settings */
};

bool site_init(struct site *site, struct hub *hub, const struct config_site *config);
void site_fini(struct site *site);

/* Redis answers again: learn the secret, mirror agents and queues, tell who is connected here. */
void site_on_store_up(struct site *site);
/* Learns the generation. lost: a stream that grew in the one known is shorter now, so another one begins. */
void site_begin_generation(struct site *site, bool lost);
/* Hints were lost: what is mirrored and in view may be old. */
void site_read_again(struct site *site);
void site_on_store_down(struct site *site);
bool site_ready(const struct site *site);
/* The heartbeat. */
void site_tick(struct site *site);

struct team *site_team(struct site *site, struct str id);   /* NULL: no such team */
struct agent *site_agent(struct site *site, struct str id); /* NULL: no such agent */
/* Borrowed; NULL: no such agent, as for an empty id. */
const struct proto_agent_profile *site_agent_profile(struct site *site, struct str id);

/* Brings the node up to what a Redis function changed: mirrors, views, and whoever is to be told. */
void site_apply(struct site *site, const struct store_changes *changes);
/* A store_transition_fn for requests whose answer nobody waits for; ctx is the site. */
void site_on_changes(void *ctx, enum store_result result, const struct store_transition *transition);
