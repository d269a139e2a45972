/* Requests that are one Redis function each, and their answers { verdict, value, conversations, queues,
 * agents, steps }. */
#include <hiredis/hiredis.h>

#include "base/alloc.h"
#include "base/config.h"
#include "base/log.h"
#include "store/store_internal.h"

enum { QUEUE_COLUMNS = 7 };

static enum store_result verdict_parse(struct str verdict)
{
    for (enum store_result result = STORE_OK; result < STORE_CONFLICT; result++)
        if (str_eq_c(verdict, store_result_str(result)))
            return result;
    log_error("redis_verdict", LOG_STR("verdict", verdict));
    return STORE_UNAVAILABLE;
}

static void read_conversations(struct store_changes *changes, const redisReply *flat)
{
    for (size_t i = 0; i + 3 < reply_count(flat); i += 4)
        changes->conversations[changes->conversations_count++] = (struct store_changed_conversation){
            .id = reply_str_at(flat, i),
            .last_seq = reply_i64_at(flat, i + 1),
            .shopper = reply_str_at(flat, i + 2),
            .agent = reply_str_at(flat, i + 3),
        };
}

static void read_queues(struct store_changes *changes, const redisReply *flat)
{
    for (size_t i = 0; i + QUEUE_COLUMNS <= reply_count(flat); i += QUEUE_COLUMNS)
        changes->queues[changes->queues_count++] = (struct store_changed_queue){
            .team = reply_str_at(flat, i),
            .length = reply_i64_at(flat, i + 1),
            .oldest_at_ms = reply_i64_at(flat, i + 2),
            .pace_count = reply_i64_at(flat, i + 3),
            .pace_mean_ms = reply_i64_at(flat, i + 4),
            .pace_deviation_ms = reply_i64_at(flat, i + 5),
            .moves = reply_i64_at(flat, i + 6),
        };
}

static void read_agents(struct store_changes *changes, const redisReply *flat)
{
    for (size_t i = 0; i + 3 < reply_count(flat); i += 4)
        changes->agents[changes->agents_count++] = (struct store_changed_agent){
            .id = reply_str_at(flat, i),
            .accepting = str_eq_c(reply_str_at(flat, i + 1), "accepting"),
            .present = reply_i64_at(flat, i + 2) != 0,
            .load = reply_i64_at(flat, i + 3),
        };
}

static void read_steps(struct store_changes *changes, const redisReply *flat)
{
    for (size_t i = 0; i + 5 < reply_count(flat); i += 6)
        changes->steps[changes->steps_count++] = (struct store_step){
            .id = reply_str_at(flat, i),
            .event = reply_str_at(flat, i + 1),
            .seq = reply_i64_at(flat, i + 2),
            .state = reply_str_at(flat, i + 3),
            .agent = reply_str_at(flat, i + 4),
            .waited_ms = reply_i64_at(flat, i + 5),
        };
}

/* One block for the four arrays; NULL: no memory. */
static void *read_changes(struct store_changes *changes, const redisReply *reply)
{
    const redisReply *conversations = reply_at(reply, 2), *queues = reply_at(reply, 3),
                     *agents = reply_at(reply, 4), *steps = reply_at(reply, 5);
    size_t n_conversations = reply_count(conversations) / 4, n_queues = reply_count(queues) / QUEUE_COLUMNS;
    size_t n_agents = reply_count(agents) / 4, n_steps = reply_count(steps) / 6;
    char *block =
        sb_calloc(1, n_conversations * sizeof *changes->conversations + n_queues * sizeof *changes->queues +
                         n_agents * sizeof *changes->agents + n_steps * sizeof *changes->steps + 1);
    if (!block)
        return NULL;
    changes->conversations = (void *)block;
    changes->queues = (void *)(changes->conversations + n_conversations);
    changes->agents = (void *)(changes->queues + n_queues);
    changes->steps = (void *)(changes->agents + n_agents);
    read_conversations(changes, conversations);
    read_queues(changes, queues);
    read_agents(changes, agents);
    read_steps(changes, steps);
    return block;
}

