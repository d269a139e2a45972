/* Every file the server serves, compiled into the program: the loader, the panel, the console and the demo
 * store.
 *
 * build.mjs bundles the files, embed.mjs writes the table. All of it is constant, lives as long as the
 * program and may be handed to a writer without a copy. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "shopbell/str.h"

struct asset {
    const char *path; /* what the browser asks for, from the first slash, without a query: "/console/" */
    const char *mime; /* for Content-Type, with charset for text */
    const unsigned char *data;
    size_t len;
    const unsigned char *gzip_data; /* NULL when gzip does not make it smaller */
    size_t gzip_len;
    const char *etag; /* quoted and weak, so one tag serves both encodings: W/"1f0c..." */
    bool immutable;   /* the name holds a hash of the content: may be cached for ever */
    bool demo;        /* part of the demo store: 404 unless the demo is on */
};

/* The asset with exactly this path, or NULL. The path is borrowed until return. */
const struct asset *asset_find(struct str path);
