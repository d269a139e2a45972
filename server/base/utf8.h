/* UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing past U+10FFFF. U+0000 is valid. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shopbell/str.h"

bool utf8_valid(struct str text);   /* quick for ASCII */
size_t utf8_count(struct str text); /* code points of valid text */

/* Reads one code point at text.data, text.len > 0. Returns its bytes, 0 when it is not valid. */
size_t utf8_decode(struct str text, uint32_t *code_point);

/* The longest start of valid text of at most max_bytes that cuts no code point in two. */
struct str utf8_cut(struct str text, size_t max_bytes);
