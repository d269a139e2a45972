#include "store/cmd.h"

#include <stdio.h>

static void cmd_push(struct cmd *cmd, const char *data, size_t len)
{
    if (cmd->argc == CMD_ARGS_MAX) {
        cmd->overflow = true;
        return;
    }
    cmd->argv[cmd->argc] = data;
    cmd->lens[cmd->argc++] = len;
}

/* Keeps what was printed to the scratch as the next argument. */
static void cmd_keep(struct cmd *cmd, int printed)
{
    size_t room = CMD_SCRATCH_BYTES - cmd->scratch_used;
    if (printed < 0 || (size_t)printed >= room) {
        cmd->overflow = true;
        return;
    }
    cmd_push(cmd, cmd->scratch + cmd->scratch_used, (size_t)printed);
    cmd->scratch_used += (size_t)printed;
}

void cmd_init(struct cmd *cmd, const char *verb)
{
    cmd->argc = 0;
    cmd->overflow = false;
    cmd->scratch_used = 0;
    cmd_cstr(cmd, verb);
}

void cmd_arg(struct cmd *cmd, struct str value)
{
    cmd_push(cmd, value.data ? value.data : "", value.len);
}

void cmd_cstr(struct cmd *cmd, const char *value)
{
    cmd_push(cmd, value, strlen(value));
}

void cmd_pair(struct cmd *cmd, const char *name, struct str value)
{
    if (!value.data)
        return;
    cmd_cstr(cmd, name);
    cmd_arg(cmd, value);
}

void cmd_i64(struct cmd *cmd, int64_t value)
{
    cmd_keep(cmd, snprintf(cmd->scratch + cmd->scratch_used, CMD_SCRATCH_BYTES - cmd->scratch_used, "%lld",
                           (long long)value));
}

void cmd_event_id(struct cmd *cmd, const char *prefix, struct event_id id)
{
    cmd_keep(cmd, snprintf(cmd->scratch + cmd->scratch_used, CMD_SCRATCH_BYTES - cmd->scratch_used,
                           "%s%lld-%lld", prefix, (long long)id.generation, (long long)id.seq));
}

void cmd_key(struct cmd *cmd, struct str site, struct str a, struct str b, struct str c)
{
    cmd_keep(cmd, snprintf(cmd->scratch + cmd->scratch_used, CMD_SCRATCH_BYTES - cmd->scratch_used,
                           "{" STR_FMT "}:" STR_FMT "%s" STR_FMT "%s" STR_FMT, STR_ARG(site), STR_ARG(a),
                           b.data ? ":" : "", STR_ARG(b), c.data ? ":" : "", STR_ARG(c)));
}

void cmd_function(struct cmd *cmd, const char *name, struct str site, bool read_only)
{
    cmd_init(cmd, read_only ? "FCALL_RO" : "FCALL");
    cmd_keep(cmd, snprintf(cmd->scratch + cmd->scratch_used, CMD_SCRATCH_BYTES - cmd->scratch_used,
                           "shopbell_%s", name));
    cmd_cstr(cmd, "1");
    cmd_keep(cmd, snprintf(cmd->scratch + cmd->scratch_used, CMD_SCRATCH_BYTES - cmd->scratch_used,
                           "{" STR_FMT "}", STR_ARG(site)));
}
