/* Everything that is neither a transition nor an event: conversations and shoppers as they are read,
 * receipts, tokens. */
#include <hiredis/hiredis.h>

#include "base/alloc.h"
#include "store/store_internal.h"

enum { TOKEN_LIFE_S = 30 * 24 * 3600, ROW_COLUMNS = 20 };

/* ---- conversations: rows of functions/reading.lua ---- */

static struct str text_or_none(struct str text)
{
    return text.len ? text : (struct str){NULL, 0};
}

static struct store_shopper shopper_read(const redisReply *row, size_t at)
{
    return (struct store_shopper){
        .name = text_or_none(reply_str_at(row, at)),
        .email = text_or_none(reply_str_at(row, at + 1)),
        .url = text_or_none(reply_str_at(row, at + 2)),
        .title = text_or_none(reply_str_at(row, at + 3)),
    };
}

static void conversation_read(struct store_conversation *c, const redisReply *rows, size_t at)
{
    *c = (struct store_conversation){
        .id = reply_str_at(rows, at),
        .state = PROTO_CONVERSATION_STATE_CLOSED,
        .shopper = reply_str_at(rows, at + 2),
        .team = reply_str_at(rows, at + 3),
        .agent = reply_str_at(rows, at + 4),
        .preview = reply_str_at(rows, at + 5),
        .opened_at_ms = reply_i64_at(rows, at + 6),
        .queued_at_ms = reply_i64_at(rows, at + 7),
        .closed_at_ms = reply_i64_at(rows, at + 8),
        .priority = reply_i64_at(rows, at + 9),
        .adviser = reply_str_at(rows, at + 10),
        .last_seq = reply_i64_at(rows, at + 11),
        .who = shopper_read(rows, at + 12),
        .receipts =
            {
                .shopper_delivered = reply_i64_at(rows, at + 16),
                .shopper_seen = reply_i64_at(rows, at + 17),
                .agent_delivered = reply_i64_at(rows, at + 18),
                .agent_seen = reply_i64_at(rows, at + 19),
            },
    };
    proto_conversation_state_parse(reply_str_at(rows, at + 1), &c->state);
}

static void on_conversation(const redisReply *reply, link_done_fn done, void *ctx)
{
    struct store_conversation conversation;
    enum store_result result = reply_result(reply);
    const redisReply *rows = reply_at(reply, 1);
    if (result == STORE_OK && reply_count(rows) < ROW_COLUMNS)
        result = STORE_NOT_FOUND;
    if (result == STORE_OK)
        conversation_read(&conversation, rows, 0);
    ((store_conversation_fn)done)(ctx, result, result == STORE_OK ? &conversation : NULL);
}

static void on_conversations(const redisReply *reply, link_done_fn done, void *ctx)
{
    enum store_result result = reply_result(reply);
    const redisReply *rows = reply_at(reply, 1);
    size_t count = reply_count(rows) / ROW_COLUMNS;
    struct store_conversation *list = sb_calloc(count + 1, sizeof *list);
    if (!list) {
        result = STORE_UNAVAILABLE;
        count = 0;
    }
    for (size_t i = 0; i < count; i++) {
        conversation_read(&list[i], rows, i * ROW_COLUMNS);
        bool same_team = i > 0 && str_eq(list[i].team, list[i - 1].team);
        list[i].queue_position = same_team ? list[i - 1].queue_position + 1 : 1;
    }
    ((store_conversations_fn)done)(ctx, result, list, count);
    sb_free(list);
}

bool store_load_conversation(struct store *store, struct str site, struct str id, store_conversation_fn done,
                             void *ctx)
{
    struct cmd cmd;
    cmd_function(&cmd, "load_conversation", site, true);
    cmd_arg(&cmd, id);
    return STORE_SEND(store, &cmd, on_conversation, done, ctx);
}

static bool list_send(struct store *store, const char *function, struct str site, struct str of, int limit,
                      store_conversations_fn done, void *ctx)
{
    struct cmd cmd;
    cmd_function(&cmd, function, site, true);
    cmd_arg(&cmd, of);
    cmd_i64(&cmd, limit);
    return STORE_SEND(store, &cmd, on_conversations, done, ctx);
}

bool store_list_of_shopper(struct store *store, struct str site, struct str shopper, int limit,
                           store_conversations_fn done, void *ctx)
{
    return list_send(store, "list_of_shopper", site, shopper, limit, done, ctx);
}

bool store_list_closed_by(struct store *store, struct str site, struct str agent, int limit,
                          store_conversations_fn done, void *ctx)
{
    return list_send(store, "list_closed_by", site, agent, limit, done, ctx);
}

bool store_list_queue(struct store *store, struct str site, struct str teams, int limit,
                      store_conversations_fn done, void *ctx)
{
    return list_send(store, "list_queue", site, teams, limit, done, ctx);
}

bool store_list_assigned(struct store *store, struct str site, struct str agent, int limit,
                         store_conversations_fn done, void *ctx)
{
    return list_send(store, "list_assigned", site, agent, limit, done, ctx);
}

/* ---- shoppers ---- */

static void on_shopper(const redisReply *reply, link_done_fn done, void *ctx)
{
    enum store_result result = reply_result(reply);
    const redisReply *row = reply_at(reply, 1);
    struct store_shopper shopper = shopper_read(row, 0);
    shopper.open = text_or_none(reply_str_at(row, 4));
    shopper.last = text_or_none(reply_str_at(row, 5));
    ((store_shopper_fn)done)(ctx, result, &shopper);
}

