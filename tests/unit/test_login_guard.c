/* domain/login_guard.h: how often a password may be tried, by whom. */
#include "unit.h"

#include <stdio.h>

#include "base/crypto.h"
#include "domain/login_guard.h"

static struct login_guard guard;

static int set_up(void **state)
{
    login_guard_init(&guard);
    return 0;
}

static int tear_down(void **state)
{
    login_guard_fini(&guard);
    return 0;
}

static int64_t try_from(const char *address, const char *account, int64_t now_ms)
{
    return login_guard_try(&guard, STR("shop"), str_from(account), str_from(address), now_ms);
}

static void an_account_has_five_tries_from_wherever_and_then_one_in_twelve_seconds(void **state)
{
    char address[32];
    for (int i = 0; i < LOGIN_TRIES_OF_ACCOUNT; i++) {
        snprintf(address, sizeof address, "192.0.2.%d", i);
        assert_int_equal(try_from(address, "maya", 1000), 0);
    }
    assert_int_equal(try_from("192.0.2.9", "maya", 1000), 12000);
    assert_int_equal(try_from("192.0.2.9", "jonas", 1000), 0);
    assert_int_equal(try_from("192.0.2.9", "maya", 13000), 0);
    assert_int_equal(try_from("192.0.2.9", "maya", 13000), 12000);
}

static void a_network_has_twenty_tries_whatever_the_account(void **state)
{
    char account[32];
    for (int i = 0; i < LOGIN_TRIES_OF_NETWORK; i++) {
        snprintf(account, sizeof account, "nobody %d", i);
        assert_int_equal(try_from("198.51.100.7", account, 0), 0);
    }
    assert_int_equal(try_from("198.51.100.7", "another", 0), 3000);
    assert_int_equal(try_from("198.51.100.8", "another", 0), 0);
}

static void whoever_has_one_address_of_a_64_has_them_all(void **state)
{
    char address[64], account[32];
    for (int i = 0; i < LOGIN_TRIES_OF_NETWORK; i++) {
        snprintf(address, sizeof address, "2001:db8:1:2:%x::%x", i, i + 1);
        snprintf(account, sizeof account, "nobody %d", i);
        assert_int_equal(try_from(address, account, 0), 0);
    }
    assert_int_equal(try_from("2001:db8:1:2:ffff:ffff:ffff:ffff", "another", 0), 3000);
    assert_int_equal(try_from("2001:db8:1:3::1", "another", 0), 0);
}

static void networks_have_names(void **state)
{
    char out[LOGIN_NETWORK_BYTES];
    assert_str(login_network(STR("2001:db8:1:2:3:4:5:6"), out), "2001:db8:1:2::");
    assert_str(login_network(STR("::1"), out), "::");
    assert_str(login_network(STR("203.0.113.5"), out), "203.0.113.5");
    assert_str(login_network(STR(""), out), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            an_account_has_five_tries_from_wherever_and_then_one_in_twelve_seconds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_network_has_twenty_tries_whatever_the_account, set_up, tear_down),
        cmocka_unit_test_setup_teardown(whoever_has_one_address_of_a_64_has_them_all, set_up, tear_down),
        cmocka_unit_test(networks_have_names),
    };
    if (!crypto_init())
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
