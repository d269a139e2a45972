/* One load process: its share of the sessions on one loop, told what to do by the parent through shared
 * memory. */
#pragma once

#include <stdint.h>

#include "client/loop.h"
#include "client/schedule.h"
#include "options.h"
#include "report.h"

struct play;

struct client {
    struct loop loop;
    const struct options *options; /* borrowed, as all below */
    struct control *control;
    struct report *report;
    struct schedule schedule;
    const struct play *play;
    char *sessions; /* owned; play's, agents first */
    uint32_t sessions_count;
    uint32_t number; /* of this process, from 0 */
    uint32_t run;    /* in every custom_id, so that two runs on one server do not meet */
    uint64_t random;
};

/* The process's own. */
struct client *client_get(void);

/* Runs until PHASE_END. False: out of memory. */
bool client_run(const struct options *options, struct control *control, struct report *report,
                uint32_t number);

uint64_t client_random(void);
int64_t client_random_below(int64_t bound); /* 0 when bound is */
/* This process's part of a total. */
int64_t client_share_of(int64_t total);
void client_count(enum counter counter);
void client_count_by(enum counter counter, int64_t by);
enum phase client_phase(void);
/* The span of the run that a moment belongs to. */
int client_span_at(int64_t us);
/* When everybody is in, if the server takes them at the rate that they come. */
int64_t client_all_in_us(void);
/* Something with this time may still begin: until the settling, and after it if it was due before. */
bool client_is_due(int64_t due_us, bool has_no_clock);
/* A message of the other side came, so long after it was due. */
void client_note_delivery(int64_t due_us, int64_t took_us);
