/* list_events and list_conversations: what was. Agents may read all of their site, shoppers what is theirs.
 */
#include "base/alloc.h"
#include "session/handlers.h"
#include "session/hub.h"
#include "session/listed.h"
#include "session/live.h"
#include "session/push.h"
#include "session/respond.h"
#include "session/site.h"
#include "session/view.h"

enum { EVENTS_DEFAULT = 100, EVENTS_BYTES_MAX = 256 * 1024, CONVERSATIONS_DEFAULT = 20 };

/* ---- list_events ---- */

struct event_listing {
    struct reply_to to;
    struct live *live;
    int64_t after, before;
    int limit;
    bool forward;
};

static void event_listing_end(struct event_listing *listing)
{
    struct live *live = listing->live;
    sb_free(listing);
    if (live)
        live_release(live);
}

/* One more than the limit was read: that one only says that there are more. Long texts make the answer
 * shorter.
 */
static void answer_events(struct event_listing *listing, struct session *session, const struct event *events,
                          size_t count)
{
    struct arena arena;
    bool has_more = count > (size_t)listing->limit;
    const struct event *first = has_more && !listing->forward ? events + 1 : events;
    size_t wanted = has_more ? (size_t)listing->limit : count;
    struct view_run run = view_fit(first, wanted, !listing->forward, EVENTS_BYTES_MAX);
    struct proto_event *copies = view_copy_events(&arena, listing->live->site, run.events, run.count, 0);
    if (!copies) {
        refuse_later(&listing->to, PROTO_ERROR_UNAVAILABLE, reply_no_memory);
        return;
    }
    struct proto_list_events_response response = {
        .conversation_id = id_str(&listing->live->conversation.id),
        .events = copies,
        .events_count = run.count,
        .has_more = has_more || run.count < wanted,
    };
    proto_encode_list_events_response(respond_buf(), reply_request_id(&listing->to), &response);
    respond_send(session);
    arena_fini(&arena);
}

static void on_events(void *ctx, enum store_result result, const struct event *events, size_t count)
{
    struct event_listing *listing = ctx;
    struct session *session = reply_session(&listing->to);
    if (result != STORE_OK)
        refuse_result(&listing->to, result);
    else if (session)
        answer_events(listing, session, events, count);
    event_listing_end(listing);
}

static bool read_events(struct event_listing *listing)
{
    struct live *live = listing->live;
    struct str id = id_str(&live->conversation.id);
    struct event_id at =
        conversation_id_at(&live->conversation, listing->forward ? listing->after : listing->before);
    if (listing->forward)
        return store_read_after(live_store(live), live->site->id, id, at, listing->limit + 1, on_events,
                                listing);
    return store_read_before(live_store(live), live->site->id, id, at, listing->limit + 1, on_events,
                             listing);
}

static void on_live(void *ctx, enum store_result result, struct live *live)
{
    struct event_listing *listing = ctx;
    struct session *session = reply_session(&listing->to);
    if (live && session &&
        conversation_may_view(&live->conversation, session_role(session), session_person(session))) {
        live_hold(live);
        listing->live = live;
        if (read_events(listing))
            return;
        result = STORE_UNAVAILABLE;
    } else if (live) {
        result = STORE_NOT_FOUND;
    }
    refuse_result(&listing->to, result);
    event_listing_end(listing);
}

void on_list_events(struct session *session, const struct proto_request *request)
{
    const struct proto_list_events_request *payload = &request->as.list_events;
    struct event_listing *listing = sb_calloc(1, sizeof *listing);
    if (!listing) {
        refuse(session, request, PROTO_ERROR_UNAVAILABLE, reply_no_memory);
        return;
    }
    *listing = (struct event_listing){
        .to = reply_to(session, request),
        .after = payload->after,
        .before = payload->has_before ? payload->before : 0,
        .limit = payload->has_limit ? (int)payload->limit : EVENTS_DEFAULT,
        .forward = payload->has_after,
    };
    live_open(session->site, payload->conversation_id, on_live, listing);
}

/* ---- list_conversations ---- */

struct summaries {
    struct proto_conversation_summary list[PROTO_LIST_CONVERSATIONS_RESPONSE_CONVERSATIONS_MAX_COUNT];
    struct proto_shopper_profile shoppers[PROTO_LIST_CONVERSATIONS_RESPONSE_CONVERSATIONS_MAX_COUNT];
};

static void summary_fill(struct summaries *out, size_t i, struct site *site,
                         const struct store_conversation *c, bool for_agent)
{
    out->shoppers[i] =
        (struct proto_shopper_profile){.id = c->shopper, .name = c->who.name, .email = c->who.email};
    out->list[i] = listed_summary(site, c);
    out->list[i].shopper = for_agent ? &out->shoppers[i] : NULL;
}

static void answer_conversations(const struct reply_to *to, struct session *session,
                                 const struct store_conversation *list, size_t count)
{
    struct summaries *out = sb_malloc(sizeof *out);
    if (!out) {
        refuse_later(to, PROTO_ERROR_UNAVAILABLE, reply_no_memory);
        return;
    }
    for (size_t i = 0; i < count; i++)
        summary_fill(out, i, session->site, &list[i], session->role == PROTO_AGENT);
    struct proto_list_conversations_response response = {.conversations = out->list,
                                                         .conversations_count = count};
    proto_encode_list_conversations_response(respond_buf(), reply_request_id(to), &response);
    respond_send(session);
    sb_free(out);
}

static void on_conversations(void *ctx, enum store_result result, const struct store_conversation *list,
                             size_t count)
{
    listed_done(ctx, result, list, count, answer_conversations);
}

static bool ask_conversations(struct session *session, struct str shopper, int limit, struct reply_to *to)
{
    struct store *store = session_hub(session)->store;
    struct str site = session->site->id;
    if (session->role == PROTO_SHOPPER)
        return store_list_of_shopper(store, site, session_person(session), limit, on_conversations, to);
    if (shopper.data)
        return store_list_of_shopper(store, site, shopper, limit, on_conversations, to);
    return store_list_closed_by(store, site, session_person(session), limit, on_conversations, to);
}

void on_list_conversations(struct session *session, const struct proto_request *request)
{
    const struct proto_list_conversations_request *payload = &request->as.list_conversations;
    int limit = payload->has_limit ? (int)payload->limit : CONVERSATIONS_DEFAULT;
    struct reply_to *to;
    if (session->role == PROTO_SHOPPER && payload->shopper_id.data) {
        refuse(session, request, PROTO_ERROR_NOT_ALLOWED,
               "Only agents may name a shopper. Leave shopper_id out.");
        return;
    }
    to = reply_new(session, request);
    if (!to)
        refuse(session, request, PROTO_ERROR_UNAVAILABLE, reply_no_memory);
    else if (!ask_conversations(session, payload->shopper_id, limit, to))
        reply_fail(to);
}
