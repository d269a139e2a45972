#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/config.h"
#include "base/crypto.h"

#define HASH                                                                                                 \
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define SITE "[site demo]\nname = Nordlicht\norigins = self https://shop.example.com\n"
#define TEAM "[team demo/support]\nname = Customer care\n"
#define AGENT                                                                                                \
    "[agent demo/maya]\nname = Maya\nemail = Maya@Demo.example\nteams = support\npassword = " HASH "\n"

static char folder[] = "/tmp/shopbell-config-XXXXXX";
static char conf_path[64], photo_path[64];
static struct config_errors errors;
static struct config *config;
static enum config_command command;

static int start_group(void **state)
{
    if (!mkdtemp(folder) || !crypto_init())
        return -1;
    snprintf(conf_path, sizeof conf_path, "%s/shop.conf", folder);
    snprintf(photo_path, sizeof photo_path, "%s/maya.img", folder);
    return 0;
}

static int finish_group(void **state)
{
    unlink(conf_path);
    unlink(photo_path);
    return rmdir(folder);
}

static int finish(void **state)
{
    static const char *const variables[] = {"SHOPBELL_LISTEN",  "SHOPBELL_DATA",   "SHOPBELL_REDIS",
                                            "SHOPBELL_WORKERS", "SHOPBELL_CONFIG", "SHOPBELL_LOG_LEVEL"};
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
        unsetenv(variables[i]);
    config_free(config);
    config = NULL;
    config_errors_fini(&errors);
    return 0;
}

static void write_bytes(const char *path, const void *bytes, size_t len)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    fclose(file);
}

/* Loads a file with this text, with up to three more arguments. */
static void load(const char *text, const char *a, const char *b, const char *c)
{
    write_bytes(conf_path, text, strlen(text));
    const char *argv[] = {"shopbell", "--config", conf_path, a, b, c, NULL};
    int argc = 0;
    while (argv[argc])
        argc++;
    finish(NULL);
    config = config_load(argc, (char *const *)(uintptr_t)argv, &command, &errors);
}

static void print_errors(void)
{
    fprintf(stderr, STR_FMT, STR_ARG(buf_str(&errors.text)));
}

static void assert_loads(const char *text)
{
    load(text, NULL, NULL, NULL);
    if (!config)
        print_errors();
    assert_non_null(config);
    assert_int_equal(errors.count, 0);
}

/* Exactly one error, which begins with this place and holds these words. */
static void assert_error(const char *place, const char *words)
{
    assert_null(config);
    char full[256];
    int len = snprintf(full, sizeof full, "%s%s: ", place[0] == ':' ? conf_path : "", place);
    buf_append_char(&errors.text, '\0');
    struct str text = buf_str(&errors.text);
    bool good = errors.count == 1 && strncmp(text.data, full, (size_t)len) == 0 && strstr(text.data, words) &&
                strchr(text.data, ';') && strchr(text.data, '\n') == text.data + text.len - 2;
    if (!good)
        print_errors();
    assert_true(good);
}

static void assert_file_error(const char *text, const char *place, const char *words)
{
    load(text, NULL, NULL, NULL);
    assert_error(place, words);
}

