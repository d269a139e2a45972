#include "base/config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/config_internal.h"

struct config_block {
    struct config_block *next;
    _Alignas(max_align_t) unsigned char bytes[];
};

static void *must(void *block)
{
    if (!block) {
        fputs("shopbell: out of memory while reading the configuration\n", stderr);
        exit(EXIT_FAILURE);
    }
    return block;
}

void *config_alloc(struct config *config, size_t bytes)
{
    struct config_block *block = must(sb_calloc(1, sizeof *block + bytes));
    block->next = config->blocks;
    config->blocks = block;
    return block->bytes;
}

struct str config_copy(struct config *config, struct str text)
{
    char *copy = config_alloc(config, text.len + 1);
    if (text.len > 0)
        memcpy(copy, text.data, text.len);
    return (struct str){copy, text.len};
}

struct str config_fmt(struct config *config, const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    int len = vasprintf(&text, format, args);
    va_end(args);
    struct str copy = config_copy(config, (struct str){must(len < 0 ? NULL : text), (size_t)len});
    free(text);
    return copy;
}

struct str config_path(struct config *config, const struct config_value *value)
{
    const char *slash = config->file.data ? strrchr(config->file.data, '/') : NULL;
    if (!value->from_file || !slash || value->text.data[0] == '/')
        return config_copy(config, value->text);
    return config_fmt(config, "%.*s" STR_FMT, (int)(slash - config->file.data) + 1, config->file.data,
                      STR_ARG(value->text));
}

void config_error(struct config_errors *errors, const char *where, const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    int len = vasprintf(&text, format, args);
    va_end(args);
    buf_append_fmt(&errors->text, "%s: %s\n", where, len < 0 ? "out of memory" : text);
    if (len >= 0)
        free(text);
    errors->count++;
}

void config_errors_fini(struct config_errors *errors)
{
    buf_fini(&errors->text);
    errors->count = 0;
}

static bool wants_config(enum config_command command)
{
    return command == CONFIG_COMMAND_RUN || command == CONFIG_COMMAND_CHECK;
}

struct config *config_load(int argc, char *const argv[], enum config_command *command,
                           struct config_errors *errors)
{
    struct config *config = must(sb_calloc(1, sizeof *config));
    struct config_reader reader = {.config = config, .errors = errors};
    list_init(&reader.sections);
    config_read_flags(&reader, argc, argv);
    *command = reader.command;
    if (wants_config(reader.command)) {
        config_read_environment(&reader);
        config_read_file(&reader);
        config_apply_settings(&reader);
        config_build_sites(&reader);
    }
    if (wants_config(reader.command) && errors->count == 0)
        return config;
    config_free(config);
    return NULL;
}

void config_free(struct config *config)
{
    if (!config)
        return;
    while (config->blocks) {
        struct config_block *block = config->blocks;
        config->blocks = block->next;
        sb_free(block);
    }
    sb_free(config);
}

const struct config_site *config_site_by_id(const struct config *config, struct str id)
{
    for (size_t i = 0; i < config->sites_count; i++)
        if (str_eq(config->sites[i].id, id))
            return &config->sites[i];
    return NULL;
}

const struct config_team *config_team_by_id(const struct config_site *site, struct str id)
{
    for (size_t i = 0; i < site->teams_count; i++)
        if (str_eq(site->teams[i].id, id))
            return &site->teams[i];
    return NULL;
}

const struct config_agent *config_agent_by_id(const struct config_site *site, struct str id)
{
    for (size_t i = 0; i < site->agents_count; i++)
        if (str_eq(site->agents[i].id, id))
            return &site->agents[i];
    return NULL;
}

const struct config_agent *config_agent_by_email(const struct config_site *site, struct str email)
{
    for (size_t i = 0; i < site->agents_count; i++) {
        struct str known = site->agents[i].email;
        if (known.len == email.len && strncasecmp(known.data, email.data, email.len) == 0)
            return &site->agents[i];
    }
    return NULL;
}

bool config_agent_in_team(const struct config_agent *agent, struct str team_id)
{
    for (size_t i = 0; i < agent->teams_count; i++)
        if (str_eq(agent->teams[i], team_id))
            return true;
    return false;
}

static bool contains(const struct str *texts, size_t count, struct str text)
{
    for (size_t i = 0; i < count; i++)
        if (texts[i].data && str_eq(texts[i], text))
            return true;
    return false;
}

bool config_site_allows_origin(const struct config *config, const struct config_site *site, struct str origin)
{
    size_t self_count = sizeof config->self_origins / sizeof *config->self_origins;
    return origin.len > 0 && (contains(site->origins, site->origins_count, origin) ||
                              (site->origins_self && contains(config->self_origins, self_count, origin)));
}

bool config_any_site_allows_origin(const struct config *config, struct str origin)
{
    for (size_t i = 0; i < config->sites_count; i++)
        if (config_site_allows_origin(config, &config->sites[i], origin))
            return true;
    return false;
}

static struct str self_origin(struct config *config, const char *host)
{
    /* Browsers leave the scheme's own port out. */
    if (config->listen_port == 80)
        return config_fmt(config, "http://%s", host);
    return config_fmt(config, "http://%s:%u", host, (unsigned)config->listen_port);
}

void config_renew_self_origins(struct config *config)
{
    const char *host = config->listen_host.data;
    bool has_own_name =
        strcmp(host, "127.0.0.1") != 0 && strcmp(host, "0.0.0.0") != 0 && strcmp(host, "::") != 0;
    config->self_origins[0] = self_origin(config, "127.0.0.1");
    config->self_origins[1] = self_origin(config, "localhost");
    if (has_own_name)
        config->self_origins[2] =
            self_origin(config, config_fmt(config, config->listen_ipv6 ? "[%s]" : "%s", host).data);
}

void config_set_listen_port(struct config *config, uint16_t port)
{
    config->listen_port = port;
    config_renew_self_origins(config);
}

const char *config_redis_kind_str(enum config_redis_kind kind)
{
    static const char *const names[] = {"private", "tcp", "unix", "sentinel"};
    return names[kind];
}
