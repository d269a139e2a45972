/* Who is connected to this node, each with the sessions they have open: browser tabs for a shopper, console
 * windows for an agent. Someone whose last session went is still taken for present for a moment, because the
 * next page of the store, or the console loaded again, opens the next socket. For agents that is shorter, as
 * all pages are to hear within a second that nobody is there; not at all for one who signed out. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/ids.h"
#include "base/list.h"
#include "base/map.h"
#include "base/wheel.h"
#include "proto.h"

enum { SHOPPER_LEAVE_DELAY_MS = 800, AGENT_LEAVE_DELAY_MS = 500 };

struct config_agent;
struct live;
struct session;
struct site;

struct shopper {
    struct map_node node; /* in site->shoppers */
    struct id id;
    struct chain sessions;   /* struct session by person_node */
    struct leaving *leaving; /* owned; while there are no sessions */
    struct live *current;    /* their open, or last, conversation; stays in view while they are here */
};

struct agent {
    struct site *site;
    const struct config_agent *config;
    struct proto_agent_profile profile;
    char *photo_path; /* owned; NULL: no photo */
    char *teams;      /* owned; comma-separated */
    struct chain sessions;
    struct list lives; /* struct live by agent_node: theirs, as far as this node looks at them */
    struct wheel_timer leaving;
    bool signed_out; /* on purpose: their conversations wait for nobody */
    bool unreported; /* Redis may not know how many sessions there are: say it again */
    int64_t version; /* of what was last told */
    bool accepting;  /* these three as Redis last told */
    bool present;
    int64_t load;
};

/* The shopper's entry, made when it is not there. NULL: no memory. */
struct shopper *shopper_enter(struct site *site, const struct id *id);
struct shopper *shopper_find(struct site *site, struct str id);
bool shopper_present(struct site *site, struct str id);
void shopper_free(struct shopper *shopper); /* taken out of the map, and leaving or not, its time is over */

bool agent_init(struct agent *agent, struct site *site, const struct config_agent *config);
void agent_fini(struct agent *agent);
/* Tells Redis how many sessions the agent has here. When that fails it is said again, see unreported. */
void agent_report(struct agent *agent);
/* Something could not be told them, for want of memory: their sessions are closed, and the next log-ins bring
 * it. Not while the store is away: on its return they are told everything. */
void agent_send_back(struct agent *agent);
/* Moves the agent's sessions and status to what Redis told. */
void agent_mirror(struct agent *agent, bool accepting, bool present, int64_t load);

void person_add(struct session *session);
void person_remove(struct session *session);