static void on_transition(const redisReply *reply, link_done_fn done_fn, void *ctx)
{
    store_transition_fn done = (store_transition_fn)done_fn;
    struct store_transition transition = {0};
    enum store_result result = reply_result(reply);
    void *block = NULL;
    if (result == STORE_OK) {
        result = verdict_parse(reply_str_at(reply, 0));
        for (size_t i = 0; i < STORE_VALUES_MAX; i++) {
            transition.values[i] = reply_str_at(reply_at(reply, 1), i);
            transition.numbers[i] = reply_i64_at(reply_at(reply, 1), i);
        }
        block = read_changes(&transition.changes, reply);
        transition.changes.number = reply_i64_at(reply, 6);
    }
    done(ctx, result, &transition);
    sb_free(block);
}

static bool transition_send(struct store *store, const struct cmd *cmd, store_transition_fn done, void *ctx)
{
    return STORE_SEND(store, cmd, on_transition, done, ctx);
}

/* For functions that take nothing but texts: up to three, the first that is NULL ends them. */
static bool ask_with(struct store *store, const char *function, struct str site, const struct str args[3],
                     store_transition_fn done, void *ctx)
{
    struct cmd cmd;
    cmd_function(&cmd, function, site, false);
    for (size_t i = 0; i < 3 && args[i].data; i++)
        cmd_arg(&cmd, args[i]);
    return transition_send(store, &cmd, done, ctx);
}

bool store_open(struct store *store, struct str site, const struct store_opening *o, store_transition_fn done,
                void *ctx)
{
    const struct str args[] = {o->id,      o->shopper, o->team,  o->custom_id, o->text,
                               o->preview, o->url,     o->title, o->again};
    struct cmd cmd;
    cmd_function(&cmd, "open", site, false);
    for (size_t i = 0; i < sizeof args / sizeof *args; i++)
        cmd_arg(&cmd, args[i]);
    return transition_send(store, &cmd, done, ctx);
}

bool store_propose_close(struct store *store, struct str site, struct str id, struct str agent,
                         int64_t timeout_ms, store_transition_fn done, void *ctx)
{
    struct cmd cmd;
    cmd_function(&cmd, "propose_close", site, false);
    cmd_arg(&cmd, id);
    cmd_arg(&cmd, agent);
    cmd_i64(&cmd, timeout_ms);
    return transition_send(store, &cmd, done, ctx);
}

bool store_confirm_close(struct store *store, struct str site, struct str id, struct str shopper,
                         store_transition_fn done, void *ctx)
{
    return ask_with(store, "confirm_close", site, (struct str[3]){id, shopper}, done, ctx);
}

bool store_dispute_close(struct store *store, struct str site, struct str id, struct str shopper,
                         store_transition_fn done, void *ctx)
{
    return ask_with(store, "dispute_close", site, (struct str[3]){id, shopper}, done, ctx);
}

bool store_pick(struct store *store, struct str site, struct str id, struct str agent,
                store_transition_fn done, void *ctx)
{
    return ask_with(store, "pick", site, (struct str[3]){id, agent}, done, ctx);
}

bool store_take_over(struct store *store, struct str site, struct str id, struct str agent,
                     store_transition_fn done, void *ctx)
{
    return ask_with(store, "take_over", site, (struct str[3]){id, agent}, done, ctx);
}

bool store_set_priority(struct store *store, struct str site, struct str id, struct str agent,
                        int64_t priority, store_transition_fn done, void *ctx)
{
    struct cmd cmd;
    cmd_function(&cmd, "set_priority", site, false);
    cmd_arg(&cmd, id);
    cmd_arg(&cmd, agent);
    cmd_i64(&cmd, priority);
    return transition_send(store, &cmd, done, ctx);
}

bool store_transfer_to_agent(struct store *store, struct str site, struct str id, struct str agent,
                             struct str to, store_transition_fn done, void *ctx)
{
    return ask_with(store, "transfer_to_agent", site, (struct str[3]){id, agent, to}, done, ctx);
}

