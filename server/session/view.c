#include "session/view.h"

#include "base/alloc.h"
#include "session/push.h"
#include "session/receipts.h"
#include "session/session.h"
#include "session/site.h"

/* What an event takes besides its text: ids, time, an agent's profile. */
enum { EVENT_BYTES = 400 };

const struct event_id view_newest = {0, -1};

struct reading {
    struct live *live;
    uint64_t session_id;
    struct event_id after;
    bool newest;
    size_t max_bytes;
    view_fn done;
    void *ctx;
};

/* ---- how much ---- */

struct view_run view_fit(const struct event *events, size_t count, bool newest, size_t max_bytes)
{
    size_t bytes = 0, fit = 0;
    if (count == 0)
        return (struct view_run){events, 0};
    for (; fit < count; fit++) {
        bytes += EVENT_BYTES + events[newest ? count - 1 - fit : fit].text.len;
        if (bytes > max_bytes && fit > 0)
            break;
    }
    return (struct view_run){newest ? events + (count - fit) : events, fit};
}

/* ---- copying ---- */

/* What a text takes in an arena, at the most. */
static size_t text_bytes(struct str text)
{
    return text.len + 1 + sizeof(max_align_t);
}

static size_t events_bytes(const struct event *events, size_t count)
{
    size_t bytes = (count + 1) * sizeof(struct proto_event) + sizeof(max_align_t);
    for (size_t i = 0; i < count; i++)
        bytes += text_bytes(events[i].by) + text_bytes(events[i].custom_id) + text_bytes(events[i].text) +
                 text_bytes(events[i].team);
    return bytes;
}

struct proto_event *view_copy_events(struct arena *arena, struct site *site, const struct event *events,
                                     size_t count, size_t extra_bytes)
{
    if (!arena_init(arena, events_bytes(events, count) + extra_bytes))
        return NULL;
    struct proto_event *copies = arena_alloc(arena, (count + 1) * sizeof *copies);
    for (size_t i = 0; copies && i < count; i++) {
        copies[i] = push_event_view(site, &events[i]);
        copies[i].author.id = arena_str(arena, copies[i].author.id);
        copies[i].custom_id = arena_str(arena, copies[i].custom_id);
        copies[i].text = arena_str(arena, copies[i].text);
        copies[i].team = arena_str(arena, copies[i].team);
    }
    if (!copies)
        arena_fini(arena);
    return copies;
}

void view_free(struct view *view)
{
    if (!view)
        return;
    arena_fini(&view->arena);
    sb_free(view);
}

/* ---- building ---- */

static struct proto_receipts view_receipts(const struct store_receipts *r)
{
    return (struct proto_receipts){.shopper = receipt_of(r, PROTO_ROLE_SHOPPER),
                                   .agent = receipt_of(r, PROTO_ROLE_AGENT)};
}

/* The shopper may move on, and the live view be gone, before this is sent: copies. */
static void view_fill_shopper(struct view *view, const struct live *live)
{
    struct proto_shopper_profile *shopper = &view->shopper;
    *shopper = live_shopper_profile(live, &view->page);
    shopper->id = arena_str(&view->arena, shopper->id);
    shopper->name = arena_str(&view->arena, shopper->name);
    shopper->email = arena_str(&view->arena, shopper->email);
    view->page.url = arena_str(&view->arena, view->page.url);
    view->page.title = arena_str(&view->arena, view->page.title);
    view->conversation.shopper = shopper;
}

static size_t head_bytes(const struct live *live)
{
    struct proto_page page;
    struct proto_shopper_profile shopper = live_shopper_profile(live, &page);
    return text_bytes(id_str(&live->conversation.id)) + text_bytes(str_from(live->conversation.team)) +
           text_bytes(shopper.id) + text_bytes(shopper.name) + text_bytes(shopper.email) +
           text_bytes(page.url) + text_bytes(page.title);
}