static void reads_the_whole_file(void **state)
{
    write_bytes(photo_path, "RIFF\0\0\0\0WEBPVP8 ", 16);
    assert_loads(
        "; a comment\n"
        "[server]\nlisten = 127.0.0.1:9000\ndata = kept\nlog_level = warn\ndemo = on ; yes\n"
        "agent_grace_ms = 20000\nclose_timeout_ms = 60000\nping_interval_ms = 60000\nsession_rate = 200\n"
        "[agent demo/maya]\nname = Maya Lindgren\ntitle = Outdoor specialist\nemail = Maya@Demo.example\n"
        "photo = maya.img\nteams = support\n  sales\ncapacity = 7\npassword = " HASH "\n"
        "[team demo/support]\nname = Customer care\npriority = 9\nqueue_limit = 0\noverflow_team = "
        "sales\noverflow_after_ms = 60000\nadviser_wait_ms = 30000\nrouting = manual\n"
        "[team demo/sales]\nname = Sales\n"
        "[site demo]\nname = Nordlicht Outdoor\naccent = #0F6B4f\ndefault_team = support\n"
        "origins = self https://shop.example.com\n   http://127.0.0.1:3000\n");
    assert_int_equal(config->listen_port, 9000);
    assert_int_equal(config->log_level, LOG_LEVEL_WARN);
    assert_int_equal(config->agent_grace_ms, 20000);
    assert_int_equal(config->close_timeout_ms, 60000);
    assert_int_equal(config->ping_interval_ms, 60000);
    assert_int_equal(config->session_rate, 200);
    assert_true(config->demo);
    char data_path[80];
    snprintf(data_path, sizeof data_path, "%s/kept", folder);
    assert_string_equal(config->data_dir.data, data_path);
    const struct config_site *site = config_site_by_id(config, STR("demo"));
    assert_non_null(site);
    assert_string_equal(site->name.data, "Nordlicht Outdoor");
    assert_string_equal(site->accent.data, "#0f6b4f");
    assert_string_equal(site->default_team.data, "support");
    assert_int_equal(site->origins_count, 2);
    assert_string_equal(config_team_by_id(site, STR("sales"))->name.data, "Sales");
    assert_int_equal(config_team_by_id(site, STR("support"))->priority, 9);
    assert_int_equal(config_team_by_id(site, STR("sales"))->priority, 0);
    assert_int_equal(config_team_by_id(site, STR("support"))->queue_limit, 0);
    assert_int_equal(config_team_by_id(site, STR("sales"))->queue_limit, -1);
    assert_string_equal(config_team_by_id(site, STR("support"))->overflow_team.data, "sales");
    assert_int_equal(config_team_by_id(site, STR("support"))->overflow_after_ms, 60000);
    assert_int_equal(config_team_by_id(site, STR("sales"))->overflow_after_ms, -1);
    assert_int_equal(config_team_by_id(site, STR("support"))->adviser_wait_ms, 30000);
    assert_int_equal(config_team_by_id(site, STR("sales"))->adviser_wait_ms, 0);
    assert_true(config_team_by_id(site, STR("support"))->manual);
    assert_false(config_team_by_id(site, STR("sales"))->manual);
    const struct config_agent *agent = config_agent_by_email(site, STR("maya@demo.EXAMPLE"));
    assert_non_null(agent);
    assert_ptr_equal(agent, config_agent_by_id(site, STR("maya")));
    assert_string_equal(agent->title.data, "Outdoor specialist");
    assert_string_equal(agent->email.data, "maya@demo.example");
    assert_string_equal(agent->photo.mime, "image/webp");
    assert_int_equal(agent->photo.len, 16);
    assert_int_equal(agent->capacity, 7);
    assert_int_equal(agent->teams_count, 2);
    assert_true(config_agent_in_team(agent, STR("sales")));
    assert_false(config_agent_in_team(agent, STR("none")));
}

static void has_defaults(void **state)
{
    assert_loads(SITE TEAM AGENT);
    assert_string_equal(config->listen_host.data, "127.0.0.1");
    assert_int_equal(config->listen_port, 8080);
    assert_string_equal(config->data_dir.data, "./shopbell-data");
    assert_int_equal(config->redis.kind, CONFIG_REDIS_PRIVATE);
    assert_int_equal(config->workers, 1);
    assert_false(config->demo);
    assert_int_equal(config->agent_grace_ms, 8000);
    assert_string_equal(config->sites[0].default_team.data, "support");
    assert_int_equal(config->sites[0].agents[0].capacity, 4);
    assert_null(config->sites[0].agents[0].photo.data);
    assert_string_equal(config->sites[0].agents[0].title.data, "");
}

