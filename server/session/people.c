#include "session/people.h"

#include <stdio.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/config.h"
#include "session/hub.h"
#include "session/live.h"
#include "session/push.h"
#include "session/session.h"
#include "session/site.h"

/* ---- shoppers ---- */

struct shopper *shopper_find(struct site *site, struct str id)
{
    struct map_node *node = map_get(&site->shoppers, id);
    return node ? container_of(node, struct shopper, node) : NULL;
}

bool shopper_present(struct site *site, struct str id)
{
    return shopper_find(site, id) != NULL;
}

struct shopper *shopper_enter(struct site *site, const struct id *id)
{
    struct shopper *shopper = shopper_find(site, id_str(id));
    if (shopper)
        return shopper;
    shopper = sb_calloc(1, sizeof *shopper);
    if (!shopper)
        return NULL;
    shopper->id = *id;
    if (map_put(&site->shoppers, &shopper->node, id_str(&shopper->id)))
        return shopper;
    sb_free(shopper);
    return NULL;
}

void shopper_free(struct shopper *shopper)
{
    sb_free(shopper->leaving);
    sb_free(shopper);
}

static void shopper_gone(struct site *site, struct shopper *shopper)
{
    struct live *live = shopper->current;
    map_remove(&site->shoppers, &shopper->node);
    shopper_free(shopper);
    if (!live)
        return;
    if (live_is_idle(live)) {
        live_drop_if_idle(live);
        return;
    }
    push_shopper_presence(live);
    peers_shopper_moved(live);
}

/* What only those few have whose last session just went. */
struct leaving {
    struct wheel_timer timer;
    struct site *site;
    struct shopper *shopper;
};

static void leaving_fired(struct wheel_timer *timer)
{
    struct leaving *leaving = container_of(timer, struct leaving, timer);
    shopper_gone(leaving->site, leaving->shopper);
}

/* Without memory they are gone at once. */
static void shopper_leaves(struct site *site, struct shopper *shopper)
{
    struct leaving *leaving = sb_calloc(1, sizeof *leaving);
    if (!leaving) {
        shopper_gone(site, shopper);
        return;
    }
    shopper->leaving = leaving;
    leaving->site = site;
    leaving->shopper = shopper;
    wheel_arm(&site->hub->wheel, &leaving->timer, SHOPPER_LEAVE_DELAY_MS, leaving_fired);
}

static void shopper_stays(struct site *site, struct shopper *shopper)
{
    if (!shopper->leaving)
        return;
    wheel_disarm(&site->hub->wheel, &shopper->leaving->timer);
    sb_free(shopper->leaving);
    shopper->leaving = NULL;
}

/* ---- agents ---- */

static bool agent_join_teams(struct agent *agent)
{
    struct buf buf = BUF_INIT;
    for (size_t i = 0; i < agent->config->teams_count; i++) {
        if (i > 0)
            buf_append_char(&buf, ',');
        buf_append_str(&buf, agent->config->teams[i]);
    }
    agent->teams = buf_ok(&buf) ? sb_strdup(buf_str(&buf)) : NULL;
    buf_fini(&buf);
    return agent->teams;
}

static bool agent_set_photo(struct agent *agent)
{
    char path[2 * CONFIG_ID_MAX_BYTES + 16];
    if (!agent->config->photo.data)
        return true;
    snprintf(path, sizeof path, "/photos/" STR_FMT "/" STR_FMT, STR_ARG(agent->site->id),
             STR_ARG(agent->config->id));
    agent->photo_path = sb_strdup(str_from(path));
    agent->profile.photo = str_from(agent->photo_path);
    return agent->photo_path;
}

bool agent_init(struct agent *agent, struct site *site, const struct config_agent *config)
{
    *agent = (struct agent){.site = site, .config = config, .accepting = true};
    list_init(&agent->lives);
    agent->profile = (struct proto_agent_profile){.id = config->id, .name = config->name};
    if (config->title.len > 0)
        agent->profile.title = config->title;
    return agent_join_teams(agent) && agent_set_photo(agent);
}

void agent_fini(struct agent *agent)
{
    sb_free(agent->photo_path);
    sb_free(agent->teams);
}

static int sessions_count(const struct agent *agent)
{
    int count = 0;
    chain_for_each_safe(node, &agent->sessions)
        count++;
    return count;
}

static void on_reported(void *ctx, enum store_result result, const struct store_transition *transition)
{
    struct agent *agent = ctx;
    if (result != STORE_OK)
        agent->unreported = true;
    site_on_changes(agent->site, result, transition);
}

void agent_report(struct agent *agent)
{
    struct site *site = agent->site;
    agent->unreported =
        !store_agent_connected(site->hub->store, site->id, agent->config->id, sessions_count(agent),
                               agent->config->capacity, str_from(agent->teams), on_reported, agent);
}

void agent_send_back(struct agent *agent)
{
    if (!store_is_up(agent->site->hub->store))
        return;
    chain_for_each_safe(node, &agent->sessions) {
        session_close(container_of(node, struct session, person_node), PROTO_CLOSE_TRY_AGAIN_LATER);
    }
}

static void agent_gone(struct wheel_timer *timer)
{
    struct agent *agent = container_of(timer, struct agent, leaving);
    struct site *site = agent->site;
    agent_report(agent);
    if (agent->signed_out)
        store_agent_signed_out(site->hub->store, site->id, agent->config->id, site_on_changes, site);
}

void agent_mirror(struct agent *agent, bool accepting, bool present, int64_t load)
{
    bool status_changed = agent->accepting != accepting, presence_changed = agent->present != present;
    agent->accepting = accepting;
    agent->present = present;
    agent->load = load;
    if (status_changed)
        push_routing_status(agent, NULL);
    if (!presence_changed)
        return;
    list_for_each_safe(node, &agent->lives) {
        push_agent_presence(container_of(node, struct live, agent_node));
    }
}

/* ---- both ---- */

void person_add(struct session *session)
{
    struct wheel *wheel = &session_hub(session)->wheel;
    if (session->role == PROTO_AGENT) {
        chain_push_front(&session->who.agent->sessions, &session->person_node);
        wheel_disarm(wheel, &session->who.agent->leaving);
        session->who.agent->signed_out = false;
        agent_report(session->who.agent);
    } else {
        chain_push_front(&session->who.shopper->sessions, &session->person_node);
        shopper_stays(session->site, session->who.shopper);
    }
}

void person_remove(struct session *session)
{
    struct wheel *wheel = &session_hub(session)->wheel;
    chain_remove(&session->person_node);
    if (session->role == PROTO_AGENT) {
        struct agent *agent = session->who.agent;
        if (chain_empty(&agent->sessions))
            wheel_arm(wheel, &agent->leaving, agent->signed_out ? 0 : AGENT_LEAVE_DELAY_MS, agent_gone);
        else
            agent_report(agent);
    } else if (chain_empty(&session->who.shopper->sessions)) {
        shopper_leaves(session->site, session->who.shopper);
    }
}
