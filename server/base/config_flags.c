#include <stdlib.h>

#include "base/config_internal.h"

static const struct {
    const char *flag;
    enum config_command command;
} command_flags[] = {
    {"--check-config", CONFIG_COMMAND_CHECK},
    {"--version", CONFIG_COMMAND_VERSION},
    {"--help", CONFIG_COMMAND_HELP},
    {"-h", CONFIG_COMMAND_HELP},
    {"--hash-password", CONFIG_COMMAND_HASH_PASSWORD},
};

enum { COMMAND_FLAGS_COUNT = sizeof command_flags / sizeof *command_flags };

static bool read_command_flag(struct config_reader *reader, const char *argument)
{
    for (int i = 0; i < COMMAND_FLAGS_COUNT; i++) {
        if (strcmp(argument, command_flags[i].flag) != 0)
            continue;
        if (reader->command != CONFIG_COMMAND_RUN && reader->command != command_flags[i].command)
            config_error(reader->errors, argument,
                         "does not go with what was asked for before it; give one of them");
        reader->command = command_flags[i].command;
        return true;
    }
    return false;
}

/* The setting whose flag this is, as "--flag" or "--flag=value"; SETTINGS_COUNT: none. */
static int find_flag(struct str name)
{
    int setting = 0;
    while (setting < SETTINGS_COUNT &&
           !(config_setting_rows[setting].flag && str_eq_c(name, config_setting_rows[setting].flag)))
        setting++;
    return setting;
}

static void set_flag(struct config_reader *reader, int setting, const char *value)
{
    const char *flag = config_setting_rows[setting].flag;
    if (reader->settings[setting].text.data)
        config_error(reader->errors, flag, "was given twice; give it once");
    reader->settings[setting] = (struct config_value){.text = str_from(value), .where = flag};
}

/* Returns how many of argv it took beyond the first. */
static int read_setting_flag(struct config_reader *reader, const char *argument, const char *next)
{
    const char *equals = strchr(argument, '=');
    struct str name = {argument, equals ? (size_t)(equals - argument) : strlen(argument)};
    int setting = find_flag(name);
    if (setting == SETTINGS_COUNT) {
        config_error(reader->errors, argument, "is not a flag of this program; --help lists them");
        return 0;
    }
    if (equals) {
        set_flag(reader, setting, equals + 1);
        return 0;
    }
    if (!next) {
        config_error(reader->errors, argument, "has no value; give one after it");
        return 0;
    }
    set_flag(reader, setting, next);
    return 1;
}

void config_read_flags(struct config_reader *reader, int argc, char *const argv[])
{
    for (int i = 1; i < argc; i++)
        if (!read_command_flag(reader, argv[i]))
            i += read_setting_flag(reader, argv[i], i + 1 < argc ? argv[i + 1] : NULL);
}

void config_read_environment(struct config_reader *reader)
{
    for (int setting = 0; setting < SETTINGS_COUNT; setting++) {
        const char *variable = config_setting_rows[setting].variable;
        const char *value = variable ? getenv(variable) : NULL;
        if (value && !reader->settings[setting].text.data)
            reader->settings[setting] = (struct config_value){.text = str_from(value), .where = variable};
    }
}
