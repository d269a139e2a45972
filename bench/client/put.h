/* Text written piece by piece, for what is written with every message: printf takes longer than all the rest.
 *
 * Each returns the end of what it wrote. The caller has made room; nothing is terminated. */
#pragma once

#include <stdint.h>
#include <string.h>

#include "shopbell/str.h"

static inline char *put_str(char *out, struct str text)
{
    return (char *)memcpy(out, text.data, text.len) + text.len;
}

#define put_literal(out, literal) put_str((out), STR(literal))

char *put_u64(char *out, uint64_t number);
char *put_hex(char *out, uint32_t number);
