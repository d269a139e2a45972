/* Finds members in JSON text without building anything.
 *
 * For the frames of a server that is trusted to write JSON (RFC 8259): what is broken ends the search and is
 * never read past, but not everything that is broken is noticed. All results are borrowed from the text.
 * Keys are compared as they are written; the protocol's have no escapes. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "shopbell/str.h"

/* The next member of an object, or item of an array. *rest begins as the whole object or array and is moved
 * on; false: there are no more. Values are raw: strings with their quotes. */
bool scan_next_member(struct str *rest, struct str *key, struct str *value);
bool scan_next_item(struct str *rest, struct str *item);

/* The member's raw value; data == NULL: there is none. */
struct str scan_member(struct str object, const char *key);

/* Takes a decimal number off the front; false: there is none. */
bool scan_take_u32(struct str *text, uint32_t *number);

/* What is between the quotes, escapes as they are; data == NULL: not a string. */
struct str scan_text(struct str value);
int64_t scan_i64(struct str value, int64_t fallback);
bool scan_is_true(struct str value);

/* The same of an object's member. */
struct str scan_member_text(struct str object, const char *key);
int64_t scan_member_i64(struct str object, const char *key, int64_t fallback);
