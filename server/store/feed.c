#include "store/feed.h"

#include <stdio.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/map.h"
#include "base/metrics.h"
#include "store/cmd.h"
#include "store/feed_parse.h"
#include "store/feed_read.h"
#include "store/store_internal.h"

enum { CHANNEL_BYTES = 96, TOLD_RECENTLY_MS = 3000, PEER_FORGOTTEN_MS = 600000 };

struct feed {
    struct store *store;
    const struct config *config;
    struct id node;
    struct store_upcalls upcalls;
    struct link *link;
    uv_timer_t timer;
    struct str *channels;
    char (*channel_texts)[CHANNEL_BYTES];
    struct map sources; /* struct source: the last number heard of each */
    struct map targets; /* struct target: the last number told to each */
    int64_t heard_ms;
    int64_t beats_count; /* of our own */
    void (*stopped)(void *ctx);
    void *stopped_ctx;
};

/* Both are keyed by "<site> <node>". */
struct source {
    struct map_node node;
    int64_t last;
    int64_t published;  /* what Redis said last */
    int64_t expected;   /* and once, when */
    int64_t until_beat; /* this one of our own was the next; 0: it was heard, and all expected before it */
    char key[];
};

struct target {
    struct map_node node;
    int64_t last;
    int64_t told_ms;
    int64_t wait_ms; /* from then to the next beat */
    char key[];
};

static void key_write(char key[CHANNEL_BYTES], struct str site, struct str name)
{
    snprintf(key, CHANNEL_BYTES, STR_FMT " " STR_FMT, STR_ARG(site), STR_ARG(name));
}

/* ---- numbers heard ---- */

static struct source *source_find(struct feed *feed, struct str site, struct str from)
{
    char key[CHANNEL_BYTES];
    key_write(key, site, from);
    struct map_node *node = map_get(&feed->sources, str_from(key));
    return node ? container_of(node, struct source, node) : NULL;
}

static void source_add(struct feed *feed, struct str site, struct str from, int64_t last)
{
    char key[CHANNEL_BYTES];
    key_write(key, site, from);
    struct source *source = sb_calloc(1, sizeof *source + strlen(key) + 1);
    if (!source)
        return;
    strcpy(source->key, key);
    source->last = source->published = last;
    if (!map_put(&feed->sources, &source->node, str_from(source->key)))
        sb_free(source);
}

static void sources_clear(struct feed *feed)
{
    map_for_each_safe(node, &feed->sources) {
        map_remove(&feed->sources, node);
        sb_free(container_of(node, struct source, node));
    }
}

static void feed_gap(struct feed *feed, struct str from)
{
    log_warn("hints_lost", LOG_STR("from", from));
    metrics_add(M_HINTS_LOST, 1);
    feed->upcalls.on_gap(feed->upcalls.ctx);
}

/* A beat repeats the number of the hint before it. */
static void feed_count(struct feed *feed, const struct hint *hint, bool beat)
{
    struct source *source = source_find(feed, hint->site, hint->from);
    if (!source) {
        source_add(feed, hint->site, hint->from, hint->number);
        if (hint->number > (beat ? 0 : 1) && !str_eq_c(hint->from, "all"))
            feed_gap(feed, hint->from);
        return;
    }
    int64_t expected = source->last + (beat ? 0 : 1);
    source->last = hint->number;
    if (hint->number != expected)
        feed_gap(feed, hint->from);
}

/* What Redis counts comes on the other connection, before that which it counted or behind it. So it waits for
 * the next beat of our own, however long that takes: what has not come before it is lost. */
static void feed_check_source(struct feed *feed, struct str site, struct str from, int64_t published)
{
    struct source *source = source_find(feed, site, from);
    if (!source) {
        source_add(feed, site, from, published);
        return;
    }
    if (published < source->published) { /* counted anew: this node was taken for dead, and reads all again */
        source->last = published;
        source->until_beat = 0;
    }
    source->published = published;
    if (source->until_beat > 0)
        return;
    source->expected = published;
    source->until_beat = feed->beats_count + 1;
}

