/* What this node tells and asks of the others: who looks at a conversation, and words that pass by the
 * stream. */
#include <hiredis/hiredis.h>
#include <stdio.h>

#include "base/alloc.h"
#include "store/feed.h"
#include "store/store_internal.h"

static void on_peers(const redisReply *reply, link_done_fn done, void *ctx)
{
    enum store_result result = reply_result(reply);
    const redisReply *flat = reply_at(reply, 1);
    size_t count = reply_count(flat) / 2;
    struct store_peer *peers = sb_calloc(count + 1, sizeof *peers);
    if (!peers)
        result = STORE_UNAVAILABLE;
    for (size_t i = 0; peers && i < count; i++)
        peers[i] = (struct store_peer){reply_str_at(flat, i * 2), reply_i64_at(flat, i * 2 + 1) != 0};
    ((store_peers_fn)done)(ctx, result, peers, peers ? count : 0);
    sb_free(peers);
}

bool store_view(struct store *store, struct str site, struct str conversation, bool shopper_here,
                store_peers_fn done, void *ctx)
{
    struct cmd cmd;
    cmd_function(&cmd, "view", site, false);
    cmd_arg(&cmd, conversation);
    cmd_arg(&cmd, id_str(&store->node));
    cmd_i64(&cmd, shopper_here);
    return STORE_SEND(store, &cmd, on_peers, done, ctx);
}

static void on_unviewed(const redisReply *reply, link_done_fn done, void *ctx)
{
    reply_result(reply); /* logs an error */
}

bool store_unview(struct store *store, struct str site, struct str conversation)
{
    struct cmd cmd;
    cmd_function(&cmd, "unview", site, false);
    cmd_arg(&cmd, conversation);
    cmd_arg(&cmd, id_str(&store->node));
    return STORE_SEND(store, &cmd, on_unviewed, NULL, NULL);
}

bool store_tell(struct store *store, struct str site, struct str node, const struct store_told *told)
{
    char words[160];
    const char *role = proto_role_str(told->role);
    switch (told->kind) {
    case STORE_TELL_EVENT:
        if (told->event) {
            snprintf(words, sizeof words, "said " STR_FMT " %lld %lld %lld ", STR_ARG(told->conversation),
                     (long long)told->generation, (long long)told->event->id.generation,
                     (long long)told->event->id.seq);
            break;
        }
        snprintf(words, sizeof words, "grown " STR_FMT " %lld", STR_ARG(told->conversation),
                 (long long)told->seq);
        break;
    case STORE_TELL_STAND:
        snprintf(words, sizeof words, "stand " STR_FMT " %lld", STR_ARG(told->conversation),
                 (long long)told->seq);
        break;
    case STORE_TELL_TYPING:
        snprintf(words, sizeof words, "typing " STR_FMT " %s " STR_FMT " %d", STR_ARG(told->conversation),
                 role, STR_ARG(told->person), told->is_typing);
        break;
    case STORE_TELL_RECEIPT:
        snprintf(words, sizeof words, "receipt " STR_FMT " %s %lld %lld", STR_ARG(told->conversation), role,
                 (long long)told->delivered, (long long)told->seen);
        break;
    case STORE_TELL_RECORD:
        snprintf(words, sizeof words, "record " STR_FMT, STR_ARG(told->conversation));
        break;
    }
    return feed_tell(store->feed, site, node, words, told->event);
}

void store_check_hints(struct store *store, struct str site, int64_t to_node, int64_t to_all)
{
    feed_check(store->feed, site, to_node, to_all);
}
