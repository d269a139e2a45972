#include "base/config_internal.h"

const struct config_setting_row config_setting_rows[SETTINGS_COUNT] = {
    [SETTING_CONFIG] = {"--config", "SHOPBELL_CONFIG", NULL, NULL},
    [SETTING_LISTEN] = {"--listen", "SHOPBELL_LISTEN", "listen", "127.0.0.1:8080"},
    [SETTING_DATA] = {"--data", "SHOPBELL_DATA", "data", "./shopbell-data"},
    [SETTING_REDIS] = {"--redis", "SHOPBELL_REDIS", "redis", NULL},
    [SETTING_WORKERS] = {"--workers", "SHOPBELL_WORKERS", "workers", "1"},
    [SETTING_LOG_LEVEL] = {NULL, "SHOPBELL_LOG_LEVEL", "log_level", "info"},
    [SETTING_DEMO] = {NULL, NULL, "demo", "off"},
    [SETTING_AGENT_GRACE] = {NULL, NULL, "agent_grace_ms", "8000"},
    [SETTING_CLOSE_TIMEOUT] = {NULL, NULL, "close_timeout_ms", "120000"},
    [SETTING_PING_INTERVAL] = {NULL, NULL, "ping_interval_ms", "15000"},
    [SETTING_IDLE_PING_INTERVAL] = {NULL, NULL, "idle_ping_interval_ms", "45000"},
    [SETTING_SESSION_RATE] = {NULL, NULL, "session_rate", "20"},
};

enum { MINUTE_MS = 60 * 1000, DAY_MS = 24 * 60 * MINUTE_MS };

static void apply_data(struct config_reader *reader, const struct config_value *value)
{
    if (value->text.len == 0)
        config_error(reader->errors, value->where,
                     "the data folder is empty; give a path such as ./shopbell-data");
    else
        reader->config->data_dir = config_path(reader->config, value);
}

static void apply_workers(struct config_reader *reader, const struct config_value *value)
{
    int64_t workers = 1;
    if (!config_parse_i64(reader, value, 1, 1024, &workers))
        return;
    if (workers > 1 && reader->config->listen_host.data && reader->config->listen_port == 0)
        config_error(reader->errors, value->where,
                     "%d workers share one port, so --listen must name it; port 0 is for one worker",
                     (int)workers);
    reader->config->workers = (int)workers;
}

static void apply_log_level(struct config_reader *reader, const struct config_value *value)
{
    if (!log_level_parse(value->text, &reader->config->log_level))
        config_error(reader->errors, value->where,
                     "log level \"" STR_FMT "\" is unknown; give debug, info, warn or error",
                     STR_ARG(value->text));
}

void config_apply_settings(struct config_reader *reader)
{
    struct config *config = reader->config;
    struct config_value *values = reader->settings;
    for (int setting = 0; setting < SETTINGS_COUNT; setting++)
        if (!values[setting].text.data)
            values[setting] = (struct config_value){.text = str_from(config_setting_rows[setting].fallback),
                                                    .where = "default"};
    if (config_parse_listen(reader, &values[SETTING_LISTEN]))
        config_renew_self_origins(config);
    if (values[SETTING_REDIS].text.data)
        config_parse_redis(reader, &values[SETTING_REDIS]);
    apply_data(reader, &values[SETTING_DATA]);
    apply_workers(reader, &values[SETTING_WORKERS]);
    apply_log_level(reader, &values[SETTING_LOG_LEVEL]);
    config_parse_bool(reader, &values[SETTING_DEMO], &config->demo);
    config_parse_i64(reader, &values[SETTING_AGENT_GRACE], 0, DAY_MS, &config->agent_grace_ms);
    config_parse_i64(reader, &values[SETTING_CLOSE_TIMEOUT], 1000, DAY_MS, &config->close_timeout_ms);
    config_parse_i64(reader, &values[SETTING_PING_INTERVAL], 1000, 10 * MINUTE_MS, &config->ping_interval_ms);
    config_parse_i64(reader, &values[SETTING_IDLE_PING_INTERVAL], 1000, 10 * MINUTE_MS,
                     &config->idle_ping_interval_ms);
    if (config->idle_ping_interval_ms < config->ping_interval_ms)
        config->idle_ping_interval_ms = config->ping_interval_ms;
    config_parse_i64(reader, &values[SETTING_SESSION_RATE], 10, CONFIG_SESSION_RATE_MAX,
                     &config->session_rate);
}