static void on_own_beat(struct feed *feed, int64_t number)
{
    map_for_each_safe(node, &feed->sources) {
        struct source *source = container_of(node, struct source, node);
        if (source->until_beat == 0 || number < source->until_beat)
            continue;
        source->until_beat = 0;
        if (source->last >= source->expected)
            continue;
        source->last = source->expected;
        feed_gap(feed, str_from(source->key));
    }
}

void feed_check(struct feed *feed, struct str site, int64_t to_node, int64_t to_all)
{
    if (!feed_is_up(feed))
        return;
    feed_check_source(feed, site, STR("redis"), to_node);
    feed_check_source(feed, site, STR("all"), to_all);
}

/* ---- telling ---- */

static struct target *target_for(struct feed *feed, struct str site, struct str node)
{
    char key[CHANNEL_BYTES];
    key_write(key, site, node);
    struct map_node *found = map_get(&feed->targets, str_from(key));
    if (found)
        return container_of(found, struct target, node);
    struct target *target = sb_calloc(1, sizeof *target + strlen(key) + 1);
    if (!target)
        return NULL;
    strcpy(target->key, key);
    if (map_put(&feed->targets, &target->node, str_from(target->key)))
        return target;
    sb_free(target);
    return NULL;
}

static void on_published(const struct redisReply *reply, link_done_fn done, void *ctx) {}

static void feed_publish(struct feed *feed, struct str site, struct str node, int64_t number,
                         const char *words, const struct event *message)
{
    char line[256];
    struct cmd cmd;
    int len = snprintf(line, sizeof line, STR_FMT " " STR_FMT " %lld %s", STR_ARG(site),
                       STR_ARG(id_str(&feed->node)), (long long)number, words);
    if (len < 0 || (size_t)len >= sizeof line)
        return;
    cmd_init(&cmd, "PUBLISH");
    cmd_key(&cmd, site, STR("feed"), node, (struct str){NULL, 0});
    if (message)
        cmd_message(&cmd, (struct str){line, (size_t)len}, message);
    else
        cmd_arg(&cmd, (struct str){line, (size_t)len});
    STORE_SEND(feed->store, &cmd, on_published, NULL, NULL);
}

bool feed_tell(struct feed *feed, struct str site, struct str node, const char *words,
               const struct event *message)
{
    struct target *target = target_for(feed, site, node);
    if (!target)
        return false;
    target->told_ms = clock_mono_ms();
    target->wait_ms = FEED_BEAT_MS;
    feed_publish(feed, site, node, ++target->last, words, message);
    return true;
}

/* Fewer and fewer: with many nodes, each of which talks with each, beats would be more than all they say. */
static void feed_beat_to(struct feed *feed, struct target *target, int64_t now_ms)
{
    struct str key = str_from(target->key);
    const char *space = memchr(key.data, ' ', key.len);
    struct str site = {key.data, (size_t)(space - key.data)};
    struct str node = {space + 1, key.len - site.len - 1};
    int64_t quiet_ms = now_ms - target->told_ms;
    if (quiet_ms > PEER_FORGOTTEN_MS) {
        map_remove(&feed->targets, &target->node);
        sb_free(target);
    } else if (quiet_ms >= target->wait_ms && target->wait_ms < TOLD_RECENTLY_MS) {
        target->wait_ms *= 2;
        feed_publish(feed, site, node, target->last, "beat", NULL);
    }
}

/* ---- the link ---- */

static void on_message(void *ctx, struct str message)
{
    struct feed *feed = ctx;
    struct hint hint;
    feed->heard_ms = clock_mono_ms();
    if (!hint_parse(message, &hint))
        return;
    bool beat = str_eq_c(hint.kind, "beat");
    if (str_eq(hint.from, id_str(&feed->node))) {
        if (beat)
            on_own_beat(feed, hint.number);
        return;
    }
    if (!beat)
        feed_read(&hint, &feed->upcalls);
    feed_count(feed, &hint, beat);
}

