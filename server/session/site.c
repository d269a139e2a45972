#include "session/site.h"

#include "base/alloc.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/metrics.h"
#include "session/hub.h"
#include "session/invite.h"
#include "session/live.h"
#include "session/team.h"

/* ---- look-ups ---- */

struct team *site_team(struct site *site, struct str id)
{
    for (size_t i = 0; i < site->config->teams_count; i++)
        if (str_eq(site->teams[i].config->id, id))
            return &site->teams[i];
    return NULL;
}

struct agent *site_agent(struct site *site, struct str id)
{
    for (size_t i = 0; i < site->config->agents_count; i++)
        if (str_eq(site->agents[i].config->id, id))
            return &site->agents[i];
    return NULL;
}

const struct proto_agent_profile *site_agent_profile(struct site *site, struct str id)
{
    const struct agent *agent = id.len ? site_agent(site, id) : NULL;
    return agent ? &agent->profile : NULL;
}

/* ---- what a function changed ---- */

/* What functions answer and what hints say comes by two connections: the higher number is the newer. */
static void apply_queue(struct site *site, const struct store_changed_queue *queue, int64_t number)
{
    struct team *team = site_team(site, queue->team);
    if (!team || number < team->version)
        return;
    team->version = number;
    team->length = queue->length;
    team->oldest_at_ms = queue->oldest_at_ms;
    team->pace = (struct wait_pace){queue->pace_count, queue->pace_mean_ms, queue->pace_deviation_ms};
    places_moved(&team->line.places, queue->moves);
    team->queue_changed = true;
    team_refresh_soon(team);
}

static void apply_agent(struct site *site, const struct store_changed_agent *changed, int64_t number)
{
    struct agent *agent = site_agent(site, changed->id);
    if (!agent || number < agent->version)
        return;
    agent->version = number;
    agent_mirror(agent, changed->accepting, changed->present, changed->load);
    for (size_t i = 0; i < site->config->teams_count; i++)
        if (config_agent_in_team(agent->config, site->teams[i].config->id))
            team_refresh_soon(&site->teams[i]);
}

/* Loading invites whoever it belongs to. */
static void on_opened(void *ctx, enum store_result result, struct live *live)
{
    struct agent *agent = ctx;
    if (live)
        invite(live);
    else if (agent && result == STORE_UNAVAILABLE)
        agent_send_back(agent);
}

static void apply_conversation(struct site *site, const struct store_changed_conversation *changed)
{
    struct live *live = live_find(site, changed->id);
    struct agent *agent = changed->agent.len ? site_agent(site, changed->agent) : NULL;
    bool wanted = shopper_present(site, changed->shopper) || (agent && !chain_empty(&agent->sessions));
    if (live && live->state != LIVE_LOADING)
        live_follow(live, changed->last_seq);
    else if (wanted)
        live_open(site, changed->id, on_opened, agent);
}

/* Here and not where the event is shown: that happens on every node with a viewer, and on none without. */
static void note_step(const struct site *site, const struct store_step *step)
{
    if (step->waited_ms >= 0)
        metrics_observe_us(H_QUEUE_WAIT, step->waited_ms * 1000);
    log_info("conversation", LOG_STR("id", step->id), LOG_STR("site", site->id), LOG_STR("step", step->event),
             LOG_I64("seq", step->seq), LOG_STR("state", step->state), LOG_STR("agent", step->agent));
}

void site_apply(struct site *site, const struct store_changes *changes)
{
    for (size_t i = 0; i < changes->steps_count; i++)
        note_step(site, &changes->steps[i]);
    for (size_t i = 0; i < changes->agents_count; i++)
        apply_agent(site, &changes->agents[i], changes->number);
    for (size_t i = 0; i < changes->queues_count; i++)
        apply_queue(site, &changes->queues[i], changes->number);
    for (size_t i = 0; i < changes->conversations_count; i++)
        apply_conversation(site, &changes->conversations[i]);
}

void site_on_changes(void *ctx, enum store_result result, const struct store_transition *transition)
{
    if (result == STORE_OK)
        site_apply(ctx, &transition->changes);
}

