/* The command line of shopbell-bench. */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

enum scenario {
    SCENARIO_IDLE,
    SCENARIO_CHAT,
    SCENARIO_CHURN,
    SCENARIO_QUEUE,
    SCENARIO_STORM,
    SCENARIOS_COUNT
};

/* Shopbell's own, and those of what stands beside it in a measurement. */
enum protocol { PROTOCOL_SHOPBELL, PROTOCOL_RELAY, PROTOCOL_SOCKETIO, PROTOCOL_NCHAN, PROTOCOLS_COUNT };

enum { WATCHES_MAX = 8, WATCH_PIDS_MAX = 128, IN_FLIGHT_MAX = 16 };

/* Processes of this machine whose cost is to be told. */
struct watch {
    char name[32];
    int pids[WATCH_PIDS_MAX];
    int pids_count;
};

struct options {
    enum scenario scenario;
    enum protocol protocol;
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
    int64_t messages; /* a second, of all together, half from each side; 0: every_ms and agent_every_ms say */
    int64_t in_flight;  /* so many of each shopper's are always under way, without a clock; 0: by the clock */
    int64_t warm_s;     /* everybody is in and writes, and nothing is measured yet */
    int64_t views;      /* of pages a second, of all shoppers together */
    int64_t handle_ms;  /* in the queue scenario: what an agent takes for a conversation */
    int64_t text_bytes; /* of a message */
    int64_t seconds;
    int64_t give_up_s;
    int64_t processes; /* 0: as many as the limit of open files asks for */
    int64_t seed;
    struct watch watches[WATCHES_MAX];
    int watches_count;
};

extern const char *const scenario_names[SCENARIOS_COUNT];

enum options_verdict { OPTIONS_RUN, OPTIONS_HELP, OPTIONS_WRONG };

/* WRONG: said why on stderr. Strings are borrowed from argv. */
enum options_verdict options_read(struct options *options, int argc, char *argv[]);

/* From one message of a side to its next; 0: as soon as the one before is acknowledged. */
int64_t options_every_us(const struct options *options, bool is_agent);
/* From one page of a shopper to the next; 0: they stay where they are. */
int64_t options_view_every_us(const struct options *options);
