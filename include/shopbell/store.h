/* Redis, as the rest of the server sees it: typed requests with completions, and what changed.
 *
 * Every request returns false when it was refused at once: Redis away, too many commands in flight, or no
 * memory; then the completion does not run and the caller treats it as STORE_UNAVAILABLE. When it returns
 * true the completion runs exactly once and never before the request has returned. Completions come in the
 * order of the requests. What they are given is borrowed until they return. Everything runs on the loop's
 * thread.
 *
 * STORE_UNAVAILABLE leaves open whether a write happened: the link may have died between the write and its
 * answer. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "shopbell/event.h"
#include "shopbell/str.h"

struct config;
struct config_team;
struct store;

enum store_result {
    STORE_OK,
    STORE_EXISTS,    /* open: the shopper has an open conversation */
    STORE_DUPLICATE, /* open: this custom_id was stored before */
    STORE_NOT_FOUND,
    STORE_NOT_YOURS,
    STORE_WRONG_STATE,
    STORE_AGENT_AWAY,  /* whoever should get it is not there, or does not accept */
    STORE_AGENT_FULL,  /* or has no room */
    STORE_QUEUE_FULL,  /* open: there is no room to wait */
    STORE_CONFLICT,    /* append: the stream has grown past seq */
    STORE_UNAVAILABLE, /* retryable */
};
const char *store_result_str(enum store_result result);

struct store_changes;
struct store_told;

struct store_upcalls {
    void *ctx;
    void (*on_up)(
        void *ctx); /* answers and takes writes; also after every reconnect: mirrors are to be renewed */
    void (*on_down)(void *ctx); /* requests fail from now on */
    /* Another node, or a function that another node called, changed this. */
    void (*on_changes)(void *ctx, struct str site, const struct store_changes *changes);
    /* Another node looks at a conversation, or no longer does. */
    void (*on_peer)(void *ctx, struct str site, struct str conversation, struct str node, bool looks,
                    bool shopper_there);
    /* Words that another node sent by store_tell(). */
    void (*on_told)(void *ctx, struct str site, const struct store_told *told);
    /* Hints were lost: whatever this node mirrors may be old. */
    void (*on_gap)(void *ctx);
};

/* New; starts the private Redis if config names none, and connects. Borrows config. NULL after an error was
 * logged. */
struct store *store_new(uv_loop_t *loop, const struct config *config, const struct store_upcalls *upcalls);
/* Ends links and, when everything sent is answered or 1.5 s have passed, the private Redis; then calls
 * done. */
void store_stop(struct store *store, void (*done)(void *ctx), void *ctx);
void store_free(struct store *store); /* after done; NULL is fine */
bool store_is_up(const struct store *store);
bool store_is_idle(const struct store *store); /* nothing is on its way, or nothing will be answered */

/* ---- what changed, as the Redis functions tell it ---- */

struct store_changed_conversation {
    struct str id;
    int64_t last_seq;
    struct str shopper;
    struct str agent; /* empty: nobody's */
};

struct store_changed_queue {
    struct str team;
    int64_t length;
    int64_t oldest_at_ms; /* 0: empty */
    /* Of the last times between two who left it: */
    int64_t pace_count;
    int64_t pace_mean_ms;
    int64_t pace_deviation_ms;
    int64_t moves; /* how often somebody left it, or came in before others */
};

struct store_changed_agent {
    struct str id;
    bool accepting;
    bool present;
    int64_t load;
};

/* A transition that this request brought about, to be logged and measured; what others have to be told is in
 * the lists above. */
struct store_step {
    struct str id;
    struct str event; /* as in the stream */
    int64_t seq;
    struct str state;  /* entered */
    struct str agent;  /* empty: nobody's */
    int64_t waited_ms; /* assigned out of the queue: since it entered that; else -1 */
};

struct store_changes {
    int64_t
        number; /* of the site's changes so far: for queues and agents, what has a lower one is older news */
    struct store_changed_conversation *conversations;
    size_t conversations_count;
    struct store_changed_queue *queues;
    size_t queues_count;
    struct store_changed_agent *agents;
    size_t agents_count;
    struct store_step *steps;
    size_t steps_count;
};

/* ---- transitions: one Redis function each ---- */

enum { STORE_VALUES_MAX = 6 };

struct store_transition {
    struct str values[STORE_VALUES_MAX]; /* what the function says besides; see each request */
    int64_t numbers[STORE_VALUES_MAX];   /* the same, where it is one; else 0 */
    struct store_changes changes;
};
typedef void (*store_transition_fn)(void *ctx, enum store_result result,
                                    const struct store_transition *transition);

struct store_opening {
    struct str id, shopper, team, custom_id, text, preview, url, title;
    struct str again; /* instead of id, where no conversation has it; data == NULL: none */
};
/* OK, DUPLICATE: values are id, seq, time and generation of the message. EXISTS: the id of the open
 * conversation. */
bool store_open(struct store *store, struct str site, const struct store_opening *opening,
                store_transition_fn done, void *ctx);
