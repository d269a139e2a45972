#include "session/login.h"

#include "base/alloc.h"
#include "base/log.h"
#include "base/metrics.h"
#include "session/hub.h"
#include "session/live.h"

/* ---- lifetime ---- */

static void login_item_after(struct login_item *item, const struct proto_cursor *cursor)
{
    item->after = (struct event_id){cursor->generation, cursor->seq};
    item->of_any = !cursor->has_generation;
}

struct login *login_new(struct session *session, struct site *site, const struct proto_request *request)
{
    const struct proto_login_request *payload = &request->as.login;
    struct login *login = sb_malloc(sizeof *login);
    if (!login)
        return NULL;
    memset(login, 0, offsetof(struct login, items));
    login->to = reply_to(session, request);
    login->site = site;
    login->role = payload->role == PROTO_ROLE_AGENT ? PROTO_AGENT : PROTO_SHOPPER;
    if (payload->page) {
        login->url = sb_strdup(payload->page->url);
        login->title = payload->page->title.data ? sb_strdup(payload->page->title) : NULL;
    }
    session->who.login->under_way = true;
    for (size_t i = 0; i < payload->cursors_count; i++) {
        struct login_item *item = login_add(login, payload->cursors[i].conversation_id);
        if (item)
            login_item_after(item, &payload->cursors[i]);
    }
    return login;
}

static void login_free(struct login *login)
{
    for (size_t i = 0; i < login->items_count; i++)
        view_free(login->items[i].view);
    sb_free(login->token);
    sb_free(login->token_hash);
    sb_free(login->name);
    sb_free(login->email);
    sb_free(login->url);
    sb_free(login->title);
    sb_free(login);
}

static void login_answer_error(struct login *login, const struct proto_error *error)
{
    struct session *session = reply_session(&login->to);
    metrics_add_labelled(M_LOGINS, str_from(proto_error_type_str(error->type)), 1);
    if (session && session->role == PROTO_ANONYMOUS) {
        session->who.login->under_way = false;
        session_extend_login(session);
    }
    if (session)
        respond_error(session, reply_request_id(&login->to), str_from(proto_action_str(PROTO_LOGIN)), error);
    login_free(login);
}

void login_refuse(struct login *login, enum proto_error_type type, const char *message)
{
    login_answer_error(login, &(struct proto_error){.type = type,
                                                    .message = str_from(message),
                                                    .retryable = proto_error_type_is_retryable(type)});
}

void login_refuse_for(struct login *login, int64_t wait_ms)
{
    login_answer_error(
        login, &(struct proto_error){
                   .type = PROTO_ERROR_RATE_LIMITED,
                   .message = STR("Too many log-ins were tried. Wait for retry_after_ms and try again."),
                   .retryable = true,
                   .has_retry_after_ms = true,
                   .retry_after_ms = wait_ms,
               });
}

void login_unavailable(struct login *login)
{
    login_refuse(login, PROTO_ERROR_UNAVAILABLE,
                 "The message store cannot be reached just now. Log in again on this socket in a moment.");
}

struct login_item *login_add(struct login *login, struct str conversation)
{
    struct id id;
    if (!id_parse(conversation, 'c', &id))
        return NULL;
    for (size_t i = 0; i < login->items_count; i++)
        if (id_eq(&login->items[i].id, &id))
            return &login->items[i];
    if (login->items_count == LOGIN_CONVERSATIONS_MAX)
        return NULL;
    struct login_item *item = &login->items[login->items_count++];
    *item = (struct login_item){.login = login, .id = id, .after = view_newest};
    return item;
}

void login_add_current(struct login *login, struct str conversation)
{
    struct login_item *item = login_add(login, conversation);
    if (item)
        item->current = true;
}

/* ---- the answer ---- */

static size_t login_conversations(const struct login *login, struct proto_conversation *out)
{
    size_t count = 0;
    for (size_t i = 0; i < login->items_count; i++) {
        const struct login_item *item = &login->items[i];
        const struct proto_conversation *view = item->view ? &item->view->conversation : NULL;
        if (view && (item->current || view->events_count > 0 || view->rewound))
            out[count++] = *view;
    }
    return count;
}

static size_t login_gone(const struct login *login, struct str *out)
{
    size_t count = 0;
    for (size_t i = 0; i < login->items_count && count < PROTO_LOGIN_RESPONSE_GONE_MAX_COUNT; i++)
        if (login->items[i].gone && login->items[i].after.seq >= 0)
            out[count++] = id_str(&login->items[i].id);
    return count;
}

/* What the answer lists, unset past the counts. */
struct login_lists {
    struct proto_conversation conversations[LOGIN_CONVERSATIONS_MAX];
    struct str gone[PROTO_LOGIN_RESPONSE_GONE_MAX_COUNT];
    struct proto_team_status teams[PROTO_LOGIN_RESPONSE_TEAMS_MAX_COUNT];
    size_t teams_count;
    struct proto_queue_summary queues[PROTO_LOGIN_RESPONSE_QUEUES_MAX_COUNT];
    size_t queues_count;
};

/* The site's default team comes first: it is the one a shopper writes to. */
static void login_fill_teams(const struct login *login, struct login_lists *out)
{
    const struct site *site = login->site;
    out->teams_count = out->queues_count = 0;
    for (size_t pass = 0; pass < 2; pass++) {
        for (size_t i = 0;
             i < site->config->teams_count && out->teams_count < PROTO_LOGIN_RESPONSE_TEAMS_MAX_COUNT; i++) {
            struct team *team = &site->teams[i];
            bool is_default = str_eq(team->config->id, site->config->default_team);
            if (is_default != (pass == 0))
                continue;
            out->teams[out->teams_count++] = *team_status(team);
            if (login->agent && config_agent_in_team(login->agent->config, team->config->id))
                out->queues[out->queues_count++] = team_queue(team);
        }
    }
}

