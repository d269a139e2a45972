/* The command line of shopbell-bench. */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

enum scenario { SCENARIO_IDLE, SCENARIO_STORM };

struct options {
    enum scenario scenario;
    char host[256]; /* as in the Host header, with the port */
    char path[256];
    char origin[300];
    struct sockaddr_storage address;
    socklen_t address_len;
    const char *site;
    int64_t sessions;
    int64_t conversations;   /* of the sessions, so many write */
    int64_t agents;          /* besides the sessions */
    const char *agent_email; /* %d is the agent's number, from 1 */
    const char *agent_password;
    int64_t rate;           /* connects a second while everybody comes */
    int64_t every_ms;       /* a shopper's time from one message to the next */
    int64_t agent_every_ms; /* an agent's, in each conversation */
    int64_t text_bytes;     /* of a message */
    int64_t seconds;
    int64_t give_up_s;
    int64_t processes; /* 0: as many as the limit of open files asks for */
    int64_t seed;
};

enum options_verdict { OPTIONS_RUN, OPTIONS_HELP, OPTIONS_WRONG };

/* WRONG: said why on stderr. Strings are borrowed from argv. */
enum options_verdict options_read(struct options *options, int argc, char *argv[]);