bool store_load_shopper(struct store *store, struct str site, struct str id, store_shopper_fn done, void *ctx)
{
    struct cmd cmd;
    cmd_function(&cmd, "load_shopper", site, true);
    cmd_arg(&cmd, id);
    return STORE_SEND(store, &cmd, on_shopper, done, ctx);
}

static void on_saved(const redisReply *reply, link_done_fn done, void *ctx)
{
    reply_result(reply); /* logs an error */
}

bool store_save_shopper(struct store *store, struct str site, struct str id,
                        const struct store_shopper *shopper)
{
    struct cmd cmd;
    cmd_init(&cmd, "HSET");
    cmd_key(&cmd, site, STR("shopper"), id, (struct str){NULL, 0});
    cmd_pair(&cmd, "name", shopper->name);
    cmd_pair(&cmd, "email", shopper->email);
    cmd_pair(&cmd, "url", shopper->url);
    cmd_pair(&cmd, "title", shopper->title);
    return cmd.argc == 2 || STORE_SEND(store, &cmd, on_saved, NULL, NULL);
}

bool store_save_receipt(struct store *store, struct str site, struct str conversation, enum proto_role role,
                        int64_t delivered, int64_t seen)
{
    bool agent = role == PROTO_ROLE_AGENT;
    struct cmd cmd;
    cmd_init(&cmd, "HSET");
    cmd_key(&cmd, site, STR("conv"), conversation, STR("receipts"));
    cmd_cstr(&cmd, agent ? "agent_delivered" : "shopper_delivered");
    cmd_i64(&cmd, delivered);
    cmd_cstr(&cmd, agent ? "agent_seen" : "shopper_seen");
    cmd_i64(&cmd, seen);
    return STORE_SEND(store, &cmd, on_saved, NULL, NULL);
}

/* ---- agents and the queue ---- */

static void on_ids(const redisReply *reply, link_done_fn done, void *ctx)
{
    size_t count = reply_count(reply);
    enum store_result result = reply_result(reply);
    struct str *ids = sb_calloc(count + 1, sizeof *ids);
    if (!ids)
        result = STORE_UNAVAILABLE;
    for (size_t i = 0; ids && i < count; i++)
        ids[i] = reply_str_at(reply, i);
    ((store_ids_fn)done)(ctx, result, ids, ids ? count : 0);
    sb_free(ids);
}

bool store_conversations_of_agent(struct store *store, struct str site, struct str agent, store_ids_fn done,
                                  void *ctx)
{
    struct cmd cmd;
    cmd_init(&cmd, "SMEMBERS");
    cmd_key(&cmd, site, STR("agent"), agent, STR("convs"));
    return STORE_SEND(store, &cmd, on_ids, done, ctx);
}

static void on_position(const redisReply *reply, link_done_fn done, void *ctx)
{
    bool waits = reply && reply->type == REDIS_REPLY_INTEGER;
    ((store_position_fn)done)(ctx, reply_result(reply), waits ? reply->integer + 1 : 0);
}

bool store_queue_position(struct store *store, struct str site, struct str team, struct str conversation,
                          store_position_fn done, void *ctx)
{
    struct cmd cmd;
    cmd_init(&cmd, "ZRANK");
    cmd_key(&cmd, site, STR("queue"), team, (struct str){NULL, 0});
    cmd_arg(&cmd, conversation);
    return STORE_SEND(store, &cmd, on_position, done, ctx);
}

/* ---- secrets ---- */

static void on_text(const redisReply *reply, link_done_fn done, void *ctx)
{
    ((store_text_fn)done)(ctx, reply_result(reply), reply_str(reply));
}

/* SET NX, then GET: whoever comes first decides, everybody reads the same. */
bool store_site_secret(struct store *store, struct str site, struct str candidate, store_text_fn done,
                       void *ctx)
{
    struct cmd set, get;
    cmd_init(&set, "SET");
    cmd_key(&set, site, STR("secret"), (struct str){NULL, 0}, (struct str){NULL, 0});
    cmd_arg(&set, candidate);
    cmd_cstr(&set, "NX");
    cmd_init(&get, "GET");
    cmd_key(&get, site, STR("secret"), (struct str){NULL, 0}, (struct str){NULL, 0});
    return STORE_SEND(store, &set, on_saved, NULL, NULL) && STORE_SEND(store, &get, on_text, done, ctx);
}

static void cmd_token(struct cmd *cmd, const char *verb, struct str site, struct str token_hash)
{
    cmd_init(cmd, verb);
    cmd_key(cmd, site, STR("token"), token_hash, (struct str){NULL, 0});
}

bool store_token_save(struct store *store, struct str site, struct str token_hash, struct str agent,
                      store_text_fn done, void *ctx)
{
    struct cmd cmd;
    cmd_token(&cmd, "SET", site, token_hash);
    cmd_arg(&cmd, agent);
    cmd_cstr(&cmd, "EX");
    cmd_i64(&cmd, TOKEN_LIFE_S);
    return STORE_SEND(store, &cmd, on_text, done, ctx);
}

bool store_token_find(struct store *store, struct str site, struct str token_hash, store_text_fn done,
                      void *ctx)
{
    struct cmd cmd;
    cmd_token(&cmd, "GETEX", site, token_hash);
    cmd_cstr(&cmd, "EX");
    cmd_i64(&cmd, TOKEN_LIFE_S);
    return STORE_SEND(store, &cmd, on_text, done, ctx);
}

bool store_token_drop(struct store *store, struct str site, struct str token_hash, store_text_fn done,
                      void *ctx)
{
    struct cmd cmd;
    cmd_token(&cmd, "DEL", site, token_hash);
    return STORE_SEND(store, &cmd, on_text, done, ctx);
}
