/* What a load process has to tell, and what it is told. Both lie in memory shared with the parent: each
 * struct report has one writer, and struct control is written by the parent alone. No pointers in either. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "client/histogram.h"

/* name in the JSON, and what it counts */
#define REPORT_COUNTERS(X)                                                                                   \
    X(CONNECTS, "connects")                                                                                  \
    X(CONNECTS_REFUSED, "connects_refused")     /* nobody listened */                                        \
    X(CONNECTS_FAILED, "connects_failed")       /* reset and the like before the handshake was through */    \
    X(HANDSHAKES_REFUSED, "handshakes_refused") /* an HTTP status other than 101 */                          \
    X(CONNECTS_LATE, "connects_late")           /* no log-in within CONNECT_MAX */                           \
    X(VIEWS, "page_views")                      /* a page left for the next one, on purpose */               \
    X(LOGINS, "logins")                                                                                      \
    X(LOGINS_REFUSED, "logins_refused")                                                                      \
    X(IDENTITIES_LOST, "identities_lost") /* a token was not accepted any more */                            \
    X(SOCKETS_LOST, "sockets_lost")       /* of those logged in */                                           \
    X(PINGS, "pings")                                                                                        \
    X(PINGS_UNANSWERED, "pings_unanswered")                                                                  \
    X(BAD_FRAMES, "bad_frames")                                                                              \
    X(SENT, "sent") /* messages, each counted once */                                                        \
    X(RESENT, "resent")                                                                                      \
    X(ACKED, "acked")                                                                                        \
    X(ACKED_DUPLICATE, "acked_duplicate") /* the answer to a resend of what was stored already */            \
    X(RETRYABLE, "refused_retryable")                                                                        \
    X(REFUSED, "refused")                                                                                    \
    X(DELIVERED, "delivered") /* messages of the other side */                                               \
    X(REPEATED, "events_repeated")                                                                           \
    X(GAPS, "gaps_filled")                                                                                   \
    X(PLACES, "places_told") /* to those who wait */                                                         \
    X(CLOSED, "closed")      /* conversations that came to their end */                                      \
    X(CHECKED, "events_checked")                                                                             \
    X(LOST, "lost") /* acknowledged, and not there, or elsewhere */                                          \
    X(DUPLICATED, "duplicated")                                                                              \
    X(OUT_OF_ORDER, "out_of_order")                                                                          \
    X(UNDELIVERED, "undelivered") /* stored, and never shown to who looked */                                \
    X(DIFFERENT, "different")     /* conversations seen otherwise than they are stored */                    \
    X(UNCHECKED, "unchecked")     /* conversations that could not be read at the end */

enum counter {
#define X(id, name) COUNTER_##id,
    REPORT_COUNTERS(X)
#undef X
        COUNTERS_COUNT
};

extern const char *const report_counter_names[COUNTERS_COUNT];

/* A message belongs to the phase in which it was due, however late it was sent: a stall is the server's. */
enum phase {
    PHASE_RAMP,   /* everybody comes */
    PHASE_WARM,   /* everybody is there, and those who write begin */
    PHASE_STEADY, /* what is measured */
    PHASE_STORM,  /* sockets were lost, and everybody comes back */
    PHASE_AFTER,  /* everybody is there again */
    PHASE_SETTLE, /* nothing new; what was sent is acknowledged */
    PHASE_CHECK,  /* every conversation is read and compared */
    PHASE_END,
    PHASES_COUNT,
};

extern const char *const phase_names[PHASES_COUNT];

/* What was due while everybody came is the ramp's; what when all was over is nobody's. */
enum { SPAN_RAMP, SPAN_BEFORE, SPAN_STORM, SPAN_AFTER, SPAN_SETTLE, SPANS_COUNT };

/* Of what was due in the steady phase, second by second, for plots; the last one has the rest. */
enum { REPORT_SECONDS = 120 };

/* Close codes 1000 to 1015 and 4000 to 4015, and all others. */
enum { REPORT_CLOSES_COUNT = 33, REPORT_CLOSES_OTHER = 32 };

struct report {
    uint64_t counters[COUNTERS_COUNT];
    uint64_t closes[REPORT_CLOSES_COUNT];
    /* as it is now */
    int64_t sessions_ready, sessions_dropped, sessions_stopped, chats_pending, chats_unchecked;
    int64_t rss_bytes, rss_start_bytes, cpu_us;
    int64_t timers_fired, timers_late, late_max_us; /* see schedule.h */
    struct histogram login_us[SPANS_COUNT];         /* connect() to the log-in's response */
    struct histogram back_ms;                       /* from the storm's beginning to logged in again */
    struct histogram wait_us;                       /* in the queue */
    struct histogram ack_us[SPANS_COUNT];
    struct histogram delivery_us[SPANS_COUNT];
    struct histogram delivery_each_s[REPORT_SECONDS];
};

struct control {
    _Atomic int phase;
    _Atomic int64_t began_us[PHASES_COUNT]; /* 0: not yet */
    _Atomic int64_t server_ready_us;        /* the caller said so (SIGUSR1); 0: not */
};

void report_count_close(struct report *report, unsigned code);
unsigned report_close_code(int slot); /* 0: others */
/* The numbers alone, which is cheap; a total is begun by zeroing what lies before its histograms. */
void report_add_numbers(struct report *into, const struct report *from);
void report_add_histograms(struct report *into, const struct report *from);
