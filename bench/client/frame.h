/* A frame from the server, of any shape (scan.h); all is borrowed from it. */
#pragma once

#include <stdbool.h>

#include "shopbell/str.h"

struct frame {
    bool is_push, success;
    struct str request_id, action, payload, error;
};

struct frame frame_read(struct str text);
