/* A conversation that someone connected here looks at: its state as read from the stream, and who is to be
 * told of what comes. The stream is the truth; a live view only follows it.
 *
 * LOADING until its record and all its events are read; CURRENT while this node knows of nothing it has not
 * read; STALE after a conflict, a hint, or a lost link, until it has caught up. Events are shown to viewers
 * in the order of the stream, each exactly once: those that this node appended, those that live_follow()
 * reads, and those that live_hear() takes from who appended them. After a lost link the stream may be shorter
 * than what was read of it (a failover loses what the new master had not got): the next read begins with the
 * last event known, and where that is not there the view is LOADING again, and those who looked come back.
 * While STALE somebody is always at it: a read is under way, or the retry timer runs, or the store is away
 * and its return reads all. A live view goes when nobody looks and nothing is under way. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "base/map.h"
#include "base/wheel.h"
#include "domain/conversation.h"
#include "session/line.h"
#include "session/live_shopper.h"
#include "session/peers.h"
#include "session/people.h"
#include "shopbell/store.h"

enum live_state { LIVE_LOADING, LIVE_CURRENT, LIVE_STALE };

struct live {
    struct map_node node; /* in site->lives */
    struct site *site;
    struct conversation conversation;
    enum live_state state;
    bool record_read;
    bool reading;                /* a read of the record or the stream is under way */
    bool read_again;             /* and there is more than it asked for */
    bool doubted;                /* the link was lost since the last read */
    bool checking;               /* the read under way begins with the last event known */
    int64_t had_seq;             /* loading again: how far the stream went before; else 0 */
    size_t appends_in_flight;    /* the first so many of appends */
    struct wheel_timer retry;    /* STALE, and the last read failed */
    struct list viewers;         /* struct viewer by live_node */
    struct list waiters;         /* struct live_waiter: want it loaded */
    struct list appends;         /* struct append: messages in line */
    struct list_node agent_node; /* in its agent's list */
    struct agent *agent;         /* whose list it is in; NULL: none */
    struct team *team;           /* in whose line it is; NULL: it does not wait, or for its adviser */
    int64_t line_seq;            /* of the conversation, when it came there */
    struct in_line in_line;
    struct store_receipts receipts;
    struct peers peers;          /* other nodes that look at it */
    struct live_shopper shopper; /* what they said of themselves, and where they are */
    bool told_present;           /* whether the shopper is there, as its agents know it */
    int holds;                   /* requests under way that need it */
};

/* One session looking at one conversation. */
struct viewer {
    struct list_node live_node;
    struct chain_node session_node;
    struct live *live;
    struct session *session;
};

typedef void (*live_fn)(void *ctx, enum store_result result, struct live *live);
/* Finds or loads a conversation, then calls done: at once when it is there, also when the result is an error.
 * live is borrowed until done returns, unless it takes a viewer or a hold. */
void live_open(struct site *site, struct str id, live_fn done, void *ctx);
struct live *live_find(struct site *site, struct str id);
/* Something of the stream was missed, or may have been: STALE, and read again in a while unless somebody
 * does it before. */
void live_distrust(struct live *live);

/* The stream may have less than was read: to be followed by live_follow(). */
void live_doubt(struct live *live);
/* The stream may have more than was read. seq 0: it is not known how much. */
void live_follow(struct live *live, int64_t seq);
/* Another node, to which the site is of this generation, appended this one. */
void live_hear(struct live *live, const struct event *event, int64_t generation);
/* It stays while it is held. Whoever does something that may end in live_drop_if_idle() holds it meanwhile.
 */
void live_hold(struct live *live);
void live_release(struct live *live);
/* Nobody looks at it, waits for it or writes to it, and its shopper is not between two pages. */
bool live_is_idle(const struct live *live);
void live_drop_if_idle(struct live *live);
struct store *live_store(const struct live *live);

struct viewer *live_viewer(struct live *live, const struct session *session); /* NULL: does not look */
bool live_view(struct live *live, struct session *session);                   /* false: no memory */
void viewer_free(struct viewer *viewer); /* and the live view, when it was the last */

/* Applies the next event and shows it to all viewers but the session whose request it was. received_us: when
 * that request came, or 0. False: events before it are missing, or no memory; the view is distrusted. */
bool live_apply(struct live *live, const struct event *event, const struct session *except,
                int64_t received_us);
/* After a read or a conflict: go on with what waits. */
void live_ready(struct live *live, enum store_result result);

/* Another node changed what the shopper says of themselves. */
void live_reload_record(struct live *live);
bool live_shopper_present(const struct live *live); /* on any node */
void live_free_all(struct site *site);