static void flags_win_over_environment_over_file(void **state)
{
    const char *text = "[server]\nlisten = 127.0.0.1:1\ndata = a\n" SITE TEAM;
    load(text, NULL, NULL, NULL);
    assert_int_equal(config->listen_port, 1);
    write_bytes(conf_path, text, strlen(text));
    finish(NULL);
    setenv("SHOPBELL_LISTEN", "127.0.0.1:2", 1);
    setenv("SHOPBELL_DATA", "from-env", 1);
    setenv("SHOPBELL_CONFIG", conf_path, 1);
    setenv("SHOPBELL_LOG_LEVEL", "debug", 1);
    const char *argv[] = {"shopbell", "--listen=[::1]:3"};
    config = config_load(2, (char *const *)(uintptr_t)argv, &command, &errors);
    assert_non_null(config);
    assert_int_equal(config->listen_port, 3);
    assert_true(config->listen_ipv6);
    assert_string_equal(config->listen_host.data, "::1");
    assert_string_equal(config->data_dir.data, "from-env");
    assert_int_equal(config->log_level, LOG_LEVEL_DEBUG);
}

static void origins_are_exact(void **state)
{
    assert_loads(SITE TEAM
                 "[site other]\nname = O\norigins = https://o.example:8443\n[team other/t]\nname = T\n");
    static const char *const good[] = {"https://shop.example.com", "http://127.0.0.1:8080",
                                       "http://localhost:8080"};
    static const char *const bad[] = {
        "",
        "null",
        "https://shop.example.com/",
        "https://shop.example.com:443",
        "http://shop.example.com",
        "https://SHOP.example.com",
        "https://shop.example.com.evil.example",
        "https://evilshop.example.com",
        "https://shop.example.co",
        "http://127.0.0.1",
        "http://localhost:8081",
        "https://localhost:8080",
        "self",
        "https://o.example:8443",
    };
    const struct config_site *demo = &config->sites[0], *other = &config->sites[1];
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(config_site_allows_origin(config, demo, str_from(good[i])));
        assert_false(config_site_allows_origin(config, other, str_from(good[i])));
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(config_site_allows_origin(config, demo, str_from(bad[i])));
    assert_false(config_site_allows_origin(config, demo, (struct str){0}));
    assert_true(config_any_site_allows_origin(config, STR("https://o.example:8443")));
    assert_false(config_any_site_allows_origin(config, STR("null")));
}

static void self_follows_the_port(void **state)
{
    load(SITE TEAM, "--listen", "192.0.2.7:0", NULL);
    config_set_listen_port(config, 4711);
    const struct config_site *site = &config->sites[0];
    assert_true(config_site_allows_origin(config, site, STR("http://localhost:4711")));
    assert_true(config_site_allows_origin(config, site, STR("http://192.0.2.7:4711")));
    assert_false(config_site_allows_origin(config, site, STR("http://localhost:0")));
    config_set_listen_port(config, 80);
    assert_true(config_site_allows_origin(config, site, STR("http://localhost")));
    load(SITE TEAM, "--listen", "[::1]:5", NULL);
    assert_true(config_any_site_allows_origin(config, STR("http://[::1]:5")));
}

static void redis_urls(void **state)
{
    load(SITE TEAM, "--redis", "redis://us%40er:p%3a%2Fss@redis.example:7000/3", NULL);
    assert_non_null(config);
    assert_int_equal(config->redis.kind, CONFIG_REDIS_TCP);
    assert_string_equal(config->redis.server.host.data, "redis.example");
    assert_string_equal(config->redis.user.data, "us@er");
    assert_string_equal(config->redis.password.data, "p:/ss");
    assert_int_equal(config->redis.server.port, 7000);
    assert_int_equal(config->redis.db, 3);
    load(SITE TEAM, "--redis", "redis://:secret@[::1]", NULL);
    assert_non_null(config);
    assert_null(config->redis.user.data);
    assert_string_equal(config->redis.password.data, "secret");
    assert_string_equal(config->redis.server.host.data, "::1");
    assert_int_equal(config->redis.server.port, 6379);
    load(SITE TEAM, "--redis", "unix:/run/redis.sock", NULL);
    assert_non_null(config);
    assert_int_equal(config->redis.kind, CONFIG_REDIS_UNIX);
    assert_string_equal(config->redis.path.data, "/run/redis.sock");
    assert_string_equal(config_redis_kind_str(config->redis.kind), "unix");
}

