/* Bytes that grow at their end. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { BYTES_FIRST = 1000 }; /* what it has room for when it is made */

struct bytes {
    size_t len, capacity;
    unsigned char data[];
};

/* *bytes may be NULL, and is then made; free() frees it. False: no memory, and *bytes is as it was. */
bool bytes_append(struct bytes **bytes, const void *data, size_t len);