/* ---- Redis comes and goes ---- */

static void on_secret(void *ctx, enum store_result result, struct str secret)
{
    struct site *site = ctx;
    if (result == STORE_OK && secret.len == sizeof site->secret - 1)
        memcpy(site->secret, secret.data, secret.len);
    else if (result == STORE_OK)
        log_error("site_secret", LOG_STR("site", site->id),
                  LOG_CSTR("why", "Redis holds one of the wrong length"));
}

static void on_snapshot(void *ctx, enum store_result result, const struct store_transition *transition)
{
    struct site *site = ctx;
    site_on_changes(site, result, transition);
    site->mirrored = result == STORE_OK;
}

static void on_generation(void *ctx, enum store_result result, const struct store_transition *transition)
{
    struct site *site = ctx;
    if (result != STORE_OK)
        return;
    if (site->generation >= 0 && transition->numbers[0] != site->generation)
        log_warn("generation", LOG_STR("site", site->id), LOG_I64("number", transition->numbers[0]));
    site->generation = transition->numbers[0];
    site->generation_sure = true;
}

void site_begin_generation(struct site *site, bool lost)
{
    store_begin_generation(site->hub->store, site->id, site->generation, lost, on_generation, site);
}

static void site_fetch_secret(struct site *site)
{
    unsigned char random[32];
    char candidate[sizeof site->secret];
    crypto_random(random, sizeof random);
    crypto_hex_encode(random, sizeof random, candidate);
    if (site->secret[0]) /* a failover that lost it gets it back: shoppers stay who they are */
        memcpy(candidate, site->secret, sizeof candidate);
    store_site_secret(site->hub->store, site->id, str_from(candidate), on_secret, site);
    crypto_wipe(random, sizeof random);
    crypto_wipe(candidate, sizeof candidate);
}

static void on_conversations_of_agent(void *ctx, enum store_result result, const struct str *ids,
                                      size_t count)
{
    struct agent *agent = ctx;
    if (result == STORE_UNAVAILABLE)
        agent_send_back(agent);
    for (size_t i = 0; i < count; i++)
        live_open(agent->site, ids[i], on_opened, agent);
}

/* What an agent was given while answers or hints were lost is not in view here yet. */
static void site_recall_agent(struct site *site, struct agent *agent)
{
    if (!chain_empty(&agent->sessions) &&
        !store_conversations_of_agent(site->hub->store, site->id, agent->config->id,
                                      on_conversations_of_agent, agent))
        agent_send_back(agent);
}

/* Redis may have been put back to an earlier state: its numbers begin anew. */
static void site_forget_versions(struct site *site)
{
    for (size_t i = 0; i < site->config->teams_count; i++)
        site->teams[i].version = 0;
    for (size_t i = 0; i < site->config->agents_count; i++)
        site->agents[i].version = 0;
}

void site_read_again(struct site *site)
{
    if (!store_snapshot(site->hub->store, site->id, on_snapshot, site))
        site->mirrored = false; /* asked for again by the next tick */
    for (size_t i = 0; i < site->config->agents_count; i++)
        site_recall_agent(site, &site->agents[i]);
    map_for_each_safe(node, &site->lives) {
        struct live *live = container_of(node, struct live, node);
        live_hold(live);
        if (live->state != LIVE_LOADING)
            peers_register(live);
        live_follow(live, 0);
        live_release(live);
    }
}

static void on_team_written(void *ctx, enum store_result result, const struct store_transition *transition)
{
    struct site *site = ctx;
    site_on_changes(site, result, transition);
    if (result != STORE_OK)
        site->teams_written = false;
}

/* Whoever routes must know the teams' settings: that is Redis, for whichever node. */
static void site_write_teams(struct site *site)
{
    site->teams_written = true;
    for (size_t i = 0; i < site->config->teams_count; i++)
        if (!store_set_team(site->hub->store, site->id, &site->config->teams[i], on_team_written, site))
            site->teams_written = false;
}

