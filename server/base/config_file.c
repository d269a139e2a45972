/* The INI file into texts with their places, by inih.
 *
 * inih calls back for values only and knows no line numbers as Debian builds it, so lines are fed to it one
 * by one: the feeder counts them, notes whether one is indented (which makes it the continuation of the one
 * before), and takes the section headers itself, whole, where inih would cut them at 50 characters. */
#include <errno.h>
#include <ini.h>
#include <stdio.h>

#include "base/config_internal.h"
#include "base/utf8.h"

static const char *const section_names[SECTION_KINDS_COUNT] = {"server", "site", "team", "agent"};

static const char *const section_keys[SECTION_KINDS_COUNT][SECTION_KEYS_MAX] = {
    [SECTION_SITE] = {[SITE_NAME] = "name",
                      [SITE_ORIGINS] = "origins",
                      [SITE_ACCENT] = "accent",
                      [SITE_DEFAULT_TEAM] = "default_team"},
    [SECTION_TEAM] = {[TEAM_NAME] = "name",
                      [TEAM_PRIORITY] = "priority",
                      [TEAM_QUEUE_LIMIT] = "queue_limit",
                      [TEAM_OVERFLOW_TEAM] = "overflow_team",
                      [TEAM_OVERFLOW_AFTER] = "overflow_after_ms",
                      [TEAM_ADVISER_WAIT] = "adviser_wait_ms",
                      [TEAM_ROUTING] = "routing"},
    [SECTION_AGENT] = {[AGENT_NAME] = "name",
                       [AGENT_TITLE] = "title",
                       [AGENT_EMAIL] = "email",
                       [AGENT_PHOTO] = "photo",
                       [AGENT_TEAMS] = "teams",
                       [AGENT_CAPACITY] = "capacity",
                       [AGENT_PASSWORD] = "password"},
};

struct file_reader {
    struct config_reader *reader;
    FILE *file;
    int line;
    bool indented;
    struct config_section *section; /* NULL: none yet, or one that is in error */
    bool in_bad_section;            /* its keys are passed over; one error is enough */
};

static const char *here(const struct file_reader *file)
{
    struct config *config = file->reader->config;
    return config_fmt(config, "%s:%d", config->file.data, file->line).data;
}

#define FILE_ERROR(file, ...) config_error((file)->reader->errors, here(file), __VA_ARGS__)

static bool same_section(const struct config_section *a, const struct config_section *b)
{
    return a->kind == b->kind && str_eq(a->site_id, b->site_id) && str_eq(a->id, b->id);
}

static struct config_section *find_same(const struct config_reader *reader,
                                        const struct config_section *section)
{
    list_for_each_safe(node, &reader->sections) {
        struct config_section *other = container_of(node, struct config_section, node);
        if (same_section(other, section))
            return other;
    }
    return NULL;
}

/* "site demo" and "agent demo/maya" into kind and ids; the rest must be nothing. */
static bool parse_section_name(struct str title, struct config_section *section)
{
    struct str rest = title, kind, ids = {"", 0}, more;
    if (!config_next_word(&rest, &kind))
        return false;
    config_next_word(&rest, &ids);
    int index = 0;
    while (index < SECTION_KINDS_COUNT && !str_eq_c(kind, section_names[index]))
        index++;
    if (index == SECTION_KINDS_COUNT || config_next_word(&rest, &more))
        return false;
    section->kind = (enum config_section_kind)index;
    if (section->kind == SECTION_SERVER)
        return ids.len == 0;
    const char *slash = ids.len ? memchr(ids.data, '/', ids.len) : NULL;
    size_t site_len = slash ? (size_t)(slash - ids.data) : ids.len;
    section->site_id = (struct str){ids.data, site_len};
    if (slash)
        section->id = (struct str){slash + 1, ids.len - site_len - 1};
    bool wants_id = section->kind != SECTION_SITE;
    return config_id_valid(section->site_id) && wants_id == (slash != NULL) &&
           (!wants_id || config_id_valid(section->id));
}

static void begin_section(struct file_reader *file, struct str title)
{
    struct config *config = file->reader->config;
    struct config_section *section = config_alloc(config, sizeof *section);
    title = config_copy(config, title);
    file->section = NULL;
    file->in_bad_section = true;
    if (!parse_section_name(title, section)) {
        FILE_ERROR(file,
                   "section [%s] is unknown; write [server], [site ID], [team SITE/ID] or [agent SITE/ID], "
                   "with ids of "
                   "1 to %d characters from a-z, 0-9 and -",
                   title.data, CONFIG_ID_MAX_BYTES);
        return;
    }
    struct config_section *same = find_same(file->reader, section);
    if (same) {
        FILE_ERROR(file, "section [%s] was already begun at %s; put its keys together there", title.data,
                   same->where);
        return;
    }
    section->where = here(file);
    list_push_back(&file->reader->sections, &section->node);
    file->section = section;
    file->in_bad_section = false;
}

