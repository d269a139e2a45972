/* A session from inside the session layer. What must outlive it (a request on its way through Redis) keeps
 * its id and looks it up again; nobody keeps a pointer in flight. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/ids.h"
#include "base/list.h"
#include "domain/rate.h"
#include "proto.h"
#include "session/outbound.h"
#include "shopbell/session.h"

struct agent;
struct hub;
struct shopper;
struct site;

/* A server holds a hundred thousand of these, nearly all of shoppers who say nothing: it counts what they are
 * large. */
struct session {
    uint64_t id;
    struct site *site;               /* NULL until logged in */
    union {                          /* by role */
        struct session_login *login; /* anonymous; owned */
        struct shopper *shopper;
        struct agent *agent;
    } who;
    union {
        const struct id *joining; /* a shopper's: the conversation that a request of this session is just
                                     opening, in that request; NULL: none */
        char *token_hash;         /* an agent's; owned */
    } its;
    struct chain_node person_node; /* in who's sessions */
    struct chain viewers;          /* struct viewer by session_node */
    struct outbound outbound;
    struct rate rate;
    uint8_t role;   /* PROTO_ANONYMOUS, PROTO_SHOPPER or PROTO_AGENT */
    uint8_t errors; /* refused requests in a row */
    bool closing;
    bool corked; /* nothing is sent: the log-in's answer comes before what happens meanwhile */
};

struct session_login {
    int wrong_passwords;
    bool under_way;
    const char *address;
    char origin[]; /* and then the address */
};

struct session *session_by_id(uint64_t id); /* NULL: gone, or closing */
struct hub *session_hub(const struct session *session);
enum proto_role session_role(const struct session *session); /* of one that is logged in */
struct str session_person(const struct session *session);    /* the shopper's or agent's id */

/* Queues a frame; takes no reference of the caller's. A session that reads too slowly is closed. */
void session_send(struct session *session, struct frame *frame);
/* Sends this first, before all that was held back while the session was corked. */
void session_uncork(struct session *session, struct frame *first);
void session_close(struct session *session, enum proto_close_code code);
/* This server stops: come back, here or elsewhere, after so long. */
void session_close_draining(struct session *session, uint32_t retry_after_ms);
/* Something came, or the interval became another one: the wait for the next begins anew. */
void session_extend_idle(struct session *session);
/* A log-in that failed through no fault of the client's: the deadline begins anew. */
void session_extend_login(struct session *session);

/* From now on the session is this person's. token_hash is stolen. */
void session_become_shopper(struct session *session, struct site *site, struct shopper *shopper);
void session_become_agent(struct session *session, struct site *site, struct agent *agent, char *token_hash);

void sessions_init(void);
void sessions_fini(void);
/* One after the other, *at being 0 at first; NULL: that was all. In between sessions may come and go. */
struct session *sessions_next(uint32_t *at);
/* Every session of this node; the body may close it. */
typedef void (*session_fn)(struct session *session, void *ctx);
void sessions_each(session_fn fn, void *ctx);