static void sentinel_urls(void **state)
{
    load(SITE TEAM, "--redis", "sentinel://bell:p%40ss@one.example:26380,[::1]:7,10.0.0.3/my-Master_1.x?db=2",
         NULL);
    assert_non_null(config);
    const struct config_redis *redis = &config->redis;
    assert_int_equal(redis->kind, CONFIG_REDIS_SENTINEL);
    assert_string_equal(config_redis_kind_str(redis->kind), "sentinel");
    assert_string_equal(redis->user.data, "bell");
    assert_string_equal(redis->password.data, "p@ss");
    assert_int_equal(redis->sentinels_count, 3);
    assert_string_equal(redis->sentinels[0].host.data, "one.example");
    assert_int_equal(redis->sentinels[0].port, 26380);
    assert_string_equal(redis->sentinels[1].host.data, "::1");
    assert_int_equal(redis->sentinels[1].port, 7);
    assert_string_equal(redis->sentinels[2].host.data, "10.0.0.3");
    assert_int_equal(redis->sentinels[2].port, 26379);
    assert_string_equal(redis->master.data, "my-Master_1.x");
    assert_int_equal(redis->db, 2);
    load(SITE TEAM, "--redis", "sentinel://127.0.0.1:26379/main", NULL);
    assert_non_null(config);
    assert_null(config->redis.password.data);
    assert_int_equal(config->redis.sentinels_count, 1);
    assert_string_equal(config->redis.master.data, "main");
    assert_int_equal(config->redis.db, 0);
}

