/* The first message of a conversation. One function opens it, so that two pages of one shopper cannot open
 * two; if one is open already, the message goes into that like any other. */
#include "base/alloc.h"
#include "base/clock.h"
#include "base/metrics.h"
#include "session/append.h"
#include "session/handlers.h"
#include "session/hub.h"
#include "session/invite.h"
#include "session/live.h"
#include "session/push.h"
#include "session/respond.h"
#include "session/site.h"
#include "session/stored_at.h"
#include "session/view.h"

enum { PREVIEW_BYTES = 160 };

struct starting {
    struct reply_to to;
    struct site *site;
    struct id opened; /* the conversation, once it is */
    char custom_id[PROTO_CUSTOM_ID_MAX_LENGTH + 1];
    struct event_id event;
    int64_t at_ms;
    bool duplicate;
    size_t text_len;
    char text[];
};

static void starting_free(struct starting *starting)
{
    struct session *session = reply_session(&starting->to);
    if (session && session->its.joining == &starting->opened)
        session->its.joining = NULL;
    sb_free(starting);
}

static void starting_fail(struct starting *starting, enum store_result result)
{
    refuse_result(&starting->to, result);
    starting_free(starting);
}

/* ---- the answer, with the conversation in it ---- */

static void on_view(void *ctx, enum store_result result, struct live *live, struct view *view)
{
    struct starting *starting = ctx;
    struct session *session = reply_session(&starting->to);
    if (session && view) {
        struct proto_start_conversation_response response = {
            .conversation = view->conversation,
            .seq = starting->event.seq,
            .generation = starting->event.generation,
            .at = starting->at_ms,
            .duplicate = starting->duplicate,
        };
        proto_encode_start_conversation_response(respond_buf(), reply_request_id(&starting->to), &response);
        respond_send(session);
        starting_free(starting);
    } else {
        starting_fail(starting, result);
    }
    view_free(view);
}

static void starting_show(struct starting *starting, struct live *live)
{
    view_read(live, starting->to.session_id, view_newest, VIEW_BYTES_MAX, on_view, starting);
}

/* ---- it was opened ---- */

/* When it was opened the first time, the answer may have been lost and with it who was to be told. */
static void on_opened_live(void *ctx, enum store_result result, struct live *live)
{
    const struct starting *starting = ctx;
    bool again = starting->duplicate;
    if (live)
        starting_show(ctx, live);
    else
        starting_fail(ctx, result);
    if (live && again)
        invite(live);
}

static void starting_opened(struct starting *starting, enum store_result result,
                            const struct store_transition *transition)
{
    struct session *session = reply_session(&starting->to);
    struct site *site = starting->site;
    starting->duplicate = result == STORE_DUPLICATE;
    starting->event = (struct event_id){transition->numbers[3], transition->numbers[1]};
    starting->at_ms = transition->numbers[2];
    if (result == STORE_OK) {
        metrics_observe_us(H_ACK, clock_mono_us() - starting->to.received_us);
        metrics_add_labelled(M_MESSAGES, str_from(proto_role_str(PROTO_ROLE_SHOPPER)), 1);
    }
    if (session && id_parse(transition->values[0], 'c', &starting->opened))
        session->its.joining = &starting->opened;
    live_open(site, transition->values[0], on_opened_live, starting);
    site_apply(site, &transition->changes);
}

/* ---- one was open: the message goes there ---- */

static struct starting *starting_of(const struct reply_to *to);

static void on_stored_at(const struct reply_to *to, struct live *live, struct event_id id, int64_t at_ms)
{
    struct starting *starting = starting_of(to);
    if (!starting) {
        refuse_later(to, PROTO_ERROR_UNAVAILABLE, reply_no_memory);
        return;
    }
    starting->site = live->site;
    starting->event = id;
    starting->at_ms = at_ms;
    starting->duplicate = true;
    starting_show(starting, live);
}

