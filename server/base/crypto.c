#include "base/crypto.h"

#include <sodium.h>
#include <stdio.h>

/* OWASP's floor for Argon2id, and what DESIGN asks for. libsodium always runs one lane. */
enum { PASSWORD_PASSES = 2, PASSWORD_MEMORY_BYTES = 19 * 1024 * 1024, PASSWORD_KEY_BYTES = 32 };

_Static_assert(CRYPTO_PASSWORD_HASH_BYTES == crypto_pwhash_STRBYTES, "the hash fits");
_Static_assert(CRYPTO_HMAC_BYTES == crypto_auth_hmacsha256_BYTES, "the digest fits");

static unsigned char table_key[crypto_shorthash_KEYBYTES];

bool crypto_init(void)
{
    if (sodium_init() < 0)
        return false;
    crypto_shorthash_keygen(table_key);
    return true;
}

uint64_t crypto_hash64(struct str data)
{
    unsigned char out[crypto_shorthash_BYTES];
    uint64_t hash;
    crypto_shorthash(out, (const unsigned char *)data.data, data.len, table_key);
    memcpy(&hash, out, sizeof hash);
    return hash;
}

void crypto_random(void *out, size_t bytes)
{
    randombytes_buf(out, bytes);
}

void crypto_hmac_sha256(struct str key, struct str message, unsigned char out[CRYPTO_HMAC_BYTES])
{
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, (const unsigned char *)key.data, key.len);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)message.data, message.len);
    crypto_auth_hmacsha256_final(&state, out);
    sodium_memzero(&state, sizeof state);
}

void crypto_sha256(struct str data, unsigned char out[32])
{
    crypto_hash_sha256(out, (const unsigned char *)data.data, data.len);
}

void crypto_sha256_hex(struct str data, char out[CRYPTO_SHA256_HEX_BYTES])
{
    unsigned char digest[32];
    crypto_sha256(data, digest);
    crypto_hex_encode(digest, sizeof digest, out);
}

bool crypto_equal(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || sodium_memcmp(a.data, b.data, a.len) == 0);
}

void crypto_wipe(void *secret, size_t bytes)
{
    sodium_memzero(secret, bytes);
}

void crypto_hex_encode(const void *bytes, size_t len, char *out)
{
    sodium_bin2hex(out, CRYPTO_HEX_LEN(len) + 1, bytes, len);
}

bool crypto_hex_decode(struct str text, void *out, size_t out_cap, size_t *out_bytes)
{
    *out_bytes = 0;
    return text.len == 0 || sodium_hex2bin(out, out_cap, text.data, text.len, NULL, out_bytes, NULL) == 0;
}

void crypto_base64url_encode(const void *bytes, size_t len, char *out)
{
    sodium_bin2base64(out, CRYPTO_BASE64URL_LEN(len) + 1, bytes, len,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

bool crypto_base64url_decode(struct str text, void *out, size_t out_cap, size_t *out_bytes)
{
    *out_bytes = 0;
    return text.len == 0 || sodium_base642bin(out, out_cap, text.data, text.len, NULL, out_bytes, NULL,
                                              sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0;
}

bool crypto_password_hash(struct str password, char out[CRYPTO_PASSWORD_HASH_BYTES])
{
    return password.len <= CRYPTO_PASSWORD_MAX_BYTES &&
           crypto_pwhash_str_alg(out, password.data, password.len, PASSWORD_PASSES, PASSWORD_MEMORY_BYTES,
                                 crypto_pwhash_ALG_ARGON2ID13) == 0;
}

struct password_key {
    unsigned char salt[crypto_pwhash_SALTBYTES];
    unsigned char key[PASSWORD_KEY_BYTES];
};

static bool decode(const char **at, char end, unsigned char *out, size_t bytes)
{
    size_t got;
    const char *start = *at;
    bool ok = sodium_base642bin(out, bytes, start, strlen(start), NULL, &got, at,
                                sodium_base64_VARIANT_ORIGINAL_NO_PADDING) == 0;
    return ok && got == bytes && *(*at)++ == end;
}

/* Of a hash that crypto_password_hash() made. */
static bool password_read(const char *hash, struct password_key *out)
{
    char costs[64];
    int len = snprintf(costs, sizeof costs, "$argon2id$v=19$m=%d,t=%d,p=1$", PASSWORD_MEMORY_BYTES / 1024,
                       PASSWORD_PASSES);
    if (strncmp(hash, costs, (size_t)len) != 0)
        return false;
    hash += len;
    return decode(&hash, '$', out->salt, sizeof out->salt) && decode(&hash, '\0', out->key, sizeof out->key);
}

/* crypto_pwhash_str_verify() calls a password wrong when it has no memory to try it. */
enum crypto_password crypto_password_verify(const char *hash, struct str password)
{
    struct password_key right;
    unsigned char tried[PASSWORD_KEY_BYTES];
    if (password.len > CRYPTO_PASSWORD_MAX_BYTES || !password_read(hash, &right))
        return CRYPTO_PASSWORD_WRONG;
    if (crypto_pwhash(tried, sizeof tried, password.data, password.len, right.salt, PASSWORD_PASSES,
                      PASSWORD_MEMORY_BYTES, crypto_pwhash_ALG_ARGON2ID13) != 0)
        return CRYPTO_PASSWORD_NO_MEMORY;
    bool same = sodium_memcmp(tried, right.key, sizeof tried) == 0;
    return same ? CRYPTO_PASSWORD_RIGHT : CRYPTO_PASSWORD_WRONG;
}

bool crypto_password_hash_valid(const char *hash)
{
    /* libsodium also knows other algorithms and other costs; a cost that anyone can set could be made to take
     * hours. */
    return strncmp(hash, crypto_pwhash_STRPREFIX, sizeof crypto_pwhash_STRPREFIX - 1) == 0 &&
           crypto_pwhash_str_needs_rehash(hash, PASSWORD_PASSES, PASSWORD_MEMORY_BYTES) == 0;
}
