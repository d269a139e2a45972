/* From connected to up: AUTH, SELECT, with Sentinels ROLE, then what the link is for. */
#include "base/log.h"
#include "store/link_internal.h"
#include "store/reply.h"

static void link_is_set_up(struct link *link)
{
    link->retry_ms = LINK_RETRY_MIN_MS;
    link_enter(link, LINK_UP, 0);
    if (link->port)
        log_info("redis_up", LOG_CSTR("link", link->options.name), LOG_CSTR("host", link->host),
                 LOG_I64("port", link->port));
    else
        log_info("redis_up", LOG_CSTR("link", link->options.name));
    link->options.on_up(link->options.ctx);
}

static void link_set_up_failed(struct link *link, const char *step, const redisReply *reply)
{
    if (!link->drop && !reply_error_is(reply, "LOADING"))
        log_error("redis_refused", LOG_CSTR("step", step), LOG_CSTR("answer", reply->str));
    link->drop = true;
}

static void on_step(const redisReply *reply, link_done_fn done, void *ctx)
{
    if (reply && reply->type == REDIS_REPLY_ERROR)
        link_set_up_failed(ctx, "AUTH or SELECT", reply);
}

static bool link_authenticate(struct link *link)
{
    struct cmd cmd;
    if (!link->target->password.data)
        return true;
    cmd_init(&cmd, "AUTH");
    if (link->target->user.data)
        cmd_arg(&cmd, link->target->user);
    cmd_arg(&cmd, link->target->password);
    return link_issue(link, &cmd, on_step, NULL, link);
}

static bool link_select(struct link *link)
{
    struct cmd cmd;
    if (link->target->db == 0)
        return true;
    cmd_init(&cmd, "SELECT");
    cmd_i64(&cmd, link->target->db);
    return link_issue(link, &cmd, on_step, NULL, link);
}

/* What a Sentinel says may be old: a master that has just come back does not know yet that it is none. */
static void on_role(const redisReply *reply, link_done_fn done, void *ctx)
{
    struct link *link = ctx;
    struct str role = reply_str_at(reply, 0);
    if (!reply || link->drop || str_eq_c(role, "master"))
        return;
    if (reply->type == REDIS_REPLY_ERROR) {
        link_set_up_failed(link, "ROLE", reply);
        return;
    }
    log_warn("redis_not_master", LOG_CSTR("link", link->options.name), LOG_CSTR("host", link->host),
             LOG_I64("port", link->port), LOG_STR("role", role));
    link->drop = true;
}

static bool link_ask_role(struct link *link)
{
    struct cmd cmd;
    if (link->target->kind != CONFIG_REDIS_SENTINEL)
        return true;
    cmd_init(&cmd, "ROLE");
    return link_issue(link, &cmd, on_role, NULL, link);
}

/* ---- for commands: the library ---- */

static void on_library_loaded(const redisReply *reply, link_done_fn done, void *ctx)
{
    struct link *link = ctx;
    if (!reply || link->state != LINK_SETTING_UP)
        return;
    if (reply->type == REDIS_REPLY_ERROR)
        link_set_up_failed(link, "FUNCTION LOAD", reply);
    else
        link_is_set_up(link);
}

static bool link_load_library(struct link *link)
{
    struct cmd cmd;
    cmd_init(&cmd, "FUNCTION");
    cmd_cstr(&cmd, "LOAD");
    cmd_cstr(&cmd, "REPLACE");
    cmd_arg(&cmd, link->options.library);
    return link_issue(link, &cmd, on_library_loaded, NULL, link);
}

/* ---- for a feed: the channels ---- */

/* Once for each channel that was subscribed, then for each message. */
void link_hear(struct link *link, const redisReply *reply)
{
    if (link->drop)
        return;
    if (reply->type == REDIS_REPLY_ERROR)
        link_set_up_failed(link, "SUBSCRIBE", reply);
    else if (str_eq_c(reply_str_at(reply, 0), "message"))
        link->options.on_message(link->options.ctx, reply_str_at(reply, 2));
    else if (++link->subscribed_count == link->options.channels_count && link->state == LINK_SETTING_UP)
        link_is_set_up(link);
}

/* As many channels a command as it holds. */
static bool link_subscribe(struct link *link)
{
    size_t asked = 0;
    link->subscribed_count = 0;
    while (asked < link->options.channels_count) {
        struct cmd cmd;
        cmd_init(&cmd, "SUBSCRIBE");
        while (asked < link->options.channels_count && cmd.argc < CMD_ARGS_MAX)
            cmd_arg(&cmd, link->options.channels[asked++]);
        if (!wire_send(link->wire, &cmd))
            return false;
    }
    return true;
}

bool link_set_up(struct link *link)
{
    return link_authenticate(link) && link_select(link) && link_ask_role(link) &&
           (link->options.library.data ? link_load_library(link) : link_subscribe(link));
}
