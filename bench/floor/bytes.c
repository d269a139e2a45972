#include "bytes.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_BYTES = 1000 }; /* malloc() keeps blocks of up to a kilobyte at hand */

bool bytes_append(struct bytes **bytes, const void *data, size_t len)
{
    size_t used = *bytes ? (*bytes)->len : 0;
    size_t capacity = *bytes ? (*bytes)->capacity : 0;
    if (capacity - used < len) {
        capacity = capacity ? capacity * 2 : FIRST_BYTES;
        if (capacity < used + len)
            capacity = used + len;
        struct bytes *grown = realloc(*bytes, sizeof *grown + capacity);
        if (!grown)
            return false;
        *bytes = grown;
        grown->len = used;
        grown->capacity = capacity;
    }
    memcpy((*bytes)->data + used, data, len);
    (*bytes)->len += len;
    return true;
}
