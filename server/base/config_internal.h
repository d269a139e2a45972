/* What the files that read the configuration share; nobody else includes this.
 *
 *     config_flags.c     argv and environment  -> settings, command
 *     config_file.c      the INI file          -> settings, sections (texts only)
 *     config_settings.c  settings              -> struct config
 *     config_redis.c     the Redis URL         -> struct config_redis
 *     config_teams.c     how a team's conversations are given out
 *     config_sites.c     sections              -> sites, teams, agents
 *     config.c           runs them, frees, looks up
 *
 * Memory comes from config_alloc() and lives as long as the config. This is start-up: without memory the
 * program ends. */
#pragma once

#include "base/config.h"
#include "base/list.h"

/* A text as it was given, and where: "--listen", "SHOPBELL_LISTEN" or "file:line". text.data == NULL: not
 * given. */
struct config_value {
    struct str text;
    const char *where;
    bool from_file;
};

enum config_setting {
    SETTING_CONFIG,
    SETTING_LISTEN,
    SETTING_DATA,
    SETTING_REDIS,
    SETTING_WORKERS,
    SETTING_LOG_LEVEL,
    SETTING_DEMO,
    SETTING_AGENT_GRACE,
    SETTING_CLOSE_TIMEOUT,
    SETTING_PING_INTERVAL,
    SETTING_IDLE_PING_INTERVAL,
    SETTING_SESSION_RATE,
    SETTINGS_COUNT
};

/* How a setting is called in each place; NULL: it cannot be given there. */
struct config_setting_row {
    const char *flag;
    const char *variable;
    const char *key;
    const char *fallback;
};

extern const struct config_setting_row config_setting_rows[SETTINGS_COUNT];

enum config_section_kind { SECTION_SERVER, SECTION_SITE, SECTION_TEAM, SECTION_AGENT, SECTION_KINDS_COUNT };

enum { SITE_NAME, SITE_ORIGINS, SITE_ACCENT, SITE_DEFAULT_TEAM };
enum {
    TEAM_NAME,
    TEAM_PRIORITY,
    TEAM_QUEUE_LIMIT,
    TEAM_OVERFLOW_TEAM,
    TEAM_OVERFLOW_AFTER,
    TEAM_ADVISER_WAIT,
    TEAM_ROUTING
};
enum { AGENT_NAME, AGENT_TITLE, AGENT_EMAIL, AGENT_PHOTO, AGENT_TEAMS, AGENT_CAPACITY, AGENT_PASSWORD };
enum { SECTION_KEYS_MAX = 8 };

/* One [section] of the file. */
struct config_section {
    struct list_node node;
    enum config_section_kind kind;
    struct str site_id;
    struct str id; /* of a team or agent */
    const char *where;
    struct config_value values[SECTION_KEYS_MAX]; /* by the enums above; not for SECTION_SERVER */
};

struct config_reader {
    struct config *config;
    struct config_errors *errors;
    enum config_command command;
    struct config_value settings[SETTINGS_COUNT];
    struct list sections; /* struct config_section, in the file's order */
};

/* config.c */
void *config_alloc(struct config *config, size_t bytes); /* zeroed */
struct str config_copy(struct config *config, struct str text);
struct str config_fmt(struct config *config, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A path given in the file is relative to the file's folder; others are as they are. New. */
struct str config_path(struct config *config, const struct config_value *value);
void config_renew_self_origins(struct config *config);

void config_read_flags(struct config_reader *reader, int argc, char *const argv[]);
void config_read_environment(struct config_reader *reader);
void config_read_file(struct config_reader *reader);
void config_apply_settings(struct config_reader *reader);
void config_build_sites(struct config_reader *reader);
/* config_teams.c: what else a team's section says. */
void config_read_routing(struct config_reader *reader, const struct config_section *section,
                         struct config_team *team);
/* When all teams are read. */
void config_read_overflow(struct config_reader *reader, const struct config_section *section,
                          const struct config_site *site, struct config_team *team);

/* config_values.c: each reports what is wrong and returns false. */
bool config_parse_i64(struct config_reader *reader, const struct config_value *value, int64_t least,
                      int64_t most, int64_t *out);
bool config_parse_bool(struct config_reader *reader, const struct config_value *value, bool *out);
bool config_parse_listen(struct config_reader *reader, const struct config_value *value);
bool config_check_origin(struct config_reader *reader, const char *where, struct str origin);
bool config_read_photo(struct config_reader *reader, const struct config_value *value,
                       struct config_photo *out);
bool config_id_valid(struct str id);
/* Digits only: no sign, no blanks, as strtoll would let pass. */
bool config_read_number(struct str text, int64_t most, int64_t *out);
/* "host:port" or "[v6]:port" in two; the brackets go. *port is empty when there is none. */
bool config_split_host(struct str text, struct str *host, struct str *port);
bool config_take_prefix(struct str *text, const char *prefix);

/* config_redis.c */
bool config_parse_redis(struct config_reader *reader, const struct config_value *value);

/* The next word of *rest, without the blanks around it; false at the end. */
bool config_next_word(struct str *rest, struct str *word);
