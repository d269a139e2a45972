/* Random numbers, digests, encodings and passwords: the one door to libsodium. All but the password functions
 * are quick. crypto_init() comes before everything else. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shopbell/str.h"

enum {
    CRYPTO_HMAC_BYTES = 32,
    CRYPTO_SHA256_HEX_BYTES = 65,     /* with its NUL */
    CRYPTO_PASSWORD_HASH_BYTES = 128, /* with its NUL */
    CRYPTO_PASSWORD_MAX_BYTES = 1024,
};

/* Characters without padding and NUL. */
#define CRYPTO_BASE64URL_LEN(bytes) (((bytes)*4 + 2) / 3)
#define CRYPTO_HEX_LEN(bytes) ((bytes)*2)

bool crypto_init(void); /* false: the system has no randomness to give; do not go on */

void crypto_random(void *out, size_t bytes);

/* SHA-256, FIPS 180-4; HMAC, RFC 2104, with a key of any length. */
void crypto_hmac_sha256(struct str key, struct str message, unsigned char out[CRYPTO_HMAC_BYTES]);
void crypto_sha256(struct str data, unsigned char out[32]);
void crypto_sha256_hex(struct str data, char out[CRYPTO_SHA256_HEX_BYTES]);

/* SipHash-2-4 under a key that this process drew at start: for tables, not for storage. */
uint64_t crypto_hash64(struct str data);

/* Time does not depend on the contents. Different lengths are unequal, at once. */
bool crypto_equal(struct str a, struct str b);

/* RFC 4648. Encoders write *_LEN(bytes) characters and a NUL. Decoders take canonical text only (hex in
 * either case, base64url without padding), fail on anything else or when out is too small, and set
 * *out_bytes. */
void crypto_hex_encode(const void *bytes, size_t len, char *out);
bool crypto_hex_decode(struct str text, void *out, size_t out_cap, size_t *out_bytes);
void crypto_base64url_encode(const void *bytes, size_t len, char *out);
bool crypto_base64url_decode(struct str text, void *out, size_t out_cap, size_t *out_bytes);

/* Argon2id (RFC 9106), 19 MiB, 2 passes, 1 lane, as a PHC string "$argon2id$…".
 * Both take tens of milliseconds and 19 MiB: call them on the thread pool, never on the loop. False from
 * hash: out of memory or a password past CRYPTO_PASSWORD_MAX_BYTES. For a bad hash every password is wrong.
 */
enum crypto_password { CRYPTO_PASSWORD_RIGHT, CRYPTO_PASSWORD_WRONG, CRYPTO_PASSWORD_NO_MEMORY };
bool crypto_password_hash(struct str password, char out[CRYPTO_PASSWORD_HASH_BYTES]);
enum crypto_password crypto_password_verify(const char *hash, struct str password);

/* Could crypto_password_hash() have made it? Checks the form, quickly. */
bool crypto_password_hash_valid(const char *hash);
void crypto_wipe(void *secret, size_t bytes); /* overwritten for certain */
