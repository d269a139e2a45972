/* Files by path: the assets compiled into the program, and the agents' photos out of the config. */
#pragma once

#include <stdbool.h>

#include "base/config.h"
#include "net/request.h"
#include "net/response.h"

enum { PHOTO_ETAG_BYTES = 24 };

struct photo {
    const struct config_agent *agent; /* borrowed */
    char etag[PHOTO_ETAG_BYTES];
};

struct static_files {
    const struct config *config; /* borrowed */
    struct photo *photos;        /* owned; ordered by agent, so that a request costs no digest */
    size_t photos_count;
};

bool static_files_init(struct static_files *files, const struct config *config); /* false: no memory */
void static_files_fini(struct static_files *files);

/* True when there is a file of this path and *response holds it. */
bool static_files_serve(const struct static_files *files, const struct request *request,
                        struct response *response);
