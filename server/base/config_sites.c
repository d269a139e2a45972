/* The sections of the file into sites with their teams and agents, and whether all that refers to each other
 * is there. */
#include "base/config_internal.h"
#include "base/crypto.h"

#define DEFAULT_ACCENT "#0f6b4f"
#define DEMO_SITE "demo"

enum { DEFAULT_CAPACITY = 4, NAME_IS_OPTIONAL = 0, NAME_IS_REQUIRED = 1 };

/* struct config_section *section_, each of this kind (and site, unless data == NULL). */
#define FOR_EACH_SECTION(section_, reader, kind_, site_)                                                     \
    for (struct config_section *section_ = next_section(reader, NULL, kind_, site_); section_;               \
         section_ = next_section(reader, section_, kind_, site_))

static struct config_section *next_section(struct config_reader *reader, struct config_section *after,
                                           enum config_section_kind kind, struct str site_id)
{
    struct list_node *node = after ? after->node.next : reader->sections.head.next;
    for (; node != &reader->sections.head; node = node->next) {
        struct config_section *section = container_of(node, struct config_section, node);
        if (section->kind == kind && (!site_id.data || str_eq(section->site_id, site_id)))
            return section;
    }
    return NULL;
}

static size_t count_sections(struct config_reader *reader, enum config_section_kind kind, struct str site_id)
{
    size_t count = 0;
    FOR_EACH_SECTION(section, reader, kind, site_id)
    count++;
    return count;
}

static const struct str any_site = {NULL, 0};

static struct str read_name(struct config_reader *reader, const struct config_section *section, int key,
                            const char *what, int required)
{
    const struct config_value *value = &section->values[key];
    if (required && value->text.len == 0)
        config_error(reader->errors, value->text.data ? value->where : section->where,
                     "%s is missing; give it, as people shall read it", what);
    if (value->text.len > CONFIG_NAME_MAX_BYTES)
        config_error(reader->errors, value->where, "%s is longer than %d bytes; shorten it", what,
                     CONFIG_NAME_MAX_BYTES);
    return value->text.data ? value->text : STR("");
}

static void read_origins(struct config_reader *reader, const struct config_section *section,
                         struct config_site *site)
{
    const struct config_value *value = &section->values[SITE_ORIGINS];
    struct str rest = value->text, word;
    /* Each origin takes a blank at least, so there is room for all. */
    site->origins = config_alloc(reader->config, (rest.len / 2 + 1) * sizeof *site->origins);
    while (rest.data && config_next_word(&rest, &word)) {
        if (str_eq_c(word, "self"))
            site->origins_self = true;
        else if (config_check_origin(reader, value->where, word))
            site->origins[site->origins_count++] = config_copy(reader->config, word);
    }
    if (!value->text.len)
        config_error(
            reader->errors, section->where,
            "origins is missing; list the pages' origins, such as: origins = self https://shop.example.com");
}

static struct str lower_case(struct config *config, struct str text)
{
    struct str copy = config_copy(config, text);
    char *bytes = (char *)(uintptr_t)copy.data; /* ours: just made */
    for (size_t i = 0; i < copy.len; i++)
        if (bytes[i] >= 'A' && bytes[i] <= 'Z')
            bytes[i] = (char)(bytes[i] - 'A' + 'a');
    return copy;
}

static bool is_colour(struct str text)
{
    return text.len == 7 && text.data[0] == '#' && strspn(text.data + 1, "0123456789abcdef") == 6;
}

static void read_accent(struct config_reader *reader, const struct config_section *section,
                        struct config_site *site)
{
    const struct config_value *value = &section->values[SITE_ACCENT];
    site->accent = value->text.data ? lower_case(reader->config, value->text) : STR(DEFAULT_ACCENT);
    if (!is_colour(site->accent))
        config_error(reader->errors, value->where,
                     "\"" STR_FMT "\" is no colour; give one as " DEFAULT_ACCENT, STR_ARG(value->text));
}

static void read_teams(struct config_reader *reader, struct config_site *site)
{
    size_t count = count_sections(reader, SECTION_TEAM, site->id);
    site->teams = config_alloc(reader->config, count * sizeof *site->teams);
    FOR_EACH_SECTION(section, reader, SECTION_TEAM, site->id)
    {
        struct config_team *team = &site->teams[site->teams_count++];
        team->id = config_copy(reader->config, section->id);
        team->name = read_name(reader, section, TEAM_NAME, "the team's name", NAME_IS_REQUIRED);
        config_read_routing(reader, section, team);
    }
    size_t i = 0;
    FOR_EACH_SECTION(section, reader, SECTION_TEAM, site->id)
    config_read_overflow(reader, section, site, &site->teams[i++]);
}

static void read_default_team(struct config_reader *reader, const struct config_section *section,
                              struct config_site *site)
{
    const struct config_value *value = &section->values[SITE_DEFAULT_TEAM];
    if (site->teams_count == 0)
        config_error(reader->errors, section->where, "site %s has no team; add a section [team %s/support]",
                     site->id.data, site->id.data);
    else if (!value->text.data && site->teams_count == 1)
        site->default_team = site->teams[0].id;
    else if (!value->text.data)
        config_error(reader->errors, section->where,
                     "default_team is missing; name the team that shoppers come to first");
    else if (!config_team_by_id(site, value->text))
        config_error(reader->errors, value->where,
                     "there is no team %s; add a section [team %s/%s] or name another", value->text.data,
                     site->id.data, value->text.data);
    site->default_team = value->text.data ? value->text : site->default_team;
}

