/* The command line. */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

struct options {
    struct sockaddr_in listen;
    const char *redis; /* borrowed of argv: unix:PATH or HOST:PORT; NULL: none */
    size_t read_buffer_bytes;
    bool coalesce;
};

enum options_verdict { OPTIONS_RUN, OPTIONS_HELP, OPTIONS_WRONG };

/* What is wrong has been said on stderr, help was printed on stdout. */
enum options_verdict options_read(struct options *options, int argc, char *argv[]);
