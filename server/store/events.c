/* A conversation's stream: one entry an event, ids <generation>-<seq>, fields as in the functions. */
#include <hiredis/hiredis.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "store/store_internal.h"

static void on_appended(const redisReply *reply, link_done_fn done, void *ctx)
{
    ((store_appended_fn)done)(ctx, reply_result(reply));
}

static void on_appended_all(const redisReply *reply, link_done_fn done, void *ctx)
{
    enum store_result result = reply_result(reply);
    bool conflict = result == STORE_OK && !str_eq_c(reply_str_at(reply, 0), store_result_str(STORE_OK));
    ((store_appended_fn)done)(ctx, conflict ? STORE_CONFLICT : result);
}

bool store_append(struct store *store, struct str site, struct str conversation, const struct event *event,
                  store_appended_fn done, void *ctx)
{
    struct cmd cmd;
    cmd_init(&cmd, "XADD");
    cmd_key(&cmd, site, STR("conv"), conversation, STR("log"));
    cmd_event_id(&cmd, "", event->id);
    cmd_cstr(&cmd, "message");
    cmd_message(&cmd, STR(""), event);
    return STORE_SEND(store, &cmd, on_appended, done, ctx);
}

bool store_append_all(struct store *store, struct str site, struct str conversation, struct event_id top,
                      const struct event *const *events, size_t count, store_appended_fn done, void *ctx)
{
    struct cmd cmd;
    cmd_function(&cmd, "append", site, false);
    cmd_arg(&cmd, conversation);
    cmd_event_id(&cmd, "", top);
    for (size_t i = 0; i < count; i++) {
        cmd_event_id(&cmd, "", events[i]->id);
        cmd_message(&cmd, STR(""), events[i]);
    }
    return STORE_SEND(store, &cmd, on_appended_all, done, ctx);
}

/* "0-7" -> {0, 7} */
static struct event_id stream_id(struct str id)
{
    const char *dash = id.data ? memchr(id.data, '-', id.len) : NULL;
    if (!dash)
        return (struct event_id){0};
    return (struct event_id){strtoll(id.data, NULL, 10), strtoll(dash + 1, NULL, 10)};
}

/* Up to the next space, behind which rest then begins. */
static struct str next_word(struct str *rest)
{
    const char *space = memchr(rest->data, ' ', rest->len);
    if (!space)
        return (struct str){0};
    struct str word = {rest->data, (size_t)(space - rest->data)};
    *rest = (struct str){space + 1, rest->len - word.len - 1};
    return word;
}

bool message_read(struct event *event, struct event_id id, struct str message)
{
    struct str at = next_word(&message), role = next_word(&message);
    *event = (struct event){.id = id, .type = PROTO_EVENT_TYPE_MESSAGE, .by = next_word(&message)};
    event->at_ms = at.data ? strtoll(at.data, NULL, 10) : 0;
    event->custom_id = next_word(&message);
    event->text = message;
    return event->custom_id.data && proto_author_role_parse(role, &event->role);
}

static bool event_read(struct event *event, const redisReply *entry)
{
    const redisReply *fields = reply_at(entry, 1);
    struct str message = reply_field(fields, "message");
    if (message.data)
        return message_read(event, stream_id(reply_str_at(entry, 0)), message);
    struct str reason = reply_field(fields, "reason");
    *event = (struct event){
        .id = stream_id(reply_str_at(entry, 0)),
        .at_ms = reply_field_i64(fields, "at"),
        .by = reply_field(fields, "by"),
        .team = reply_field(fields, "team"),
    };
    event->has_reason = reason.data && proto_event_reason_parse(reason, &event->reason);
    return event->id.seq > 0 && proto_event_type_parse(reply_field(fields, "type"), &event->type) &&
           proto_author_role_parse(reply_field(fields, "role"), &event->role);
}

static void give_events(const redisReply *reply, store_events_fn done, void *ctx, bool newest_first)
{
    enum store_result result = reply_result(reply);
    size_t entries = reply_count(reply), count = 0;
    struct event *events = sb_calloc(entries + 1, sizeof *events);
    if (!events)
        result = STORE_UNAVAILABLE;
    for (size_t i = 0; events && i < entries; i++)
        if (event_read(&events[count], reply_at(reply, newest_first ? entries - 1 - i : i)))
            count++;
    done(ctx, result, events, count);
    sb_free(events);
}

static void on_read_after(const redisReply *reply, link_done_fn done, void *ctx)
{
    give_events(reply, (store_events_fn)done, ctx, false);
}

static void on_read_before(const redisReply *reply, link_done_fn done, void *ctx)
{
    give_events(reply, (store_events_fn)done, ctx, true);
}

static bool read_up(struct store *store, struct str site, struct str conversation, const char *prefix,
                    struct event_id from, int limit, store_events_fn done, void *ctx)
{
    struct cmd cmd;
    cmd_init(&cmd, "XRANGE");
    cmd_key(&cmd, site, STR("conv"), conversation, STR("log"));
    cmd_event_id(&cmd, prefix, from);
    cmd_cstr(&cmd, "+");
    cmd_cstr(&cmd, "COUNT");
    cmd_i64(&cmd, limit);
    return STORE_SEND(store, &cmd, on_read_after, done, ctx);
}

bool store_read_after(struct store *store, struct str site, struct str conversation, struct event_id after,
                      int limit, store_events_fn done, void *ctx)
{
    return read_up(store, site, conversation, "(", after, limit, done, ctx);
}

bool store_read_from(struct store *store, struct str site, struct str conversation, struct event_id from,
                     int limit, store_events_fn done, void *ctx)
{
    return read_up(store, site, conversation, "", from, limit, done, ctx);
}

bool store_read_before(struct store *store, struct str site, struct str conversation, struct event_id before,
                       int limit, store_events_fn done, void *ctx)
{
    struct cmd cmd;
    cmd_init(&cmd, "XREVRANGE");
    cmd_key(&cmd, site, STR("conv"), conversation, STR("log"));
    if (before.seq > 0)
        cmd_event_id(&cmd, "(", before);
    else
        cmd_cstr(&cmd, "+");
    cmd_cstr(&cmd, "-");
    cmd_cstr(&cmd, "COUNT");
    cmd_i64(&cmd, limit);
    return STORE_SEND(store, &cmd, on_read_before, done, ctx);
}
