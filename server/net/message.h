/* Puts the pieces of a WebSocket message together again: fragments, and parts of a fragment as they were
 * read.
 *
 * The usual message comes in one piece and is handed on without a copy; memory is only held while one is
 * incomplete, and never more than twice of what has really arrived. Limits: PROTO_FRAME_MAX_BYTES and
 * PROTO_FRAGMENT_MAX_COUNT; the time limit is the caller's. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shopbell/str.h"

struct message {
    char *data; /* owned; NULL between messages */
    uint32_t len;
    uint32_t cap;
    uint8_t fragments_count;
    bool inside_fragment; /* the last piece did not end its fragment */
};

struct message_piece {
    struct str bytes;      /* borrowed until return */
    size_t fragment_left;  /* bytes of the same fragment still to come, as its header says */
    bool is_last_fragment; /* FIN */
};

enum message_status {
    MESSAGE_INCOMPLETE,
    MESSAGE_COMPLETE,
    MESSAGE_TOO_LARGE,
    MESSAGE_TOO_MANY_FRAGMENTS,
    MESSAGE_NO_MEMORY,
};

/* On MESSAGE_COMPLETE *whole is the message, borrowed from the piece or from *message: use it, then
 * message_reset(). After any status but MESSAGE_INCOMPLETE message_reset() comes next. A zeroed struct
 * message is an empty one. */
enum message_status message_add(struct message *message, const struct message_piece *piece,
                                struct str *whole);
void message_reset(struct message *message);