bool store_transfer_to_team(struct store *store, struct str site, struct str id, struct str agent,
                            struct str team, store_transition_fn done, void *ctx)
{
    return ask_with(store, "transfer_to_team", site, (struct str[3]){id, agent, team}, done, ctx);
}

/* Below 0 it is not set. */
static void cmd_setting(struct cmd *cmd, const char *name, int64_t value)
{
    if (value < 0)
        return;
    cmd_cstr(cmd, name);
    cmd_i64(cmd, value);
}

bool store_set_team(struct store *store, struct str site, const struct config_team *team,
                    store_transition_fn done, void *ctx)
{
    struct cmd cmd;
    cmd_function(&cmd, "set_team", site, false);
    cmd_arg(&cmd, team->id);
    cmd_setting(&cmd, "priority", team->priority);
    cmd_cstr(&cmd, "routing");
    cmd_cstr(&cmd, team->manual ? "manual" : "auto");
    cmd_setting(&cmd, "queue_limit", team->queue_limit);
    cmd_pair(&cmd, "overflow_team", team->overflow_team);
    cmd_setting(&cmd, "overflow_after_ms", team->overflow_after_ms);
    cmd_setting(&cmd, "adviser_wait_ms", team->adviser_wait_ms);
    return transition_send(store, &cmd, done, ctx);
}

bool store_agent_connected(struct store *store, struct str site, struct str agent, int connections,
                           int capacity, struct str teams, store_transition_fn done, void *ctx)
{
    struct cmd cmd;
    cmd_function(&cmd, "agent_connected", site, false);
    cmd_arg(&cmd, agent);
    cmd_arg(&cmd, id_str(&store->node));
    cmd_i64(&cmd, connections);
    cmd_i64(&cmd, capacity);
    cmd_arg(&cmd, teams);
    return transition_send(store, &cmd, done, ctx);
}

bool store_agent_signed_out(struct store *store, struct str site, struct str agent, store_transition_fn done,
                            void *ctx)
{
    return ask_with(store, "agent_signed_out", site, (struct str[3]){agent}, done, ctx);
}

bool store_set_routing_status(struct store *store, struct str site, struct str agent, bool accepting,
                              store_transition_fn done, void *ctx)
{
    struct cmd cmd;
    cmd_function(&cmd, "set_routing_status", site, false);
    cmd_arg(&cmd, agent);
    cmd_cstr(&cmd, accepting ? "accepting" : "away");
    return transition_send(store, &cmd, done, ctx);
}

bool store_tick(struct store *store, struct str site, int64_t agent_grace_ms, store_transition_fn done,
                void *ctx)
{
    struct cmd cmd;
    cmd_function(&cmd, "tick", site, false);
    cmd_arg(&cmd, id_str(&store->node));
    cmd_i64(&cmd, agent_grace_ms);
    return transition_send(store, &cmd, done, ctx);
}

bool store_begin_generation(struct store *store, struct str site, int64_t known, bool lost,
                            store_transition_fn done, void *ctx)
{
    struct cmd cmd;
    cmd_function(&cmd, "begin_generation", site, false);
    cmd_i64(&cmd, known);
    cmd_i64(&cmd, lost);
    return transition_send(store, &cmd, done, ctx);
}

bool store_node_left(struct store *store, struct str site, store_transition_fn done, void *ctx)
{
    struct cmd cmd;
    cmd_function(&cmd, "node_left", site, false);
    cmd_arg(&cmd, id_str(&store->node));
    return transition_send(store, &cmd, done, ctx);
}

bool store_count_try(struct store *store, struct str site, int64_t window_ms, struct str account,
                     struct str network, store_transition_fn done, void *ctx)
{
    struct cmd cmd;
    cmd_function(&cmd, "count_try", site, false);
    cmd_i64(&cmd, window_ms);
    cmd_arg(&cmd, account);
    cmd_arg(&cmd, network);
    return transition_send(store, &cmd, done, ctx);
}

bool store_snapshot(struct store *store, struct str site, store_transition_fn done, void *ctx)
{
    struct cmd cmd;
    cmd_function(&cmd, "snapshot", site, true);
    return transition_send(store, &cmd, done, ctx);
}
