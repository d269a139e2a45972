#include "unit.h"

#include "base/crypto.h"

#define SALT_AND_DIGEST "c29tZXNhbHRzb21lc2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static int start(void **state)
{
    return crypto_init() ? 0 : -1;
}

static void sha256_knows_fips_180(void **state)
{
    char hex[CRYPTO_SHA256_HEX_BYTES];
    crypto_sha256_hex(STR("abc"), hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    crypto_sha256_hex((struct str){0}, hex);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

/* RFC 4231, test cases 2 and 6: a short key, and one longer than a block. */
static void hmac_knows_rfc_4231(void **state)
{
    unsigned char mac[CRYPTO_HMAC_BYTES];
    char hex[65], key[131];
    crypto_hmac_sha256(STR("Jefe"), STR("what do ya want for nothing?"), mac);
    crypto_hex_encode(mac, sizeof mac, hex);
    assert_string_equal(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    memset(key, 0xaa, sizeof key);
    crypto_hmac_sha256((struct str){key, sizeof key},
                       STR("Test Using Larger Than Block-Size Key - Hash Key First"), mac);
    crypto_hex_encode(mac, sizeof mac, hex);
    assert_string_equal(hex, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static void base64url_goes_both_ways(void **state)
{
    static const struct {
        const char *bytes, *text;
    } pairs[] = {{"", ""},        {"f", "Zg"},        {"fo", "Zm8"},
                 {"foo", "Zm9v"}, {"foob", "Zm9vYg"}, {"\xfb\xff", "-_8"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        char text[16];
        unsigned char bytes[16];
        size_t len, bytes_len = strlen(pairs[i].bytes);
        crypto_base64url_encode(pairs[i].bytes, bytes_len, text);
        assert_string_equal(text, pairs[i].text);
        assert_int_equal(strlen(text), CRYPTO_BASE64URL_LEN(bytes_len));
        assert_true(crypto_base64url_decode(str_from(text), bytes, sizeof bytes, &len));
        assert_int_equal(len, bytes_len);
        assert_memory_equal(bytes, pairs[i].bytes, len);
    }
}

/* Two texts for the same bytes would be two tokens where there is one. */
static void base64url_takes_canonical_text_only(void **state)
{
    static const char *const bad[] = {"Zg==", "Zh", "Zm9v=", "Zm+v", "Zm/v", "Z", "Zm 9v", "Zm9v\n", "Zm9v."};
    unsigned char out[16];
    size_t len;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(crypto_base64url_decode(str_from(bad[i]), out, sizeof out, &len));
    assert_false(crypto_base64url_decode((struct str){"Zm9v\0", 5}, out, sizeof out, &len));
    assert_false(crypto_base64url_decode(STR("Zm9v"), out, 2, &len));
}

static void hex_goes_both_ways(void **state)
{
    unsigned char out[4];
    size_t len;
    assert_true(crypto_hex_decode(STR("00Ff7a"), out, sizeof out, &len));
    assert_int_equal(len, 3);
    assert_memory_equal(out, "\x00\xff\x7a", 3);
    assert_false(crypto_hex_decode(STR("0"), out, sizeof out, &len));
    assert_false(crypto_hex_decode(STR("0g"), out, sizeof out, &len));
    assert_false(crypto_hex_decode(STR("00 11"), out, sizeof out, &len));
    assert_false(crypto_hex_decode(STR("0011223344"), out, sizeof out, &len));
    assert_true(crypto_hex_decode(STR(""), out, sizeof out, &len));
    assert_int_equal(len, 0);
}

static void equal_compares_all(void **state)
{
    assert_true(crypto_equal(STR("same"), STR("same")));
    assert_false(crypto_equal(STR("same"), STR("sama")));
    assert_false(crypto_equal(STR("same"), STR("same!")));
    assert_true(crypto_equal((struct str){0}, STR("")));
}

static void random_differs(void **state)
{
    unsigned char a[32], b[32];
    crypto_random(a, sizeof a);
    crypto_random(b, sizeof b);
    assert_memory_not_equal(a, b, sizeof a);
}

static void a_password_verifies_against_its_hash(void **state)
{
    char hash[CRYPTO_PASSWORD_HASH_BYTES];
    assert_true(crypto_password_hash(STR("correct horse"), hash));
    assert_int_equal(strncmp(hash, "$argon2id$v=19$m=19456,t=2,p=1$", 31), 0);
    assert_true(crypto_password_hash_valid(hash));
    assert_int_equal(crypto_password_verify(hash, STR("correct horse")), CRYPTO_PASSWORD_RIGHT);
    assert_int_equal(crypto_password_verify(hash, STR("correct horsf")), CRYPTO_PASSWORD_WRONG);
    assert_int_equal(crypto_password_verify(hash, STR("")), CRYPTO_PASSWORD_WRONG);
}

static void costs_that_are_not_ours_are_no_hash(void **state)
{
    static const char *const bad[] = {
        "",
        "secret",
        "$argon2id$",
        "$2b$12$abcdefghijklmnopqrstuv",
        ("$argon2id$v=19$m=4194304,t=90,p=1$" SALT_AND_DIGEST),
        ("$argon2i$v=19$m=19456,t=2,p=1$" SALT_AND_DIGEST),
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(crypto_password_hash_valid(bad[i]));
        assert_int_equal(crypto_password_verify(bad[i], STR("secret")), CRYPTO_PASSWORD_WRONG);
    }
}

static void an_endless_password_is_refused(void **state)
{
    static char longest[CRYPTO_PASSWORD_MAX_BYTES + 1];
    char hash[CRYPTO_PASSWORD_HASH_BYTES];
    memset(longest, 'a', sizeof longest);
    assert_false(crypto_password_hash((struct str){longest, sizeof longest}, hash));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_knows_fips_180),
        cmocka_unit_test(hmac_knows_rfc_4231),
        cmocka_unit_test(base64url_goes_both_ways),
        cmocka_unit_test(base64url_takes_canonical_text_only),
        cmocka_unit_test(hex_goes_both_ways),
        cmocka_unit_test(equal_compares_all),
        cmocka_unit_test(random_differs),
        cmocka_unit_test(a_password_verifies_against_its_hash),
        cmocka_unit_test(costs_that_are_not_ours_are_no_hash),
        cmocka_unit_test(an_endless_password_is_refused),
    };
    return cmocka_run_group_tests_name("crypto", tests, start, NULL);
}