static void bad_sentinel_urls_say_why(void **state)
{
    static const struct {
        const char *url, *why;
    } bad[] = {
        {"sentinel://h", "needs the master's name"},
        {"sentinel://h/", "needs the master's name"},
        {"sentinel://h/a b", "needs the master's name"},
        {"sentinel://h/a/b", "needs the master's name"},
        {"sentinel:///name", "needs a host"},
        {"sentinel://h,,i/name", "needs a host"},
        {"sentinel://h:0/name", "a port is a number from 1 to 65535"},
        {"sentinel://h,i:65536/name", "a port is a number from 1 to 65535"},
        {"sentinel://secret@h/name", "before the @"},
        {"sentinel://h/name?db=x", "the database is a number"},
        {"sentinel://h/name?secret", "only db=NUMBER"},
        {"sentinel://1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17/name", "more than 16"},
        {"redis://h:0", "a port is a number from 1 to 65535"},
        {"rediss://h", "begins with none of"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        load(SITE TEAM, "--redis", bad[i].url, NULL);
        assert_error("--redis", "the Redis URL does not do");
        assert_non_null(strstr(errors.text.data, bad[i].why));
        assert_null(strstr(errors.text.data, "secret"));
    }
}

static void bad_redis_urls_are_not_repeated(void **state)
{
    static const char *const bad[] = {
        "",
        "redis://",
        "redis://:6379",
        "localhost:6379",
        "rediss://h:1",
        "redis://h:0",
        "redis://h:65536",
        "redis://h:1/x",
        "redis://h:1/1/2",
        "redis://secret@h:1",
        "redis://u:%zz@h:1",
        "redis://u:%4@h",
        "redis://[::1",
        "redis://[::1]x",
        "redis://h:",
        "unix:",
        "sentinel://h",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        load(SITE TEAM, "--redis", bad[i], NULL);
        assert_error("--redis", "the Redis URL does not do");
        assert_null(strstr(errors.text.data, "secret"));
    }
}

static void bad_flags(void **state)
{
    load("[server]\nlisten = 127.0.0.1:0\n" SITE TEAM, "--workers", "4", NULL);
    assert_error("--workers", "4 workers share one port, so --listen must name it");
    load(SITE TEAM, "--workers", "0", NULL);
    assert_error("--workers", "\"0\" does not do; give a whole number from 1");
    load(SITE TEAM, "--listen", "localhost:80", NULL);
    assert_error("--listen", "give a numeric address and a port");
    load(SITE TEAM, "--listen", "127.0.0.1:65536", NULL);
    assert_error("--listen", "127.0.0.1:65536");
    load(SITE TEAM, "--listen", "::1:8080", NULL);
    assert_error("--listen", "[::1]:8080");
    load(SITE TEAM, "--lissten", NULL, NULL);
    assert_error("--lissten", "is not a flag");
    load(SITE TEAM, "stray", NULL, NULL);
    assert_error("stray", "is not a flag");
    load(SITE TEAM, "--data", NULL, NULL);
    assert_error("--data", "has no value");
    load(SITE TEAM, "--data=", NULL, NULL);
    assert_error("--data", "folder is empty");
    load(SITE TEAM, "--data=a", "--data", "b");
    assert_error("--data", "given twice");
}

static void bad_environment_names_its_variable(void **state)
{
    const char *argv[] = {"shopbell"};
    setenv("SHOPBELL_LOG_LEVEL", "loud", 1);
    setenv("SHOPBELL_CONFIG", conf_path, 1);
    config = config_load(1, (char *const *)(uintptr_t)argv, &command, &errors);
    assert_error("SHOPBELL_LOG_LEVEL", "\"loud\" is unknown");
}

static void a_file_is_needed(void **state)
{
    const char *argv[] = {"shopbell", "--config", "/nonexistent/shop.conf"};
    config = config_load(3, (char *const *)(uintptr_t)argv, &command, &errors);
    assert_error("--config", "cannot open /nonexistent/shop.conf: No such file or directory");
    finish(NULL);
    config = config_load(1, (char *const *)(uintptr_t)argv, &command, &errors);
    assert_error("--config", "no file is given");
    finish(NULL);
    argv[2] = folder;
    config = config_load(3, (char *const *)(uintptr_t)argv, &command, &errors);
    assert_null(config);
    assert_true(errors.count > 0);
}

static void bad_lines(void **state)
{
    assert_file_error(SITE TEAM "colour = red\n", ":6", "[team] has no key colour");
    assert_file_error("listen = 127.0.0.1:1\n" SITE TEAM, ":1", "stands before any section");
    assert_file_error(SITE TEAM "[server]\nlisten\n", ":7", "no key = value");
    assert_file_error(SITE TEAM "[sever]\nlisten = 1\nx = 2\n", ":6", "section [sever] is unknown");
    assert_file_error(SITE TEAM "[server demo]\n", ":6", "[server demo] is unknown");
    assert_file_error(SITE TEAM "[team support]\nname = x\n", ":6", "[team SITE/ID]");
    assert_file_error(SITE TEAM "[team demo/Support]\n", ":6", "1 to 32 characters from a-z");
    assert_file_error(SITE TEAM "[team demo/abcdefghijklmnopqrstuvwxyz0123456]\n", ":6", "is unknown");
    assert_file_error(SITE TEAM "[team demo/support]\n", ":6", "was already begun at");
    assert_file_error(SITE TEAM "name = Again\n", ":6", "name was already given at");
    assert_file_error(SITE TEAM "  name = Again\n", ":6", "an indented line continues the one above");
    assert_file_error(SITE TEAM "  [server]\n", ":6", "first column");
    assert_file_error("[site demo\n" SITE TEAM, ":1", "closing ] is missing");
    assert_file_error(SITE "accent = \xff\xfe\n" TEAM, ":4", "not UTF-8");
}

static void long_ids_and_lines(void **state)
{
#define ID32 "abcdefghijklmnopqrstuvwxyz012345"
    assert_loads("[site " ID32 "]\nname = x\norigins = self\n[team " ID32 "/" ID32 "]\nname = y\n");
    assert_string_equal(config->sites[0].teams[0].id.data, ID32);
    char text[1000];
    int len = snprintf(text, sizeof text, SITE TEAM "[server]\ndata = %0300d\ndemo = off\nworkers = 9\n", 0);
    assert_true(len > 0);
    load(text, "--workers", "1", NULL);
    assert_error(":7", "longer than 198 characters");
}

static void bad_sites(void **state)
{
    assert_file_error("[site demo]\norigins = self\n" TEAM, ":1", "the site's name is missing");
    assert_file_error("[site demo]\nname = x\n" TEAM, ":1", "origins is missing");
    assert_file_error(SITE, ":1", "site demo has no team");
    assert_file_error(SITE "default_team = sales\n" TEAM, ":4", "there is no team sales");
    assert_file_error(SITE TEAM "[team demo/sales]\nname = S\n", ":1", "default_team is missing");
    assert_file_error(SITE "accent = green\n" TEAM, ":4", "\"green\" is no colour");
    assert_file_error(SITE TEAM "[team shop/a]\nname = A\n", ":6",
                      "which is nowhere; add a section [site shop]");
    assert_file_error(SITE "[team demo/support]\n", ":4", "the team's name is missing");
    assert_file_error("[server]\ndemo = on\n[site a]\nname = A\norigins = self\n[team a/t]\nname = T\n", ":2",
                      "the demo store needs a site");
    assert_file_error("[server]\ndemo = maybe\n" SITE TEAM, ":2", "give on or off");
    assert_file_error("[server]\nagent_grace_ms = -1\n" SITE TEAM, ":2", "whole number from 0");
    load("[server]\n", NULL, NULL, NULL);
    assert_error(conf_path, "there is no site");
}

static void bad_origins(void **state)
{
    static const char *const bad[] = {
        "shop.example.com",
        "https://shop.example.com/",
        "https://*.example.com",
        "https://Shop.example.com",
        "*",
        "https://shop.example.com:443",
        "http://shop.example.com:80",
        "https://",
        "https://shop.example.com:0",
        "https://shop.example.com:08443",
        "ftp://shop.example.com",
        "null",
        "https://user@shop.example.com",
        "https://shop.example.com?x",
        "https://[::1",
        "self,https://a.example",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[300];
        snprintf(text, sizeof text, "[site demo]\nname = x\norigins = %s\n" TEAM, bad[i]);
        assert_file_error(text, ":3", "is no origin as browsers send it");
    }
}

#define MAYA(lines) SITE TEAM "[agent demo/maya]\nname = Maya\n" lines

static void bad_agents(void **state)
{
    assert_file_error(MAYA("email = m@x.y\npassword = " HASH "\n"), ":6", "teams is missing");
    assert_file_error(MAYA("email = m@x.y\nteams = support sales\npassword = " HASH "\n"), ":9",
                      "there is no team sales");
    assert_file_error(MAYA("email = m@x.y\nteams = support support\npassword = " HASH "\n"), ":9",
                      "listed twice");
    assert_file_error(MAYA("email = maya\nteams = support\npassword = " HASH "\n"), ":8",
                      "email is missing or is none");
    assert_file_error(MAYA("teams = support\npassword = " HASH "\n"), ":6", "email is missing");
    assert_file_error(MAYA("email = m@x.y\nteams = support\n"), ":6", "password is missing");
    assert_file_error(MAYA("email = m@x.y\nteams = support\npassword = hunter2\n"), ":10",
                      "shopbell --hash-password");
    assert_null(strstr(errors.text.data, "hunter2"));
    assert_file_error(SITE TEAM AGENT "capacity = 101\n", ":11", "from 1 to 100");
    assert_file_error(SITE TEAM "priority = 10\n", ":6", "from 0 to 9");
    assert_file_error(SITE TEAM "queue_limit = -1\n", ":6", "from 0 to 1000000");
    assert_file_error(SITE TEAM "overflow_team = orders\n", ":6", "there is no team orders");
    assert_file_error(SITE TEAM "overflow_team = support\n", ":6", "cannot overflow to itself");
    assert_file_error(SITE TEAM "routing = off\n", ":6", "give auto or manual");
    assert_file_error(SITE TEAM "adviser_wait_ms = 86400001\n", ":6", "from 0 to 86400000");
    assert_file_error(SITE TEAM "overflow_after_ms = 5000\n", ":6", "name an overflow_team");
    assert_file_error(SITE TEAM AGENT "capacity = many\n", ":11", "\"many\" does not do");
    assert_file_error(SITE TEAM AGENT
                      "[agent demo/mia]\nname = Mia\nemail = MAYA@demo.example\nteams = support\n"
                      "password = " HASH "\n",
                      ":13", "agent maya has this email too");
    char text[600];
    snprintf(text, sizeof text, SITE TEAM AGENT "title = %081d\n", 0);
    assert_file_error(text, ":11", "title is longer than 80 bytes");
}

static void bad_photos(void **state)
{
    static char big[CONFIG_PHOTO_MAX_BYTES + 1] = "\xff\xd8\xff";
    assert_file_error(SITE TEAM AGENT "photo = none.webp\n", ":11", "none.webp: No such file");
    assert_file_error(SITE TEAM AGENT "photo = .\n", ":11", "is not a file");
    write_bytes(photo_path, "<svg onload=alert(1)>", 21);
    assert_file_error(SITE TEAM AGENT "photo = maya.img\n", ":11", "neither WebP nor PNG nor JPEG");
    write_bytes(photo_path, big, sizeof big);
    assert_file_error(SITE TEAM AGENT "photo = maya.img\n", ":11", "larger than 256 KiB");
    write_bytes(photo_path, big, sizeof big - 1);
    assert_loads(SITE TEAM AGENT "photo = maya.img\n");
    assert_string_equal(config->sites[0].agents[0].photo.mime, "image/jpeg");
}

static void all_errors_are_told_at_once(void **state)
{
    load(
        "[server]\nlisten = nowhere\nlog_level = loud\n[site demo]\nname = x\norigins = shop\ncolour = red\n",
        "--workers", "2", NULL);
    assert_null(config);
    assert_int_equal(errors.count, 5);
}

static void commands(void **state)
{
    static const struct {
        const char *flag;
        enum config_command command;
    } rows[] = {{"--version", CONFIG_COMMAND_VERSION},
                {"--help", CONFIG_COMMAND_HELP},
                {"-h", CONFIG_COMMAND_HELP},
                {"--hash-password", CONFIG_COMMAND_HASH_PASSWORD}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *argv[] = {"shopbell", rows[i].flag};
        config = config_load(2, (char *const *)(uintptr_t)argv, &command, &errors);
        assert_null(config);
        assert_int_equal(errors.count, 0);
        assert_int_equal(command, rows[i].command);
    }
    load(SITE TEAM, "--check-config", NULL, NULL);
    assert_non_null(config);
    assert_int_equal(command, CONFIG_COMMAND_CHECK);
    load(SITE TEAM, "--help", "--version", NULL);
    assert_error("--version", "does not go with");
}

#define CASE(test) cmocka_unit_test_teardown(test, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(reads_the_whole_file),
        CASE(has_defaults),
        CASE(flags_win_over_environment_over_file),
        CASE(origins_are_exact),
        CASE(self_follows_the_port),
        CASE(redis_urls),
        CASE(sentinel_urls),
        CASE(bad_sentinel_urls_say_why),
        CASE(bad_redis_urls_are_not_repeated),
        CASE(bad_flags),
        CASE(bad_environment_names_its_variable),
        CASE(a_file_is_needed),
        CASE(bad_lines),
        CASE(long_ids_and_lines),
        CASE(bad_sites),
        CASE(bad_origins),
        CASE(bad_agents),
        CASE(bad_photos),
        CASE(all_errors_are_told_at_once),
        CASE(commands),
    };
    return cmocka_run_group_tests_name("config", tests, start_group, finish_group);
}
