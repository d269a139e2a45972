#include "config_file.h"

static void reads_the_whole_file(void **state)
{
    write_bytes(photo_path, "RIFF\0\0\0\0WEBPVP8 ", 16);
    assert_loads(
        "; a comment\n"
        "[server]\nlisten = 127.0.0.1:9000\ndata = kept\nlog_level = warn\ndemo = on ; yes\n"
        "agent_grace_ms = 20000\nclose_timeout_ms = 60000\nping_interval_ms = 60000\nsession_rate = 200\n"
        "idle_ping_interval_ms = 90000\n"
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
    assert_int_equal(config->idle_ping_interval_ms, 90000);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(reads_the_whole_file),
        CASE(has_defaults),
        CASE(flags_win_over_environment_over_file),
        CASE(bad_flags),
        CASE(bad_environment_names_its_variable),
        CASE(a_file_is_needed),
        CASE(bad_lines),
        CASE(long_ids_and_lines),
        CASE(all_errors_are_told_at_once),
        CASE(commands),
    };
    return RUN("config", tests);
}