static void view_fill(struct view *view, struct live *live, enum proto_role role)
{
    const struct conversation *c = &live->conversation;
    struct agent *agent = c->agent[0] ? site_agent(live->site, str_from(c->agent)) : NULL;
    struct agent *adviser = c->adviser[0] ? site_agent(live->site, str_from(c->adviser)) : NULL;
    struct proto_conversation *out = &view->conversation;
    int64_t last = out->events_count ? out->events[out->events_count - 1].seq : c->last_seq;
    out->id = arena_str(&view->arena, id_str(&c->id));
    out->state = c->state;
    out->team = arena_str(&view->arena, str_from(c->team));
    out->opened_at = c->opened_at_ms;
    out->last_seq = c->last_seq;
    out->has_earlier = out->events_count ? out->events[0].seq > 1 : c->last_seq > 0;
    out->has_has_more = last < c->last_seq;
    out->has_more = last < c->last_seq;
    out->receipts = view_receipts(&live->receipts);
    out->agent = agent ? &agent->profile : NULL;
    out->has_agent_present = agent != NULL;
    out->agent_present = agent && agent->present;
    out->adviser = adviser ? &adviser->profile : NULL;
    out->has_queue_position = live->in_line.position > 0;
    out->queue_position = live->in_line.position;
    out->has_wait_p50_ms = live->in_line.wait.p50_ms > 0;
    out->wait_p50_ms = live->in_line.wait.p50_ms;
    out->has_wait_p90_ms = live->in_line.wait.p90_ms > 0;
    out->wait_p90_ms = live->in_line.wait.p90_ms;
    if (role == PROTO_ROLE_AGENT)
        view_fill_shopper(view, live);
}

static struct view *view_new(struct live *live, enum proto_role role, const struct event *events,
                             size_t count)
{
    struct view *view = sb_calloc(1, sizeof *view);
    if (!view)
        return NULL;
    view->conversation.events = view_copy_events(&view->arena, live->site, events, count, head_bytes(live));
    view->conversation.events_count = count;
    if (!view->conversation.events) {
        sb_free(view);
        return NULL;
    }
    view_fill(view, live, role);
    return view;
}

/* ---- reading ---- */

static void reading_end(struct reading *reading, enum store_result result, struct view *view)
{
    struct live *live = reading->live;
    reading->done(reading->ctx, view ? STORE_OK : result, live, view);
    sb_free(reading);
    live_release(live);
}

/* An agent may read any conversation and goes on looking at their own. */
static bool view_look(struct live *live, struct session *session)
{
    if (session->role == PROTO_AGENT && live->agent != session->who.agent)
        return true;
    return live_view(live, session);
}

/* Only now: until it was read there may have been more than was known here. */
static bool reading_rewound(const struct reading *reading)
{
    return reading->after.seq > 0 && !conversation_has(&reading->live->conversation, reading->after);
}

/* Reads come back in the order of the writes on this node's link, but other nodes write too: what is new here
 * is applied first, so that the view and the state agree. */
static void on_events(void *ctx, enum store_result result, const struct event *events, size_t count)
{
    struct reading *reading = ctx;
    struct session *session = session_by_id(reading->session_id);
    struct view *view = NULL;
    bool looked_before = session && live_viewer(reading->live, session);
    for (size_t i = 0; i < count; i++)
        live_apply(reading->live, &events[i], NULL, 0);
    if (!session)
        result = STORE_NOT_FOUND;
    struct view_run run = view_fit(events, count, reading->newest, reading->max_bytes);
    if (result == STORE_OK && view_look(reading->live, session))
        view = view_new(reading->live, session_role(session), run.events, run.count);
    if (view) {
        view->looked_before = looked_before;
        view->conversation.has_rewound = view->conversation.rewound = reading_rewound(reading);
    }
    reading_end(reading, result == STORE_OK ? STORE_UNAVAILABLE : result, view);
}

void view_read(struct live *live, uint64_t session_id, struct event_id after, size_t max_bytes, view_fn done,
               void *ctx)
{
    bool newest = after.seq < 0 || (after.seq > 0 && !conversation_has(&live->conversation, after));
    struct reading *reading = sb_calloc(1, sizeof *reading);
    if (!reading) {
        done(ctx, STORE_UNAVAILABLE, live, NULL);
        return;
    }
    *reading = (struct reading){.live = live,
                                .session_id = session_id,
                                .after = after,
                                .newest = newest,
                                .max_bytes = max_bytes,
                                .done = done,
                                .ctx = ctx};
    struct str id = id_str(&live->conversation.id);
    live_hold(live);
    bool sent = newest ? store_read_before(live_store(live), live->site->id, id, (struct event_id){0},
                                           VIEW_EVENTS_MAX, on_events, reading)
                       : store_read_after(live_store(live), live->site->id, id, after, VIEW_EVENTS_MAX,
                                          on_events, reading);
    if (!sent)
        reading_end(reading, STORE_UNAVAILABLE, NULL);
}