bool store_propose_close(struct store *store, struct str site, struct str id, struct str agent,
                         int64_t timeout_ms, store_transition_fn done, void *ctx);
bool store_confirm_close(struct store *store, struct str site, struct str id, struct str shopper,
                         store_transition_fn done, void *ctx);
bool store_dispute_close(struct store *store, struct str site, struct str id, struct str shopper,
                         store_transition_fn done, void *ctx);
/* By an agent's hand. agent is who asks; AGENT_AWAY and AGENT_FULL speak of whoever should get it. */
bool store_pick(struct store *store, struct str site, struct str id, struct str agent,
                store_transition_fn done, void *ctx);
bool store_take_over(struct store *store, struct str site, struct str id, struct str agent,
                     store_transition_fn done, void *ctx);
bool store_set_priority(struct store *store, struct str site, struct str id, struct str agent,
                        int64_t priority, store_transition_fn done, void *ctx);
bool store_transfer_to_agent(struct store *store, struct str site, struct str id, struct str agent,
                             struct str to, store_transition_fn done, void *ctx);
bool store_transfer_to_team(struct store *store, struct str site, struct str id, struct str agent,
                            struct str team, store_transition_fn done, void *ctx);
/* The team's settings for whoever routes; whatever was written before is forgotten. */
bool store_set_team(struct store *store, struct str site, const struct config_team *team,
                    store_transition_fn done, void *ctx);
/* How many connections this node has for an agent now; may be said again. teams is a comma-separated list. */
bool store_agent_connected(struct store *store, struct str site, struct str agent, int connections,
                           int capacity, struct str teams, store_transition_fn done, void *ctx);
bool store_agent_signed_out(struct store *store, struct str site, struct str agent, store_transition_fn done,
                            void *ctx);
bool store_set_routing_status(struct store *store, struct str site, struct str agent, bool accepting,
                              store_transition_fn done, void *ctx);
/* This node's heartbeat, and what is due: dead nodes, agents gone for agent_grace_ms, overdue closings.
 * values: counts of queued, assigned and closing conversations; hints published to this node and to all;
 * whether this node was known (0: it is new, or was taken for dead: it says again who is here). */
bool store_tick(struct store *store, struct str site, int64_t agent_grace_ms, store_transition_fn done,
                void *ctx);
/* Before anything else on every new link: the generation of what is written from now on (generation.lua).
 * known: the last one known here, or -1; lost: a stream that grew in that one is shorter now. values: it. */
bool store_begin_generation(struct store *store, struct str site, int64_t known, bool lost,
                            store_transition_fn done, void *ctx);
bool store_node_left(struct store *store, struct str site, store_transition_fn done, void *ctx);
/* Counts a try of an account and of a network, on all nodes together; each count begins with its first try
 * and ends window_ms later. values: how many there were of the account, with this one, and after how many ms
 * its count begins anew; then the same of the network. */
bool store_count_try(struct store *store, struct str site, int64_t window_ms, struct str account,
                     struct str network, store_transition_fn done, void *ctx);
bool store_snapshot(struct store *store, struct str site, store_transition_fn done, void *ctx);

/* ---- other nodes ---- */

struct store_peer {
    struct str node;
    bool shopper_there; /* the conversation's shopper has a page open on that node */
};
typedef void (*store_peers_fn)(void *ctx, enum store_result result, const struct store_peer *peers,
                               size_t count);
/* This node looks at a conversation. Tells the others that do, and says who they are. May be said again. */
bool store_view(struct store *store, struct str site, struct str conversation, bool shopper_here,
                store_peers_fn done, void *ctx);
bool store_unview(struct store *store, struct str site, struct str conversation);

/* What one node tells another beside the stream: nothing here is kept anywhere. */
enum store_telling {
    STORE_TELL_EVENT,
    STORE_TELL_STAND,
    STORE_TELL_TYPING,
    STORE_TELL_RECEIPT,
    STORE_TELL_RECORD
};
struct store_told {
    enum store_telling kind;
    struct str from; /* heard: the node that told it */
    struct str conversation;
    int64_t seq;               /* EVENT: the stream has grown to here; STAND: so far it was read there */
    const struct event *event; /* EVENT: the last one there, a message; NULL: to be read. Borrowed */
    int64_t generation;        /* EVENT: of the site, as its teller knows it */
    enum proto_role role;      /* TYPING, RECEIPT: whose */
    struct str person;         /* TYPING */
    bool is_typing;            /* TYPING */
    int64_t delivered, seen;   /* RECEIPT */
};
/* False: no memory, and the other node will not miss it. What is lost later it misses by its number. */
bool store_tell(struct store *store, struct str site, struct str node, const struct store_told *told);
/* From the tick: how many hints Redis has published to this node and to all, to find what was lost. */
void store_check_hints(struct store *store, struct str site, int64_t to_node, int64_t to_all);

/* ---- events ---- */

