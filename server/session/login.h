/* A log-in under way, from who it is to the answer: whose conversations, what was missed of each, then one
 * response with all of it. Meanwhile the session is corked: what happens in its conversations comes after the
 * response. */
#pragma once

#include "base/ids.h"
#include "session/respond.h"
#include "session/session.h"
#include "session/site.h"
#include "session/view.h"

/* The bytes are shared out among the conversations; what does not fit is told by has_more and has_earlier. */
enum { LOGIN_CONVERSATIONS_MAX = 200, LOGIN_BYTES_MAX = 512 * 1024 };

struct login_item {
    struct login *login;
    struct id id;
    struct event_id after; /* the last one known to the client; view_newest: none */
    bool of_any;           /* whose generation it did not say */
    bool current;          /* theirs now: shown even when nothing was missed */
    bool gone;             /* there is no such conversation, or not for them */
    struct view *view;
};

struct login {
    struct reply_to to;
    struct site *site;
    uint8_t role;
    struct id shopper;
    struct agent *agent;
    char *token;        /* owned; to be kept by the client */
    char *token_hash;   /* owned; agents */
    char *name, *email; /* owned; the shopper's, NULL: not known */
    char *url, *title;  /* owned; the page they log in from */
    size_t items_count;
    size_t items_left;
    struct login_item items[LOGIN_CONVERSATIONS_MAX]; /* unset past items_count: most bring none */
};

/* New, with the request's cursors; NULL: no memory. Marks the session as logging in. */
struct login *login_new(struct session *session, struct site *site, const struct proto_request *request);
/* Adds a conversation to bring, once. NULL: not an id, or too many. */
struct login_item *login_add(struct login *login, struct str conversation);
void login_add_current(struct login *login, struct str conversation);
/* The session becomes the person, and all that was added is gathered; then the answer. Takes the login. */
void login_finish(struct login *login);
/* Answers with an error and lets the client try again on the same socket. Takes the login. */
void login_refuse(struct login *login, enum proto_error_type type, const char *message);
void login_refuse_for(struct login *login, int64_t wait_ms); /* rate_limited */
void login_unavailable(struct login *login);

/* The two ways in; both take the login. */
void login_shopper(struct login *login, const struct proto_login_request *request);
void login_agent(struct login *login, struct session *session, const struct proto_login_request *request);