static void on_up(void *ctx)
{
    struct feed *feed = ctx;
    feed->heard_ms = clock_mono_ms();
    sources_clear(feed);
    feed->upcalls.on_gap(feed->upcalls.ctx);
}

static void on_down(void *ctx) {}

static void beat_cb(uv_timer_t *timer)
{
    struct feed *feed = timer->data;
    int64_t now_ms = clock_mono_ms();
    if (!feed_is_up(feed) || !store_is_up(feed->store))
        return;
    if (now_ms - feed->heard_ms > FEED_SILENCE_MS) {
        log_warn("feed_silent", LOG_I64("ms", now_ms - feed->heard_ms));
        feed->heard_ms = now_ms;
        link_drop(feed->link);
        return;
    }
    feed_publish(feed, feed->config->sites[0].id, id_str(&feed->node), ++feed->beats_count, "beat", NULL);
    map_for_each_safe(node, &feed->targets) {
        feed_beat_to(feed, container_of(node, struct target, node), now_ms);
    }
}

bool feed_is_up(const struct feed *feed)
{
    return feed && link_is_up(feed->link);
}

/* ---- lifetime ---- */

static bool feed_name_channels(struct feed *feed)
{
    size_t count = feed->config->sites_count * 2;
    feed->channels = sb_calloc(count, sizeof *feed->channels);
    feed->channel_texts = sb_calloc(count, sizeof *feed->channel_texts);
    if (!feed->channels || !feed->channel_texts)
        return false;
    for (size_t i = 0; i < count; i++) {
        struct str to = i % 2 ? STR("all") : id_str(&feed->node);
        snprintf(feed->channel_texts[i], CHANNEL_BYTES, "{" STR_FMT "}:feed:" STR_FMT,
                 STR_ARG(feed->config->sites[i / 2].id), STR_ARG(to));
        feed->channels[i] = str_from(feed->channel_texts[i]);
    }
    return true;
}

struct feed *feed_new(uv_loop_t *loop, struct store *store, const struct config_redis *target,
                      const struct config *config, const struct id *node, const struct store_upcalls *upcalls)
{
    struct feed *feed = sb_calloc(1, sizeof *feed);
    if (!feed)
        return NULL;
    *feed = (struct feed){.store = store, .config = config, .node = *node, .upcalls = *upcalls};
    map_init(&feed->sources);
    map_init(&feed->targets);
    struct link_options options = {.name = "feed",
                                   .ctx = feed,
                                   .on_up = on_up,
                                   .on_down = on_down,
                                   .on_message = on_message,
                                   .channels_count = config->sites_count * 2};
    if (feed_name_channels(feed)) {
        options.channels = feed->channels;
        feed->link = link_new(loop, target, &options);
    }
    if (!feed->link) {
        feed_free(feed);
        return NULL;
    }
    uv_timer_init(loop, &feed->timer);
    feed->timer.data = feed;
    uv_timer_start(&feed->timer, beat_cb, FEED_BEAT_MS, FEED_BEAT_MS);
    return feed;
}

static void timer_closed_cb(uv_handle_t *handle)
{
    struct feed *feed = handle->data;
    feed->stopped(feed->stopped_ctx);
}

static void on_link_stopped(void *ctx)
{
    struct feed *feed = ctx;
    uv_close((uv_handle_t *)&feed->timer, timer_closed_cb);
}

void feed_stop(struct feed *feed, void (*done)(void *ctx), void *ctx)
{
    feed->stopped = done;
    feed->stopped_ctx = ctx;
    uv_timer_stop(&feed->timer);
    link_stop(feed->link, on_link_stopped, feed);
}

void feed_free(struct feed *feed)
{
    if (!feed)
        return;
    sources_clear(feed);
    map_for_each_safe(node, &feed->targets) {
        map_remove(&feed->targets, node);
        sb_free(container_of(node, struct target, node));
    }
    map_fini(&feed->sources);
    map_fini(&feed->targets);
    if (feed->link)
        link_free(feed->link);
    sb_free(feed->channels);
    sb_free(feed->channel_texts);
    sb_free(feed);
}
