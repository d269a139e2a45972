/* Random names of things: a letter for the kind, '_', and 100 bits from the system's generator in lower-case
 * Crockford base32 (https://www.crockford.com/base32.html), such as "c_3k9v0d7xq2m1n8h5t4wz". crypto_init()
 * comes first. */
#pragma once

#include <stdbool.h>

#include "shopbell/str.h"

#define ID_LEN 22

struct id {
    char text[ID_LEN + 1]; /* NUL-terminated; an id that is not set is "" */
};

struct id id_new(char prefix);

/* True when text is exactly what id_new(prefix) could have made; *out is untouched otherwise. */
bool id_parse(struct str text, char prefix, struct id *out);

struct str id_str(const struct id *id); /* borrowed from *id */
bool id_eq(const struct id *a, const struct id *b);
bool id_is_set(const struct id *id);
