/* How a team's conversations are given out; the rules themselves are Redis functions (store/functions). */
#include "base/config_internal.h"

/* The number under a key, or the fallback. */
static int64_t read_number(struct config_reader *reader, const struct config_value *value, int64_t most,
                           int64_t fallback)
{
    int64_t number = fallback;
    if (value->text.data)
        config_parse_i64(reader, value, 0, most, &number);
    return number;
}

static bool read_manual(struct config_reader *reader, const struct config_value *value)
{
    bool manual = str_eq_c(value->text, "manual");
    if (value->text.data && !manual && !str_eq_c(value->text, "auto"))
        config_error(reader->errors, value->where, "\"" STR_FMT "\" does not do; give auto or manual",
                     STR_ARG(value->text));
    return manual;
}

void config_read_routing(struct config_reader *reader, const struct config_section *section,
                         struct config_team *team)
{
    team->priority = (int)read_number(reader, &section->values[TEAM_PRIORITY], CONFIG_PRIORITY_MAX, 0);
    team->manual = read_manual(reader, &section->values[TEAM_ROUTING]);
    team->queue_limit = read_number(reader, &section->values[TEAM_QUEUE_LIMIT], CONFIG_QUEUE_LIMIT_MAX, -1);
    team->overflow_after_ms =
        read_number(reader, &section->values[TEAM_OVERFLOW_AFTER], CONFIG_ROUTING_WAIT_MAX_MS, -1);
    team->adviser_wait_ms =
        read_number(reader, &section->values[TEAM_ADVISER_WAIT], CONFIG_ROUTING_WAIT_MAX_MS, 0);
}

void config_read_overflow(struct config_reader *reader, const struct config_section *section,
                          const struct config_site *site, struct config_team *team)
{
    const struct config_value *to = &section->values[TEAM_OVERFLOW_TEAM],
                              *after = &section->values[TEAM_OVERFLOW_AFTER];
    const struct config_team *other = to->text.data ? config_team_by_id(site, to->text) : NULL;
    if (to->text.data && !other)
        config_error(reader->errors, to->where,
                     "there is no team %s; add a section [team %s/%s] or name another", to->text.data,
                     site->id.data, to->text.data);
    else if (other == team)
        config_error(reader->errors, to->where, "a team cannot overflow to itself; name another");
    else if (other)
        team->overflow_team = other->id;
    if (after->text.data && !to->text.data)
        config_error(reader->errors, after->where,
                     "overflow_after_ms says when, but not where to; name an overflow_team too");
}
