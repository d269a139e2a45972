#include "bytes.h"

#include <stdlib.h>
#include <string.h>

bool bytes_append(struct bytes **bytes, const void *data, size_t len)
{
    size_t used = *bytes ? (*bytes)->len : 0;
    size_t capacity = *bytes ? (*bytes)->capacity : 0;
    if (capacity - used < len) {
        capacity = capacity ? capacity * 2 : BYTES_FIRST;
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
