#include "store/cmd.h"

#include <string.h>

#include "base/buf.h"

static void cmd_push(struct cmd *cmd, const char *data, size_t len)
{
    if (cmd->argc == CMD_ARGS_MAX) {
        cmd->overflow = true;
        return;
    }
    cmd->argv[cmd->argc] = data;
    cmd->lens[cmd->argc++] = len;
}

/* What is put behind one another becomes one argument with scratch_end(). */
static size_t scratch_begin(const struct cmd *cmd)
{
    return cmd->scratch_used;
}

static void scratch_str(struct cmd *cmd, struct str text)
{
    if (text.len > CMD_SCRATCH_BYTES - cmd->scratch_used) {
        cmd->overflow = true;
        return;
    }
    if (text.len > 0)
        memcpy(cmd->scratch + cmd->scratch_used, text.data, text.len);
    cmd->scratch_used += text.len;
}

static void scratch_i64(struct cmd *cmd, int64_t number)
{
    char digits[DIGITS_MAX_BYTES];
    scratch_str(cmd, digits_of(number, digits));
}

static void scratch_word(struct cmd *cmd, struct str word)
{
    scratch_str(cmd, STR(" "));
    scratch_str(cmd, word);
}

static void scratch_end(struct cmd *cmd, size_t start)
{
    cmd_push(cmd, cmd->scratch + start, cmd->scratch_used - start);
}

void cmd_init(struct cmd *cmd, const char *verb)
{
    cmd->argc = 0;
    cmd->joined = 0;
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

void cmd_join(struct cmd *cmd, struct str more)
{
    cmd->joined |= (uint32_t)1 << (cmd->argc - 1);
    cmd_push(cmd, more.data, more.len);
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
    size_t start = scratch_begin(cmd);
    scratch_i64(cmd, value);
    scratch_end(cmd, start);
}

void cmd_event_id(struct cmd *cmd, const char *prefix, struct event_id id)
{
    size_t start = scratch_begin(cmd);
    scratch_str(cmd, str_from(prefix));
    scratch_i64(cmd, id.generation);
    scratch_str(cmd, STR("-"));
    scratch_i64(cmd, id.seq);
    scratch_end(cmd, start);
}

void cmd_message(struct cmd *cmd, struct str before, const struct event *event)
{
    size_t start = scratch_begin(cmd);
    scratch_str(cmd, before);
    scratch_i64(cmd, event->at_ms);
    scratch_word(cmd, str_from(proto_author_role_str(event->role)));
    scratch_word(cmd, event->by);
    scratch_word(cmd, event->custom_id);
    scratch_str(cmd, STR(" "));
    scratch_end(cmd, start);
    cmd_join(cmd, event->text);
}

static void scratch_part(struct cmd *cmd, struct str part)
{
    if (part.data)
        scratch_str(cmd, STR(":"));
    scratch_str(cmd, part);
}

static void scratch_tag(struct cmd *cmd, struct str site)
{
    scratch_str(cmd, STR("{"));
    scratch_str(cmd, site);
    scratch_str(cmd, STR("}"));
}

void cmd_key(struct cmd *cmd, struct str site, struct str a, struct str b, struct str c)
{
    size_t start = scratch_begin(cmd);
    scratch_tag(cmd, site);
    scratch_part(cmd, a);
    scratch_part(cmd, b);
    scratch_part(cmd, c);
    scratch_end(cmd, start);
}

void cmd_function(struct cmd *cmd, const char *name, struct str site, bool read_only)
{
    cmd_init(cmd, read_only ? "FCALL_RO" : "FCALL");
    size_t start = scratch_begin(cmd);
    scratch_str(cmd, STR("shopbell_"));
    scratch_str(cmd, str_from(name));
    scratch_end(cmd, start);
    cmd_cstr(cmd, "1");
    start = scratch_begin(cmd);
    scratch_tag(cmd, site);
    scratch_end(cmd, start);
}