typedef void (*store_appended_fn)(void *ctx, enum store_result result);
/* Appends event under its id: the hot path. CONFLICT when the stream's top is not below that. */
bool store_append(struct store *store, struct str site, struct str conversation, const struct event *event,
                  store_appended_fn done, void *ctx);

/* Several as one, or one whose id is of another generation than the last event known, top: CONFLICT when that
 * is not the stream's top. At most STORE_APPEND_MAX_COUNT of them. */
enum { STORE_APPEND_MAX_COUNT = 8 };
bool store_append_all(struct store *store, struct str site, struct str conversation, struct event_id top,
                      const struct event *const *events, size_t count, store_appended_fn done, void *ctx);

typedef void (*store_events_fn)(void *ctx, enum store_result result, const struct event *events,
                                size_t count);
/* Events behind that one, oldest first. */
bool store_read_after(struct store *store, struct str site, struct str conversation, struct event_id after,
                      int limit, store_events_fn done, void *ctx);
/* The same, beginning with that one; when it is not there, with what comes after its place. */
bool store_read_from(struct store *store, struct str site, struct str conversation, struct event_id from,
                     int limit, store_events_fn done, void *ctx);
/* The newest events before that one (seq 0: no bound), given oldest first. */
bool store_read_before(struct store *store, struct str site, struct str conversation, struct event_id before,
                       int limit, store_events_fn done, void *ctx);

/* ---- records ---- */

struct store_receipts {
    int64_t shopper_delivered, shopper_seen, agent_delivered, agent_seen;
};

struct store_shopper {
    struct str name, email, url, title; /* data == NULL: not known */
    struct str open;                    /* data == NULL: none open */
    struct str last;                    /* the newest conversation; data == NULL: never wrote */
};

struct store_conversation {
    struct str id;
    enum proto_conversation_state state;
    struct str shopper, team, agent, preview;
    struct str adviser; /* whom it waits for; empty: anybody */
    int64_t opened_at_ms, queued_at_ms, closed_at_ms, last_seq, priority;
    struct store_receipts receipts; /* only from store_load_conversation() */
    struct store_shopper who;       /* not from store_load_conversation() */
    int64_t queue_position;         /* only from store_list_queue(); 1 is next */
};

typedef void (*store_conversation_fn)(void *ctx, enum store_result result,
                                      const struct store_conversation *conversation);
bool store_load_conversation(struct store *store, struct str site, struct str id, store_conversation_fn done,
                             void *ctx);

typedef void (*store_conversations_fn)(void *ctx, enum store_result result,
                                       const struct store_conversation *list, size_t count);
/* Newest first. */
bool store_list_of_shopper(struct store *store, struct str site, struct str shopper, int limit,
                           store_conversations_fn done, void *ctx);
/* What the agent closed last, newest first. */
bool store_list_closed_by(struct store *store, struct str site, struct str agent, int limit,
                          store_conversations_fn done, void *ctx);
/* Who waits, team by team, at most limit of each, first in line first. teams is a comma-separated list. */
bool store_list_queue(struct store *store, struct str site, struct str teams, int limit,
                      store_conversations_fn done, void *ctx);
/* What other agents have now in the teams of this one, whose shopper came first, first. */
bool store_list_assigned(struct store *store, struct str site, struct str agent, int limit,
                         store_conversations_fn done, void *ctx);

typedef void (*store_shopper_fn)(void *ctx, enum store_result result, const struct store_shopper *shopper);
bool store_load_shopper(struct store *store, struct str site, struct str id, store_shopper_fn done,
                        void *ctx);
/* Fields with data == NULL stay as they are. Nobody is told when it fails: it is said again with the next
 * page. */
bool store_save_shopper(struct store *store, struct str site, struct str id,
                        const struct store_shopper *shopper);
bool store_save_receipt(struct store *store, struct str site, struct str conversation, enum proto_role role,
                        int64_t delivered, int64_t seen);

typedef void (*store_ids_fn)(void *ctx, enum store_result result, const struct str *ids, size_t count);
bool store_conversations_of_agent(struct store *store, struct str site, struct str agent, store_ids_fn done,
                                  void *ctx);

typedef void (*store_position_fn)(void *ctx, enum store_result result, int64_t position); /* 0: not waiting */
bool store_queue_position(struct store *store, struct str site, struct str team, struct str conversation,
                          store_position_fn done, void *ctx);

typedef void (*store_text_fn)(void *ctx, enum store_result result, struct str text); /* data == NULL: none */
/* The site's secret: the candidate when none was there, else the one that was. Both 64 hex digits. */
bool store_site_secret(struct store *store, struct str site, struct str candidate, store_text_fn done,
                       void *ctx);
/* Agents' log-in tokens, kept under their hash only. */
bool store_token_save(struct store *store, struct str site, struct str token_hash, struct str agent,
                      store_text_fn done, void *ctx);
bool store_token_find(struct store *store, struct str site, struct str token_hash, store_text_fn done,
                      void *ctx);
bool store_token_drop(struct store *store, struct str site, struct str token_hash, store_text_fn done,
                      void *ctx);