static void read_agent_teams(struct config_reader *reader, const struct config_section *section,
                             const struct config_site *site, struct config_agent *agent)
{
    const struct config_value *value = &section->values[AGENT_TEAMS];
    struct str rest = value->text, word;
    agent->teams = config_alloc(reader->config, (rest.len / 2 + 1) * sizeof *agent->teams);
    while (rest.data && config_next_word(&rest, &word)) {
        const struct config_team *team = config_team_by_id(site, word);
        if (!team)
            config_error(reader->errors, value->where,
                         "there is no team " STR_FMT "; add a section [team %s/" STR_FMT "] or name another",
                         STR_ARG(word), site->id.data, STR_ARG(word));
        else if (config_agent_in_team(agent, team->id))
            config_error(reader->errors, value->where, "team %s is listed twice; list it once",
                         team->id.data);
        else
            agent->teams[agent->teams_count++] = team->id;
    }
    if (!value->text.len)
        config_error(reader->errors, section->where, "teams is missing; list at least one team of site %s",
                     site->id.data);
}

static bool is_email(struct str text)
{
    const char *at = text.len ? memchr(text.data, '@', text.len) : NULL;
    size_t before = at ? (size_t)(at - text.data) : 0;
    return at && before > 0 && before + 1 < text.len && text.len <= 254 &&
           strcspn(text.data, " \t") == text.len && !memchr(at + 1, '@', text.len - before - 1);
}

static void read_email(struct config_reader *reader, const struct config_section *section,
                       const struct config_site *site, struct config_agent *agent)
{
    const struct config_value *value = &section->values[AGENT_EMAIL];
    struct str email = lower_case(reader->config, value->text);
    const char *where = value->text.data ? value->where : section->where;
    const struct config_agent *other = email.len ? config_agent_by_email(site, email) : NULL;
    if (!is_email(email))
        config_error(reader->errors, where,
                     "the agent's email is missing or is none; give the one to log in with");
    else if (other && other != agent)
        config_error(reader->errors, where, "agent %s has this email too; give each agent one of their own",
                     other->id.data);
    agent->email = email;
}

static void read_password(struct config_reader *reader, const struct config_section *section,
                          struct config_agent *agent)
{
    const struct config_value *value = &section->values[AGENT_PASSWORD];
    agent->password_hash = value->text.data ? value->text : STR("");
    /* The value is not repeated: people may have put the password itself there. */
    if (!crypto_password_hash_valid(agent->password_hash.data))
        config_error(
            reader->errors, value->text.data ? value->where : section->where,
            "password is missing or is no hash of this program; put there what `shopbell --hash-password` "
            "prints");
}

static void read_agent(struct config_reader *reader, const struct config_section *section,
                       struct config_site *site)
{
    struct config_agent *agent = &site->agents[site->agents_count];
    int64_t capacity = DEFAULT_CAPACITY;
    agent->id = config_copy(reader->config, section->id);
    agent->name = read_name(reader, section, AGENT_NAME, "the agent's name", NAME_IS_REQUIRED);
    agent->title = read_name(reader, section, AGENT_TITLE, "title", NAME_IS_OPTIONAL);
    read_email(reader, section, site, agent);
    read_password(reader, section, agent);
    read_agent_teams(reader, section, site, agent);
    if (section->values[AGENT_PHOTO].text.data)
        config_read_photo(reader, &section->values[AGENT_PHOTO], &agent->photo);
    if (section->values[AGENT_CAPACITY].text.data)
        config_parse_i64(reader, &section->values[AGENT_CAPACITY], 1, CONFIG_CAPACITY_MAX, &capacity);
    agent->capacity = (int)capacity;
    site->agents_count++;
}

static void read_site(struct config_reader *reader, const struct config_section *section,
                      struct config_site *site)
{
    site->id = config_copy(reader->config, section->site_id);
    site->name = read_name(reader, section, SITE_NAME, "the site's name", NAME_IS_REQUIRED);
    read_origins(reader, section, site);
    read_accent(reader, section, site);
    read_teams(reader, site);
    read_default_team(reader, section, site);
    size_t count = count_sections(reader, SECTION_AGENT, site->id);
    site->agents = config_alloc(reader->config, count * sizeof *site->agents);
    FOR_EACH_SECTION(agent, reader, SECTION_AGENT, site->id)
    read_agent(reader, agent, site);
}

static void check_owner(struct config_reader *reader, enum config_section_kind kind, const char *what)
{
    FOR_EACH_SECTION(section, reader, kind, any_site)
    {
        if (!config_site_by_id(reader->config, section->site_id))
            config_error(reader->errors, section->where,
                         "this %s belongs to site " STR_FMT ", which is nowhere; add a section [site " STR_FMT
                         "]",
                         what, STR_ARG(section->site_id), STR_ARG(section->site_id));
    }
}

void config_build_sites(struct config_reader *reader)
{
    struct config *config = reader->config;
    size_t count = count_sections(reader, SECTION_SITE, any_site);
    config->sites = config_alloc(config, count * sizeof *config->sites);
    FOR_EACH_SECTION(section, reader, SECTION_SITE, any_site)
    read_site(reader, section, &config->sites[config->sites_count++]);
    check_owner(reader, SECTION_TEAM, "team");
    check_owner(reader, SECTION_AGENT, "agent");
    if (!reader->settings[SETTING_CONFIG].text.data)
        config_error(reader->errors, "--config",
                     "no file is given, so there is no site; give --config FILE with a "
                     "section [site ID]");
    else if (config->file.data && count == 0)
        config_error(reader->errors, config->file.data, "there is no site; add a section [site ID]");
    else if (config->demo && !config_site_by_id(config, STR(DEMO_SITE)))
        config_error(reader->errors, reader->settings[SETTING_DEMO].where,
                     "the demo store needs a site of its own; add a section [site " DEMO_SITE
                     "] or set demo = off");
}
