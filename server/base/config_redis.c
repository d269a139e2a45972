/* The Redis URL: redis://, unix: or sentinel://. */
#include "base/config_internal.h"

/* The longest path a unix socket's address can hold, with its NUL (unix(7)). */
enum {
    UNIX_PATH_MAX_BYTES = 108,
    REDIS_DEFAULT_PORT = 6379,
    SENTINEL_DEFAULT_PORT = 26379,
    REDIS_DB_MAX = 1000000
};

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* RFC 3986 section 2.1, for user and password. New; data == NULL when it is no valid encoding. */
static struct str percent_decode(struct config *config, struct str text)
{
    struct str copy = config_copy(config, text);
    char *out = (char *)(uintptr_t)copy.data; /* ours: just made */
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] != '%') {
            out[len++] = text.data[i];
            continue;
        }
        int high = i + 2 < text.len ? hex_digit(text.data[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(text.data[i + 2]) : -1;
        if (low < 0)
            return (struct str){0};
        out[len++] = (char)(high << 4 | low);
        i += 2;
    }
    out[len] = '\0';
    return (struct str){out, len};
}

/* Takes what stands before the first mark, and the mark, off the text; without a mark takes it all. */
static struct str take_until(struct str *text, char mark)
{
    const char *found = memchr(text->data, mark, text->len);
    struct str head = {text->data, found ? (size_t)(found - text->data) : text->len};
    size_t taken = found ? head.len + 1 : head.len;
    *text = (struct str){text->data + taken, text->len - taken};
    return head;
}

static bool parse_userinfo(struct config *config, struct str text)
{
    if (!memchr(text.data, ':', text.len))
        return false;
    struct str user = take_until(&text, ':');
    if (user.len > 0 && !(config->redis.user = percent_decode(config, user)).data)
        return false;
    return (config->redis.password = percent_decode(config, text)).data != NULL;
}

/* Takes "user:password@" off the text, when it is there. */
static const char *take_userinfo(struct config *config, struct str *text)
{
    const char *at = memrchr(text->data, '@', text->len);
    if (!at)
        return NULL;
    struct str userinfo = {text->data, (size_t)(at - text->data)};
    *text = (struct str){at + 1, text->len - userinfo.len - 1};
    return parse_userinfo(config, userinfo) ? NULL
                                            : "what stands before the @ is not user:password with %-escapes";
}

static const char *parse_endpoint(struct config *config, struct str text, uint16_t default_port,
                                  struct config_endpoint *out)
{
    struct str host, port;
    int64_t number = default_port;
    if (!config_split_host(text, &host, &port) || host.len == 0)
        return "it needs a host, or host:port, with an IPv6 address in brackets";
    if ((port.len && !config_read_number(port, 65535, &number)) || number == 0)
        return "a port is a number from 1 to 65535";
    *out = (struct config_endpoint){.host = config_copy(config, host), .port = (uint16_t)number};
    return NULL;
}

static const char *parse_db(struct config *config, struct str text)
{
    int64_t number = 0;
    if (text.len && !config_read_number(text, REDIS_DB_MAX, &number))
        return "the database is a number";
    config->redis.db = (int)number;
    return NULL;
}

/* What follows redis:// */
static const char *parse_tcp(struct config *config, struct str text)
{
    config->redis.kind = CONFIG_REDIS_TCP;
    const char *wrong = take_userinfo(config, &text);
    struct str server = take_until(&text, '/');
    if (!wrong)
        wrong = parse_endpoint(config, server, REDIS_DEFAULT_PORT, &config->redis.server);
    return wrong ? wrong : parse_db(config, text);
}

/* What follows unix: */
static const char *parse_unix(struct config *config, struct str path)
{
    config->redis.kind = CONFIG_REDIS_UNIX;
    config->redis.path = config_copy(config, path);
    return path.len > 0 && path.len < UNIX_PATH_MAX_BYTES ? NULL : "the path is empty or too long";
}

static const char *parse_sentinels(struct config *config, struct str list)
{
    struct config_redis *redis = &config->redis;
    redis->sentinels = config_alloc(config, CONFIG_SENTINELS_MAX * sizeof *redis->sentinels);
    do {
        if (redis->sentinels_count == CONFIG_SENTINELS_MAX)
            return "it names more than 16 Sentinels";
        const char *wrong = parse_endpoint(config, take_until(&list, ','), SENTINEL_DEFAULT_PORT,
                                           &redis->sentinels[redis->sentinels_count++]);
        if (wrong)
            return wrong;
    } while (list.len > 0);
    return NULL;
}

/* As Sentinel itself takes it for a master's name. */
static bool master_name_valid(struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && c != '.' && c != '-' && c != '_')
            return false;
    }
    return name.len > 0 && name.len <= CONFIG_MASTER_NAME_MAX_BYTES;
}

/* What follows sentinel:// */
static const char *parse_sentinel(struct config *config, struct str text)
{
    config->redis.kind = CONFIG_REDIS_SENTINEL;
    const char *wrong = take_userinfo(config, &text);
    struct str list = take_until(&text, '/'), name = take_until(&text, '?');
    if (!wrong)
        wrong = parse_sentinels(config, list);
    if (wrong)
        return wrong;
    if (!master_name_valid(name))
        return "after the Sentinels and a / it needs the master's name, of letters, digits and . - _";
    config->redis.master = config_copy(config, name);
    if (text.len > 0 && !config_take_prefix(&text, "db="))
        return "after the ? there is only db=NUMBER";
    return parse_db(config, text);
}

bool config_parse_redis(struct config_reader *reader, const struct config_value *value)
{
    struct str rest = value->text;
    const char *wrong = "it begins with none of redis://, unix: and sentinel://";
    if (config_take_prefix(&rest, "redis://"))
        wrong = parse_tcp(reader->config, rest);
    else if (config_take_prefix(&rest, "unix:"))
        wrong = parse_unix(reader->config, rest);
    else if (config_take_prefix(&rest, "sentinel://"))
        wrong = parse_sentinel(reader->config, rest);
    if (!wrong)
        return true;
    /* The text is not repeated: it may hold a password. */
    config_error(
        reader->errors, value->where,
        "the Redis URL does not do: %s; give redis://[user:password@]host:port/db with %%-escapes in "
        "user and password, unix:/path of at most %d bytes, or "
        "sentinel://[user:password@]host:port,host:port/name?db=N, or leave it out for a private "
        "Redis",
        wrong, UNIX_PATH_MAX_BYTES - 1);
    return false;
}
