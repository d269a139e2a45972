#include "config_file.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(redis_urls),
        CASE(sentinel_urls),
        CASE(bad_sentinel_urls_say_why),
        CASE(bad_redis_urls_are_not_repeated),
    };
    return RUN("config_redis", tests);
}
