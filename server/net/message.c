#include "net/message.h"

#include <string.h>

#include "base/alloc.h"
#include "proto.h"

enum { FIRST_ALLOCATION_BYTES = 1024 };

static bool reserve(struct message *message, size_t need)
{
    if (need <= message->cap)
        return true;
    size_t cap = message->cap ? message->cap : FIRST_ALLOCATION_BYTES;
    while (cap < need)
        cap *= 2;
    char *data = sb_realloc(message->data, cap);
    if (!data)
        return false;
    message->data = data;
    message->cap = (uint32_t)cap;
    return true;
}

enum message_status message_add(struct message *message, const struct message_piece *piece, struct str *whole)
{
    if (!message->inside_fragment && ++message->fragments_count > PROTO_FRAGMENT_MAX_COUNT)
        return MESSAGE_TOO_MANY_FRAGMENTS;
    message->inside_fragment = piece->fragment_left > 0;
    size_t len = message->len + piece->bytes.len;
    if (len > PROTO_FRAME_MAX_BYTES || piece->fragment_left > PROTO_FRAME_MAX_BYTES - len)
        return MESSAGE_TOO_LARGE;

    bool is_complete = piece->is_last_fragment && piece->fragment_left == 0;
    if (is_complete && message->len == 0) {
        *whole = piece->bytes;
        return MESSAGE_COMPLETE;
    }
    if (!reserve(message, len))
        return MESSAGE_NO_MEMORY;
    if (piece->bytes.len > 0)
        memcpy(message->data + message->len, piece->bytes.data, piece->bytes.len);
    message->len = (uint32_t)len;
    *whole = (struct str){message->data, len};
    return is_complete ? MESSAGE_COMPLETE : MESSAGE_INCOMPLETE;
}

void message_reset(struct message *message)
{
    sb_free(message->data);
    *message = (struct message){0};
}