static void on_append(struct live *live, const struct reply_to *to, const struct append_outcome *outcome)
{
    if (outcome->error == PROTO_OK && outcome->duplicate) {
        stored_at(to, live, outcome->id, on_stored_at);
        return;
    }
    struct starting *starting = outcome->error == PROTO_OK ? starting_of(to) : NULL;
    if (!starting) {
        /* Closed at this very moment, or the store went away: sent again, it opens the next one. */
        refuse_result(to, STORE_UNAVAILABLE);
        return;
    }
    starting->site = live->site;
    starting->event = outcome->id;
    starting->at_ms = outcome->at_ms;
    starting_show(starting, live);
}

static void on_existing_live(void *ctx, enum store_result result, struct live *live)
{
    struct starting *starting = ctx;
    struct session *session = reply_session(&starting->to);
    struct str text = {starting->text, starting->text_len};
    if (!live)
        refuse_result(&starting->to, result);
    else if (session &&
             !append_submit(live, session, &starting->to, str_from(starting->custom_id), text, on_append))
        refuse_later(&starting->to, PROTO_ERROR_UNAVAILABLE, reply_no_memory);
    starting_free(starting);
}

/* A bare one, for the answer to a message that went into an open conversation. */
static struct starting *starting_of(const struct reply_to *to)
{
    struct starting *starting = sb_calloc(1, sizeof *starting);
    if (starting)
        starting->to = *to;
    return starting;
}

/* ---- asking ---- */

static void on_open(void *ctx, enum store_result result, const struct store_transition *transition)
{
    struct starting *starting = ctx;
    if (result == STORE_OK || result == STORE_DUPLICATE)
        starting_opened(starting, result, transition);
    else if (result == STORE_EXISTS)
        live_open(starting->site, transition->values[0], on_existing_live, starting);
    else
        starting_fail(starting, result);
}

/* The beginning of the text for the queue's list, cut between characters. */
static struct str preview_of(struct str text)
{
    size_t len = text.len < PREVIEW_BYTES ? text.len : PREVIEW_BYTES;
    while (len < text.len && len > 0 && ((unsigned char)text.data[len] & 0xC0) == 0x80)
        len--;
    return (struct str){text.data, len};
}

static struct starting *starting_new(struct session *session, const struct proto_request *request)
{
    const struct proto_start_conversation_request *payload = &request->as.start_conversation;
    struct starting *starting = sb_calloc(1, sizeof *starting + payload->text.len);
    if (!starting)
        return NULL;
    starting->to = reply_to(session, request);
    starting->site = session->site;
    memcpy(starting->custom_id, payload->custom_id.data, payload->custom_id.len);
    memcpy(starting->text, payload->text.data, payload->text.len);
    starting->text_len = payload->text.len;
    return starting;
}

static bool starting_send(struct starting *starting, struct session *session,
                          const struct proto_start_conversation_request *payload)
{
    struct site *site = session->site;
    struct id id = id_new('c');
    struct store_opening opening = {
        .id = id_str(&id),
        .shopper = session_person(session),
        .team = payload->team.data ? payload->team : site->config->default_team,
        .custom_id = payload->custom_id,
        .text = payload->text,
        .preview = preview_of(payload->text),
        .again = payload->conversation_id,
    };
    if (payload->page) {
        opening.url = payload->page->url;
        opening.title = payload->page->title;
    }
    return store_open(site->hub->store, site->id, &opening, on_open, starting);
}

void on_start_conversation(struct session *session, const struct proto_request *request)
{
    const struct proto_start_conversation_request *payload = &request->as.start_conversation;
    if (payload->team.data && !site_team(session->site, payload->team)) {
        refuse(session, request, PROTO_ERROR_NOT_FOUND, "This site has no such team.");
        return;
    }
    struct starting *starting = starting_new(session, request);
    if (!starting)
        refuse(session, request, PROTO_ERROR_UNAVAILABLE, reply_no_memory);
    else if (!starting_send(starting, session, payload))
        starting_fail(starting, STORE_UNAVAILABLE);
}
