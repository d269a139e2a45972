#include "options.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help_text[] =
    "shopbell-floor --listen ADDRESS:PORT [options]: a bare relay, the limit of libwebsockets and libuv\n"
    "\n"
    "  --listen ADDRESS:PORT  where to listen, such as 127.0.0.1:8080; port 0 takes any free one\n"
    "  --redis unix:PATH      one XADD a message, answered before anybody hears of the message\n"
    "  --redis HOST:PORT      (without --redis nothing is stored)\n"
    "  --read-buffer BYTES    what libwebsockets reads at once, and keeps for each socket, 128 to 65536 "
    "(512)\n"
    "  --coalesce             all frames for one socket of one turn of the loop in one write, rather than "
    "each\n"
    "                         in a write of its own\n"
    "\n"
    "It says \"floor ready http://ADDRESS:PORT\" when it listens. SIGTERM or SIGINT ends it. The protocol is "
    "in\n"
    "bench/README.md.\n";

static bool complain(const char *what, const char *why)
{
    fprintf(stderr, "shopbell-floor: %s: %s\n", what, why);
    return false;
}

static bool read_number(const char *text, long min, long max, long *number)
{
    char *end;
    *number = strtol(text, &end, 10);
    return *text != '\0' && *end == '\0' && *number >= min && *number <= max;
}

static bool read_listen(struct options *options, const char *text)
{
    char host[INET_ADDRSTRLEN];
    long port;
    const char *colon = strchr(text, ':');
    options->listen = (struct sockaddr_in){.sin_family = AF_INET};
    if (!colon || (size_t)(colon - text) >= sizeof host || !read_number(colon + 1, 0, 65535, &port))
        return complain("--listen", "give an IPv4 address and a port, such as 127.0.0.1:8080");
    memcpy(host, text, (size_t)(colon - text));
    host[colon - text] = '\0';
    options->listen.sin_port = htons((uint16_t)port);
    return inet_pton(AF_INET, host, &options->listen.sin_addr) == 1 ||
           complain("--listen", "give an IPv4 address, not a name, such as 127.0.0.1:8080");
}

static bool read_redis(struct options *options, const char *text)
{
    long port;
    const char *colon = strrchr(text, ':');
    options->redis = text;
    if (strncmp(text, "unix:", 5) == 0 && text[5] != '\0')
        return true;
    return (colon && colon > text && read_number(colon + 1, 1, 65535, &port)) ||
           complain("--redis", "give unix:PATH or HOST:PORT, such as 127.0.0.1:6379");
}

static bool read_buffer(struct options *options, const char *text)
{
    long bytes;
    if (!read_number(text, 128, 65536, &bytes))
        return complain("--read-buffer", "give a number from 128 to 65536");
    options->read_buffer_bytes = (size_t)bytes;
    return true;
}

static bool read_option(struct options *options, int option)
{
    switch (option) {
    case 'l':
        return read_listen(options, optarg);
    case 'r':
        return read_redis(options, optarg);
    case 'b':
        return read_buffer(options, optarg);
    case 'c':
        return options->coalesce = true;
    default:
        return complain("--help", "lists the options"); /* getopt has said what is wrong */
    }
}

enum options_verdict options_read(struct options *options, int argc, char *argv[])
{
    static const struct option known[] = {
        {"listen", required_argument, NULL, 'l'},
        {"redis", required_argument, NULL, 'r'},
        {"read-buffer", required_argument, NULL, 'b'},
        {"coalesce", no_argument, NULL, 'c'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    *options = (struct options){.read_buffer_bytes = 512};
    for (int option; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        if (option == 'h') {
            fputs(help_text, stdout);
            return OPTIONS_HELP;
        }
        if (!read_option(options, option))
            return OPTIONS_WRONG;
    }
    if (optind < argc)
        return complain(argv[optind], "is not an option; --help lists them"), OPTIONS_WRONG;
    if (options->listen.sin_family == 0)
        return complain("--listen", "is needed; --help says more"), OPTIONS_WRONG;
    return OPTIONS_RUN;
}