/* Who is connected here, and what they look at. */
static void site_say_again(struct site *site)
{
    for (size_t i = 0; i < site->config->agents_count; i++)
        if (site->agents[i].unreported || !chain_empty(&site->agents[i].sessions))
            agent_report(&site->agents[i]);
    site_read_again(site);
}

/* A failover, or a restored backup: streams may end before what was read of them. */
static void site_doubt_lives(struct site *site)
{
    map_for_each_safe(node, &site->lives) {
        live_doubt(container_of(node, struct live, node));
    }
}

static void on_ticked(void *ctx, enum store_result result, const struct store_transition *transition)
{
    struct site *site = ctx;
    site_on_changes(site, result, transition);
    if (result == STORE_OK || store_is_up(site->hub->store))
        hub_set_writable(result == STORE_OK); /* of a Redis that is away the store tells */
    if (result != STORE_OK)
        return;
    memcpy(site->counts, transition->numbers, sizeof site->counts);
    store_check_hints(site->hub->store, site->id, transition->numbers[3], transition->numbers[4]);
    if (transition->numbers[5] == 0)
        site_say_again(site);
}

static void site_beat(struct site *site)
{
    store_tick(site->hub->store, site->id, site->hub->config->agent_grace_ms, on_ticked, site);
}

/* The beat comes at once: with a connection that is lost again and again before the next one is due, a node
 * would be taken for dead that is heard of all the time. */
void site_on_store_up(struct site *site)
{
    site_begin_generation(site, false); /* before anything is read or written */
    site_doubt_lives(site);
    site_fetch_secret(site);
    site_write_teams(site);
    site_forget_versions(site);
    site_say_again(site);
    site_beat(site);
}

void site_on_store_down(struct site *site)
{
    site->mirrored = false;
    site->generation_sure = false;
}

bool site_ready(const struct site *site)
{
    return site->mirrored && site->secret[0];
}

/* ---- the heartbeat ---- */

/* What Redis refused although it is there: disk full, say. */
static void site_try_again(struct site *site)
{
    if (!site->generation_sure)
        site_begin_generation(site, false);
    if (!site->secret[0])
        site_fetch_secret(site);
    if (!site->teams_written)
        site_write_teams(site);
    if (!site->mirrored)
        store_snapshot(site->hub->store, site->id, on_snapshot, site);
    for (size_t i = 0; i < site->config->agents_count; i++)
        if (site->agents[i].unreported)
            agent_report(&site->agents[i]);
}

void site_tick(struct site *site)
{
    if (store_is_up(site->hub->store))
        site_try_again(site);
    site_beat(site);
    for (size_t i = 0; i < site->config->teams_count; i++)
        team_measure(&site->teams[i]);
}

/* ---- lifetime ---- */

bool site_init(struct site *site, struct hub *hub, const struct config_site *config)
{
    *site = (struct site){.hub = hub, .config = config, .id = config->id, .generation = -1};
    map_init(&site->shoppers);
    map_init(&site->lives);
    site->teams = sb_calloc(config->teams_count + 1, sizeof *site->teams);
    site->agents = sb_calloc(config->agents_count + 1, sizeof *site->agents);
    if (!site->teams || !site->agents)
        return false;
    for (size_t i = 0; i < config->agents_count; i++)
        if (!agent_init(&site->agents[i], site, &config->agents[i]))
            return false;
    for (size_t i = 0; i < config->teams_count; i++)
        team_init(&site->teams[i], site, &config->teams[i]);
    return true;
}

void site_fini(struct site *site)
{
    live_free_all(site);
    map_for_each_safe(node, &site->shoppers) {
        struct shopper *shopper = container_of(node, struct shopper, node);
        map_remove(&site->shoppers, node);
        shopper_free(shopper);
    }
    map_fini(&site->shoppers);
    map_fini(&site->lives);
    for (size_t i = 0; site->agents && i < site->config->agents_count; i++)
        agent_fini(&site->agents[i]);
    sb_free(site->teams);
    sb_free(site->agents);
    crypto_wipe(site->secret, sizeof site->secret);
}
