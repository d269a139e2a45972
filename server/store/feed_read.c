#include "store/feed_read.h"

#include "base/log.h"
#include "store/store_internal.h"

static void read_event(const struct hint *hint, const struct store_upcalls *up)
{
    struct store_changed_conversation changed = {
        .id = hint->args[0], .last_seq = hint_i64(hint, 1), .shopper = hint->args[2], .agent = hint->args[3]};
    struct store_changes changes = {.conversations = &changed, .conversations_count = 1};
    up->on_changes(up->ctx, hint->site, &changes);
}

static void read_queue(const struct hint *hint, const struct store_upcalls *up)
{
    struct store_changed_queue changed = {
        .team = hint->args[0],
        .length = hint_i64(hint, 1),
        .oldest_at_ms = hint_i64(hint, 2),
        .pace_count = hint_i64(hint, 3),
        .pace_mean_ms = hint_i64(hint, 4),
        .pace_deviation_ms = hint_i64(hint, 5),
        .moves = hint_i64(hint, 6),
    };
    struct store_changes changes = {.queues = &changed, .queues_count = 1, .number = hint->number};
    up->on_changes(up->ctx, hint->site, &changes);
}

static void read_agent(const struct hint *hint, const struct store_upcalls *up)
{
    struct store_changed_agent changed = {
        .id = hint->args[0],
        .accepting = str_eq_c(hint->args[1], "accepting"),
        .present = hint_i64(hint, 2) != 0,
        .load = hint_i64(hint, 3),
    };
    struct store_changes changes = {.agents = &changed, .agents_count = 1, .number = hint->number};
    up->on_changes(up->ctx, hint->site, &changes);
}

static void read_view(const struct hint *hint, const struct store_upcalls *up)
{
    up->on_peer(up->ctx, hint->site, hint->args[0], hint->args[1], true, hint_i64(hint, 2) != 0);
}

static void read_gone(const struct hint *hint, const struct store_upcalls *up)
{
    up->on_peer(up->ctx, hint->site, hint->args[0], hint->args[1], false, false);
}

static void read_told(const struct hint *hint, const struct store_upcalls *up, enum store_telling kind)
{
    struct store_told told = {.kind = kind, .from = hint->from, .conversation = hint->args[0]};
    if (kind == STORE_TELL_EVENT || kind == STORE_TELL_STAND)
        told.seq = hint_i64(hint, 1);
    if ((kind == STORE_TELL_TYPING || kind == STORE_TELL_RECEIPT) &&
        !proto_role_parse(hint->args[1], &told.role))
        return;
    if (kind == STORE_TELL_TYPING) {
        told.person = hint->args[2];
        told.is_typing = hint_i64(hint, 3) != 0;
    }
    if (kind == STORE_TELL_RECEIPT) {
        told.delivered = hint_i64(hint, 2);
        told.seen = hint_i64(hint, 3);
    }
    up->on_told(up->ctx, hint->site, &told);
}

static void read_grown(const struct hint *hint, const struct store_upcalls *up)
{
    read_told(hint, up, STORE_TELL_EVENT);
}

/* Whose last argument is as long as the line. */
static void read_said(const struct hint *hint, const struct store_upcalls *up)
{
    enum { GENERATION = 1, ID_GENERATION, ID_SEQ, MESSAGE };
    struct event event;
    struct event_id id = {hint_i64(hint, ID_GENERATION), hint_i64(hint, ID_SEQ)};
    struct store_told told = {
        .kind = STORE_TELL_EVENT, .from = hint->from, .conversation = hint->args[0], .seq = id.seq};
    const char *message = hint->args[MESSAGE].data;
    if (message_read(&event, id, (struct str){message, (size_t)(hint->end - message)})) {
        told.event = &event;
        told.generation = hint_i64(hint, GENERATION);
    }
    up->on_told(up->ctx, hint->site, &told);
}

static void read_stand(const struct hint *hint, const struct store_upcalls *up)
{
    read_told(hint, up, STORE_TELL_STAND);
}

static void read_typing(const struct hint *hint, const struct store_upcalls *up)
{
    read_told(hint, up, STORE_TELL_TYPING);
}

static void read_receipt(const struct hint *hint, const struct store_upcalls *up)
{
    read_told(hint, up, STORE_TELL_RECEIPT);
}

static void read_record(const struct hint *hint, const struct store_upcalls *up)
{
    read_told(hint, up, STORE_TELL_RECORD);
}

static const struct {
    const char *kind;
    size_t args_count;
    void (*read)(const struct hint *hint, const struct store_upcalls *up);
} kinds[] = {
    {"event", 4, read_event},   {"queue", 7, read_queue},   {"agent", 4, read_agent},
    {"view", 3, read_view},     {"gone", 2, read_gone},     {"grown", 2, read_grown},
    {"stand", 2, read_stand},   {"typing", 4, read_typing}, {"receipt", 4, read_receipt},
    {"record", 1, read_record}, {"said", 5, read_said},
};

void feed_read(const struct hint *hint, const struct store_upcalls *upcalls)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!str_eq_c(hint->kind, kinds[i].kind))
            continue;
        if (hint->args_count >= kinds[i].args_count)
            kinds[i].read(hint, upcalls);
        return;
    }
    log_warn("hint_unknown", LOG_STR("kind", hint->kind));
}