static struct proto_agent_self login_agent_self(const struct agent *agent)
{
    return (struct proto_agent_self){
        .profile = agent->profile,
        .email = agent->config->email,
        .routing_status = agent->accepting ? PROTO_ROUTING_STATUS_ACCEPTING : PROTO_ROUTING_STATUS_AWAY,
        .capacity = agent->config->capacity,
        .teams = agent->config->teams,
        .teams_count = agent->config->teams_count,
    };
}

static void login_encode(const struct login *login, struct login_lists *lists)
{
    const struct config_site *site = login->site->config;
    struct proto_shopper_profile shopper = {
        .id = id_str(&login->shopper), .name = str_from(login->name), .email = str_from(login->email)};
    struct proto_agent_self agent;
    struct proto_login_response response = {
        .ping_interval_ms = hub_get()->config->ping_interval_ms,
        .token = str_from(login->token),
        .site = {.id = site->id, .name = site->name, .accent = site->accent},
        .service = {.writable = login->site->hub->writable},
        .conversations = lists->conversations,
        .conversations_count = login_conversations(login, lists->conversations),
        .gone = lists->gone,
        .gone_count = login_gone(login, lists->gone),
        .teams = lists->teams,
        .teams_count = lists->teams_count,
        .has_queues = login->agent != NULL,
        .queues = lists->queues,
        .queues_count = lists->queues_count,
    };
    response.has_gone = response.gone_count > 0;
    if (login->agent) {
        agent = login_agent_self(login->agent);
        response.agent = &agent;
    } else {
        response.shopper = &shopper;
        response.has_idle_ping_interval_ms = true;
        response.idle_ping_interval_ms = hub_get()->config->idle_ping_interval_ms;
    }
    proto_encode_login_response(respond_buf(), reply_request_id(&login->to), &response);
}

static void login_answer(struct login *login)
{
    struct session *session = reply_session(&login->to);
    struct login_lists *lists = session ? sb_malloc(sizeof *lists) : NULL;
    struct frame *frame = NULL;
    if (lists) {
        login_fill_teams(login, lists);
        login_encode(login, lists);
        frame = respond_frame(false);
        sb_free(lists);
    }
    if (session && frame)
        session_uncork(session, frame);
    else if (session)
        session_close(session, PROTO_CLOSE_TRY_AGAIN_LATER);
    frame_unref(frame);
    if (session && login->url && session->role == PROTO_SHOPPER)
        shopper_moved(session->who.shopper,
                      &(struct proto_page){.url = str_from(login->url), .title = str_from(login->title)});
    if (session)
        log_info("login", LOG_I64("session", session->id), LOG_STR("site", login->site->id),
                 LOG_CSTR("role", login->agent ? "agent" : "shopper"),
                 LOG_STR("person", session_person(session)), LOG_I64("conversations", login->items_count));
    login_free(login);
}

/* ---- gathering ---- */

static void login_item_done(struct login_item *item, enum store_result result)
{
    struct login *login = item->login;
    struct session *session = reply_session(&login->to);
    item->gone = result == STORE_NOT_FOUND;
    if (result == STORE_UNAVAILABLE && session)
        session_close(session, PROTO_CLOSE_TRY_AGAIN_LATER); /* half of what was missed is worse than none */
    if (--login->items_left == 0)
        login_answer(login);
}

static void on_view(void *ctx, enum store_result result, struct live *live, struct view *view)
{
    struct login_item *item = ctx;
    item->view = view;
    login_item_done(item, result);
}

static size_t login_share_bytes(const struct login *login)
{
    size_t share = LOGIN_BYTES_MAX / login->items_count;
    return share < VIEW_BYTES_MAX ? share : VIEW_BYTES_MAX;
}

static void on_live(void *ctx, enum store_result result, struct live *live)
{
    struct login_item *item = ctx;
    const struct session *session = reply_session(&item->login->to);
    if (live && session &&
        conversation_may_view(&live->conversation, session_role(session), session_person(session))) {
        if (item->of_any && item->after.seq > 0)
            item->after = conversation_id_at(&live->conversation, item->after.seq);
        view_read(live, session->id, item->after, login_share_bytes(item->login), on_view, item);
    } else {
        login_item_done(item, live ? STORE_NOT_FOUND : result);
    }
}

static bool login_become(struct login *login, struct session *session)
{
    struct shopper *shopper = NULL;
    if (login->role == PROTO_SHOPPER && !(shopper = shopper_enter(login->site, &login->shopper)))
        return false;
    if (shopper) {
        session_become_shopper(session, login->site, shopper);
    } else {
        session_become_agent(session, login->site, login->agent, login->token_hash);
        login->token_hash = NULL;
    }
    metrics_add_labelled(M_LOGINS, STR("ok"), 1);
    return true;
}

void login_finish(struct login *login)
{
    struct session *session = reply_session(&login->to);
    if (!session || !login_become(login, session)) {
        login_unavailable(login);
        return;
    }
    if (login->items_count == 0) {
        login_answer(login);
        return;
    }
    session->corked = true;
    login->items_left = login->items_count;
    size_t count = login->items_count; /* the last one done frees the login */
    for (size_t i = 0; i < count; i++)
        live_open(login->site, id_str(&login->items[i].id), on_live, &login->items[i]);
}
