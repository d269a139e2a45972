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

void config_read_routing(struct config_reader *reader, const struct config_section *section,
                         struct config_team *team)
{
    team->priority = (int)read_number(reader, &section->values[TEAM_PRIORITY], CONFIG_PRIORITY_MAX, 0);
}
