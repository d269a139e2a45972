/* What a load process plays: Shopbell's own protocol (session.h), or the one of a server that stands beside
 * it in a measurement (relay.h). */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "client/socket.h"
#include "options.h"

/* One person to be. Agents come first, then shoppers. */
struct part {
    uint32_t number; /* in this process, agents and shoppers together */
    uint32_t source; /* the address to come from; 0: any */
    uint32_t agent;  /* which one, from 1, in all processes; 0: a shopper */
    int64_t writer;  /* which of this process's shoppers that write, from 0; -1: none of them */
};

struct play {
    size_t bytes; /* of one session */
    uint32_t agent_timers;
    const char *subprotocol; /* NULL: none */
    struct socket_upcalls upcalls;
    /* *session is zeroed. It connects at that time. */
    void (*begin)(void *session, const struct part *part, int64_t at_us);
    /* Goes on where it can, and adds what is still under way and what is not checked yet. */
    void (*look)(void *session, int64_t *pending, int64_t *unchecked);
};
