#include "session/shopper_token.h"

#include <stdio.h>

#include "base/crypto.h"

void shopper_token_make(const struct site *site, const struct id *shopper, char out[SHOPPER_TOKEN_BYTES])
{
    unsigned char mac[CRYPTO_HMAC_BYTES];
    char message[128], text[CRYPTO_BASE64URL_LEN(CRYPTO_HMAC_BYTES) + 1];
    snprintf(message, sizeof message, "shopbell shopper v1\n" STR_FMT "\n%s", STR_ARG(site->id),
             shopper->text);
    crypto_hmac_sha256(str_from(site->secret), str_from(message), mac);
    crypto_base64url_encode(mac, sizeof mac, text);
    snprintf(out, SHOPPER_TOKEN_BYTES, "v1.%s.%s", shopper->text, text);
}

bool shopper_token_check(const struct site *site, struct str token, struct id *shopper)
{
    enum { ID_AT = 3 };
    char expected[SHOPPER_TOKEN_BYTES];
    struct id id;
    if (token.len < ID_AT + ID_LEN || !id_parse((struct str){token.data + ID_AT, ID_LEN}, 's', &id))
        return false;
    shopper_token_make(site, &id, expected);
    if (!crypto_equal(token, str_from(expected)))
        return false;
    *shopper = id;
    return true;
}
