/* What the operator wants: flags over environment (SHOPBELL_*) over the INI file over defaults, checked as a
 * whole.
 *
 * Everything wrong is collected, not just the first; each error says where (file:line, flag or variable),
 * what, and what to do. Read once at start; immutable afterwards but for config_set_listen_port(). All struct
 * str in here are owned by the config, NUL-terminated, and live until config_free(). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/log.h"
#include "shopbell/str.h"

enum {
    CONFIG_ID_MAX_BYTES = 32, /* ids of sites, teams and agents: [a-z0-9-] */
    CONFIG_NAME_MAX_BYTES = 80,
    CONFIG_PHOTO_MAX_BYTES = 256 * 1024,
    CONFIG_CAPACITY_MAX = 100,
    CONFIG_PRIORITY_MAX = 9, /* as PROTOCOL.md says */
    CONFIG_QUEUE_LIMIT_MAX = 1000000,
    CONFIG_SESSION_RATE_MAX = 1000000,
    CONFIG_ROUTING_WAIT_MAX_MS = 24 * 3600 * 1000,
};

enum config_redis_kind { CONFIG_REDIS_PRIVATE, CONFIG_REDIS_TCP, CONFIG_REDIS_UNIX, CONFIG_REDIS_SENTINEL };

enum { CONFIG_SENTINELS_MAX = 16, CONFIG_MASTER_NAME_MAX_BYTES = 64 };

struct config_endpoint {
    struct str host; /* name or numeric, without brackets */
    uint16_t port;
};

struct config_redis {
    enum config_redis_kind kind;
    struct config_endpoint server;     /* TCP */
    struct str path;                   /* UNIX */
    struct config_endpoint *sentinels; /* SENTINEL: those to be asked where the master is */
    size_t sentinels_count;
    struct str master;   /* SENTINEL: the name they know it by */
    struct str user;     /* data == NULL: none */
    struct str password; /* data == NULL: none */
    int db;
};

struct config_photo {
    const unsigned char *data; /* NULL: no photo */
    size_t len;
    const char *mime; /* image/webp, image/png or image/jpeg, by its first bytes */
};

struct config_team {
    struct str id;
    struct str name;
    int priority;        /* of the conversations that come to it: 0 to CONFIG_PRIORITY_MAX, higher is first */
    int64_t queue_limit; /* new conversations are refused when so many wait; -1: none */
    struct str overflow_team;  /* where they go instead; data == NULL: nowhere */
    int64_t overflow_after_ms; /* those that wait for so long go there too; -1: they do not */
    bool manual;               /* nobody is given a conversation: agents pick */
    int64_t adviser_wait_ms;   /* how long a new one waits for the agent its shopper had last; 0: not */
};

struct config_agent {
    struct str id;
    struct str name;
    struct str title; /* "" when not given */
    struct str email; /* lower case; unique within the site */
    struct str password_hash;
    struct config_photo photo;
    struct str *teams; /* ids, at least one */
    size_t teams_count;
    int capacity; /* conversations at once */
};

struct config_site {
    struct str id;
    struct str name;
    struct str accent; /* "#rrggbb", lower case */
    struct str default_team;
    struct str *origins; /* exact; without `self` */
    size_t origins_count;
    bool origins_self; /* the pages of this server itself too */
    struct config_team *teams;
    size_t teams_count;
    struct config_agent *agents;
    size_t agents_count;
};

struct config {
    struct str listen_host; /* numeric, without brackets */
    uint16_t listen_port;   /* 0: any free one, see config_set_listen_port() */
    bool listen_ipv6;
    struct str data_dir;
    struct str file; /* data == NULL: none */
    struct config_redis redis;
    int workers;
    enum log_level log_level;
    bool demo;
    int64_t agent_grace_ms;
    int64_t close_timeout_ms;
    int64_t ping_interval_ms;      /* how often clients are told to ping */
    int64_t idle_ping_interval_ms; /* and shoppers without an open conversation: not less than that */
    int64_t session_rate; /* tokens a second of a session, twice as many at once; as x-limits in proto/ say */
    struct config_site *sites;
    size_t sites_count;
    struct str self_origins[3];  /* what `self` stands for; data == NULL: unused */
    struct config_block *blocks; /* the memory of all the above */
};

/* What the command line asks for. RUN wants a config; the others are done by config_command_run(). */
enum config_command {
    CONFIG_COMMAND_RUN,
    CONFIG_COMMAND_CHECK,
    CONFIG_COMMAND_VERSION,
    CONFIG_COMMAND_HELP,
    CONFIG_COMMAND_HASH_PASSWORD,
};

struct config_errors {
    struct buf text; /* one line an error, each ended by '\n' */
    size_t count;
};

void config_errors_fini(struct config_errors *errors);
void config_error(struct config_errors *errors, const char *where, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* New config, or NULL when errors->count > 0, or when command needs none (VERSION, HELP, HASH_PASSWORD).
 * errors starts zeroed. argv[0] is the program. Reads the environment, the config file and the photos;
 * blocks. */
struct config *config_load(int argc, char *const argv[], enum config_command *command,
                           struct config_errors *errors);
void config_free(struct config *config); /* NULL is fine */

/* Does what CHECK, VERSION, HELP and HASH_PASSWORD ask for on stdout and returns the exit status. Blocks. */
int config_command_run(enum config_command command);

/* At start: the port the system gave when listen_port was 0. Renews self_origins. */
void config_set_listen_port(struct config *config, uint16_t port);

/* All lookups borrow from the config; NULL: no such thing. */
const struct config_site *config_site_by_id(const struct config *config, struct str id);
const struct config_team *config_team_by_id(const struct config_site *site, struct str id);
const struct config_agent *config_agent_by_id(const struct config_site *site, struct str id);
const struct config_agent *config_agent_by_email(const struct config_site *site,
                                                 struct str email); /* any case */
bool config_agent_in_team(const struct config_agent *agent, struct str team_id);

/* Exact, byte by byte, as browsers write the Origin header (RFC 6454 section 6.2). Empty and "null" are never
 * allowed. */
bool config_site_allows_origin(const struct config *config, const struct config_site *site,
                               struct str origin);
bool config_any_site_allows_origin(const struct config *config, struct str origin);

const char *config_redis_kind_str(enum config_redis_kind kind);