/* Takes a "[section]" line, and leaves one that inih accepts. */
static void feed_section(struct file_reader *file, char *line)
{
    char *end = strchr(line, ']');
    if (end)
        begin_section(file, (struct str){line + 1, (size_t)(end - line) - 1});
    else
        FILE_ERROR(file, "the section's closing ] is missing; add it");
    strcpy(line, "[s]\n");
}

static void skip_rest_of_line(FILE *file)
{
    int c;
    while ((c = getc(file)) != EOF && c != '\n')
        ;
}

static char *feed_line_cb(char *line, int cap, void *context)
{
    struct file_reader *file = context;
    if (!fgets(line, cap, file->file))
        return NULL;
    file->line++;
    file->indented = line[0] == ' ' || line[0] == '\t';
    size_t len = strlen(line);
    if (len + 1 == (size_t)cap && line[len - 1] != '\n') {
        FILE_ERROR(file,
                   "the line is longer than %d characters; go on in further lines that begin with a blank",
                   cap - 2);
        skip_rest_of_line(file->file);
        strcpy(line, ";\n");
    } else if (line[0] == '[') {
        feed_section(file, line);
    } else if (file->indented && line[strspn(line, " \t")] == '[') {
        FILE_ERROR(file, "a section begins in the first column; take away the blanks before [");
        strcpy(line, ";\n");
    }
    return line;
}

static struct config_value *find_slot(struct file_reader *file, const char *name)
{
    for (int i = 0; file->section->kind == SECTION_SERVER && i < SETTINGS_COUNT; i++)
        if (config_setting_rows[i].key && strcmp(config_setting_rows[i].key, name) == 0)
            return &file->reader->settings[i];
    for (int i = 0; i < SECTION_KEYS_MAX; i++)
        if (section_keys[file->section->kind][i] && strcmp(section_keys[file->section->kind][i], name) == 0)
            return &file->section->values[i];
    return NULL;
}

static bool is_list(const struct file_reader *file, const struct config_value *slot)
{
    const struct config_section *section = file->section;
    return (section->kind == SECTION_SITE && slot == &section->values[SITE_ORIGINS]) ||
           (section->kind == SECTION_AGENT && slot == &section->values[AGENT_TEAMS]);
}

static bool is_clean(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.data[i] < 0x20 && text.data[i] != '\t')
            return false;
    return utf8_valid(text);
}

/* A slot that is taken already: by a flag or variable, which win; by a line above that this one continues; or
 * wrongly. */
static void on_taken(struct file_reader *file, struct config_value *slot, const char *name, const char *value)
{
    struct config *config = file->reader->config;
    if (!slot->from_file)
        return;
    if (file->indented && is_list(file, slot))
        slot->text = config_fmt(config, "%s %s", slot->text.data, value);
    else if (file->indented)
        FILE_ERROR(
            file,
            "an indented line continues the one above, but %s is a single value; begin each key in the "
            "first column",
            name);
    else
        FILE_ERROR(file, "%s was already given at %s; give it once", name, slot->where);
}

static void on_value(struct file_reader *file, const char *name, const char *value)
{
    if (!file->section) {
        if (!file->in_bad_section)
            FILE_ERROR(file, "%s stands before any section; put [server] or another section above it", name);
        return;
    }
    struct config_value *slot = find_slot(file, name);
    if (!slot)
        FILE_ERROR(file, "[%s] has no key %s; correct or remove it", section_names[file->section->kind],
                   name);
    else if (!is_clean(str_from(value)))
        FILE_ERROR(file, "%s has control characters or bytes that are not UTF-8; save the file as UTF-8",
                   name);
    else if (slot->text.data)
        on_taken(file, slot, name, value);
    else
        *slot = (struct config_value){config_copy(file->reader->config, str_from(value)), here(file), true};
}

static int value_cb(void *context, const char *section, const char *name, const char *value)
{
    on_value(context, name, value ? value : "");
    return 1;
}

void config_read_file(struct config_reader *reader)
{
    const struct config_value *path = &reader->settings[SETTING_CONFIG];
    if (!path->text.data)
        return;
    struct file_reader file = {.reader = reader, .file = fopen(path->text.data, "re")};
    if (!file.file) {
        config_error(reader->errors, path->where, "cannot open %s: %s; give the path of a readable file",
                     path->text.data, strerror(errno));
        return;
    }
    reader->config->file = config_copy(reader->config, path->text);
    int bad_line = ini_parse_stream(feed_line_cb, &file, value_cb, &file);
    if (ferror(file.file))
        config_error(reader->errors, path->text.data, "cannot be read; give a readable file, not a folder");
    fclose(file.file);
    if (bad_line <= 0)
        return;
    file.line = bad_line;
    FILE_ERROR(
        &file,
        "this is no [section], no key = value and no ; comment; correct it (only the first such line is "
        "named)");
}
