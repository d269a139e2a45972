#include "config_file.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(origins_are_exact), CASE(self_follows_the_port),
        CASE(bad_sites),         CASE(bad_origins),
        CASE(bad_agents),        CASE(bad_photos),
    };
    return RUN("config_sites", tests);
}
