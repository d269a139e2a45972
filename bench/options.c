#include "options.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const protocol_names[PROTOCOLS_COUNT] = {"shopbell", "relay", "socketio", "nchan"};

const char *const scenario_names[SCENARIOS_COUNT] = {"idle", "chat", "churn", "queue", "storm"};

static const char help_text[] =
    "shopbell-bench --url URL --site SITE [options]: load for a Shopbell server, in its own protocol\n"
    "\n"
    "  --url URL            http://HOST:PORT or ws://HOST:PORT[/ws] of the server itself; there is no TLS\n"
    "  --site ID            the site that the sessions log in to\n"
    "  --origin ORIGIN      the Origin they send, which the site must list (the URL's own)\n"
    "  --scenario NAME      idle: hold the sessions for --seconds (this one, when none is named)\n"
    "                       chat: some of them write, with agents, and only that is measured\n"
    "                       churn: shoppers go from page to page, --views N of them a second (100), by the\n"
    "                       clock: each leaves its socket for the next one\n"
    "                       queue: all --conversations wait, then the agents come, and take --handle MS for\n"
    "                       each (0), until all of them are over\n"
    "                       storm: as idle, then wait for the server to be restarted, until everybody is\n"
    "                       back, and for --seconds more\n"
    "  --protocol NAME      shopbell, or what stands beside it in bench/README.md: relay, socketio, nchan, "
    "whose\n"
    "                       URL has the whole path, which have no --site, and of which only chat and idle "
    "are had\n"
    "  --sessions N         shoppers, each with a socket of its own (1000)\n"
    "  --rate N             how many of them connect a second at the start (1000)\n"
    "  --conversations N    so many of the shoppers write (0)\n"
    "  --agents N           agents who answer (0), with\n"
    "  --agent-email TEXT   %d in it being the agent's number from 1, and\n"
    "  --agent-password TEXT\n"
    "\n"
    "How much is written, one of these:\n"
    "  --every MS           a shopper's time from one message to the next, by the clock and not by the\n"
    "                       answers (1000); --agent-every MS an agent's in each conversation (10000)\n"
    "  --messages N         a second, of all together, half of them from agents; by the clock too\n"
    "  --in-flight N        no clock: each shopper always has so many under way (1 to 16); agents only read\n"
    "  --bytes N            of a message's text, 24 to 4000 (80)\n"
    "\n"
    "  --warm N             of chat: before it is measured it goes on for so many seconds (3)\n"
    "  --seconds N          how long a phase is held (10)\n"
    "  --give-up N          storm and queue are over after so many seconds, whoever is still away (180)\n"
    "  --processes N        processes to share the sessions (as many as the limit of open files asks for)\n"
    "  --watch NAME=PID,PID processes on this machine whose processor, memory and instructions are to be "
    "told\n"
    "                       for each phase; may be given up to 8 times\n"
    "  --seed N             of every random choice (1)\n"
    "\n"
    "A line of progress a second goes to stderr, the result as JSON to stdout. SIGUSR1 says that the "
    "restarted\n"
    "server is ready: the time until everybody is back is counted from there; without it, from the first "
    "log-in.\n"
    "In other scenarios it divides the times in two: what came before, and what came after (\"storm\").\n"
    "A session may send some 10 messages a second; for more, set session_rate in the server's "
    "configuration.\n"
    "At the end every conversation is read back and compared with what was acknowledged and shown. The exit "
    "code\n"
    "is 0 when everybody was in at the end and nothing was lost, repeated or out of order, else 1.\n";

struct number_option {
    const char *name;
    size_t offset;
    int64_t min, max;
};

static const struct number_option number_options[] = {
    {"--sessions", offsetof(struct options, sessions), 1, 10000000},
    {"--conversations", offsetof(struct options, conversations), 0, 10000000},
    {"--agents", offsetof(struct options, agents), 0, 100000},
    {"--rate", offsetof(struct options, rate), 1, 1000000},
    {"--every", offsetof(struct options, every_ms), 1, 86400000},
    {"--agent-every", offsetof(struct options, agent_every_ms), 1, 86400000},
    {"--messages", offsetof(struct options, messages), 0, 10000000},
    {"--in-flight", offsetof(struct options, in_flight), 0, IN_FLIGHT_MAX},
    {"--warm", offsetof(struct options, warm_s), 0, 3600},
    {"--views", offsetof(struct options, views), 1, 1000000},
    {"--handle", offsetof(struct options, handle_ms), 0, 86400000},
    {"--bytes", offsetof(struct options, text_bytes), 24, 4000},
    {"--seconds", offsetof(struct options, seconds), 0, 86400},
    {"--give-up", offsetof(struct options, give_up_s), 1, 86400},
    {"--processes", offsetof(struct options, processes), 1, 1000},
    {"--seed", offsetof(struct options, seed), 0, INT32_MAX},
};

enum { NUMBER_OPTIONS_COUNT = sizeof number_options / sizeof *number_options };

static bool complain(const char *what, const char *why)
{
    fprintf(stderr, "shopbell-bench: %s: %s\n", what, why);
    return false;
}

static bool read_number(struct options *options, const struct number_option *option, const char *text)
{
    char *end, why[100];
    long long value = strtoll(text, &end, 10);
    if (*text == '\0' || *end != '\0' || value < option->min || value > option->max) {
        snprintf(why, sizeof why, "give a number from %lld to %lld", (long long)option->min,
                 (long long)option->max);
        return complain(option->name, why);
    }
    memcpy((char *)options + option->offset, &(int64_t){value}, sizeof(int64_t));
    return true;
}

/* Its place in a list of names; -1: said that it is none of them. */
static int read_name(const char *option, const char *name, const char *const *names, int count)
{
    for (int i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    fprintf(stderr, "shopbell-bench: %s %s: there are", option, name);
    for (int i = 0; i < count; i++)
        fprintf(stderr, " %s", names[i]);
    fputs("\n", stderr);
    return -1;
}

static bool read_scenario(struct options *options, const char *name)
{
    int found = read_name("--scenario", name, scenario_names, SCENARIOS_COUNT);
    options->scenario = (enum scenario)found;
    return found >= 0;
}

static bool read_protocol(struct options *options, const char *name)
{
    int found = read_name("--protocol", name, protocol_names, PROTOCOLS_COUNT);
    options->protocol = (enum protocol)found;
    return found >= 0;
}

static bool read_watch(struct options *options, const char *text)
{
    const char *equals = strchr(text, '=');
    struct watch *watch = &options->watches[options->watches_count];
    if (options->watches_count == WATCHES_MAX)
        return complain("--watch", "eight are the most");
    if (!equals || equals == text || (size_t)(equals - text) >= sizeof watch->name)
        return complain("--watch", "give it as server=1234 or server=1234,1235");
    snprintf(watch->name, sizeof watch->name, "%.*s", (int)(equals - text), text);
    for (const char *at = equals; *at && watch->pids_count < WATCH_PIDS_MAX;) {
        char *end;
        long pid = strtol(at + 1, &end, 10);
        if (end == at + 1 || (*end != ',' && *end != '\0') || pid < 1)
            return complain(at + 1, "is not the number of a process");
        watch->pids[watch->pids_count++] = (int)pid;
        at = end;
    }
    options->watches_count++;
    return true;
}

/* ---- the URL ---- */

static bool resolve(struct options *options, const char *host, const char *port)
{
    struct addrinfo *found, hints = {.ai_socktype = SOCK_STREAM};
    int error = getaddrinfo(host, port, &hints, &found);
    if (error != 0)
        return complain(host, gai_strerror(error));
    memcpy(&options->address, found->ai_addr, found->ai_addrlen);
    options->address_len = found->ai_addrlen;
    freeaddrinfo(found);
    return true;
}

static bool read_host(struct options *options, const char *host)
{
    char name[256];
    const char *port = "80";
    snprintf(options->host, sizeof options->host, "%s", host);
    snprintf(name, sizeof name, "%s", host);
    char *colon = strrchr(name, ':');
    if (colon && !strchr(colon, ']')) {
        *colon = '\0';
        port = colon + 1;
    }
    size_t len = strlen(name);
    bool in_brackets = name[0] == '[' && name[len - 1] == ']';
    if (in_brackets)
        name[len - 1] = '\0';
    return resolve(options, name + in_brackets, port);
}

static bool read_url(struct options *options, const char *url)
{
    char rest[256];
    const char *after = strstr(url, "://");
    if (strncmp(url, "https:", 6) == 0 || strncmp(url, "wss:", 4) == 0)
        return complain(url, "there is no TLS here: give the server's own address, behind what ends TLS");
    if ((strncmp(url, "http:", 5) != 0 && strncmp(url, "ws:", 3) != 0) || !after)
        return complain(url, "not a URL such as http://127.0.0.1:8080");
    snprintf(rest, sizeof rest, "%s", after + 3);
    char *slash = strchr(rest, '/');
    snprintf(options->path, sizeof options->path, "%s", slash && slash[1] ? slash : "/ws");
    if (slash)
        *slash = '\0';
    if (options->origin[0] == '\0')
        snprintf(options->origin, sizeof options->origin, "http://%s", rest);
    return read_host(options, rest);
}

/* ---- all of it ---- */

static const struct number_option *find_number(const char *name)
{
    for (int i = 0; i < NUMBER_OPTIONS_COUNT; i++)
        if (strcmp(number_options[i].name, name) == 0)
            return &number_options[i];
    return NULL;
}

static bool read_option(struct options *options, const char *name, const char *value, const char **url)
{
    const struct number_option *number = find_number(name);
    if (number)
        return read_number(options, number, value);
    if (strcmp(name, "--scenario") == 0)
        return read_scenario(options, value);
    if (strcmp(name, "--protocol") == 0)
        return read_protocol(options, value);
    if (strcmp(name, "--watch") == 0)
        return read_watch(options, value);
    if (strcmp(name, "--url") == 0)
        *url = value;
    else if (strcmp(name, "--site") == 0)
        options->site = value;
    else if (strcmp(name, "--origin") == 0)
        snprintf(options->origin, sizeof options->origin, "%s", value);
    else if (strcmp(name, "--agent-email") == 0)
        options->agent_email = value;
    else if (strcmp(name, "--agent-password") == 0)
        options->agent_password = value;
    else
        return complain(name, "is not an option; --help lists them");
    return true;
}

static bool check_protocol(const struct options *options)
{
    if (options->protocol == PROTOCOL_SHOPBELL) {
        if (!options->site)
            return complain("--site", "is needed; --help says more");
        if (options->agents > 0 && (!options->agent_email || !options->agent_password))
            return complain("--agents", "needs --agent-email and --agent-password");
        return true;
    }
    if (options->scenario != SCENARIO_IDLE && options->scenario != SCENARIO_CHAT)
        return complain("--scenario", "with another protocol there are idle and chat");
    if (options->protocol == PROTOCOL_NCHAN && options->agents != options->conversations)
        return complain("--agents", "must be as many as --conversations with nchan: a socket is in one room");
    return true;
}

static bool check(const struct options *options, const char *url)
{
    if (!url)
        return complain("--url", "is needed; --help says more");
    if (options->conversations > options->sessions)
        return complain("--conversations", "cannot be more than --sessions");
    bool needs_writers = options->scenario == SCENARIO_CHAT || options->scenario == SCENARIO_QUEUE;
    if (needs_writers && options->conversations == 0)
        return complain("--conversations", "is needed for chat and queue");
    if (options->scenario == SCENARIO_QUEUE && options->agents == 0)
        return complain("--agents", "is needed for queue: nobody else ends it");
    if (options->messages > 0 && options->in_flight > 0)
        return complain("--in-flight", "goes without a clock, and --messages by it: give one of them");
    return check_protocol(options);
}

enum options_verdict options_read(struct options *options, int argc, char *argv[])
{
    const char *url = NULL;
    *options = (struct options){.sessions = 1000,
                                .rate = 1000,
                                .every_ms = 1000,
                                .agent_every_ms = 10000,
                                .text_bytes = 80,
                                .seconds = 10,
                                .give_up_s = 180,
                                .warm_s = 3,
                                .views = 100,
                                .seed = 1};
    for (int i = 1; i < argc; i += 2) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            fputs(help_text, stdout);
            return OPTIONS_HELP;
        }
        if (i + 1 == argc)
            return complain(argv[i], "has no value; give one after it"), OPTIONS_WRONG;
        if (!read_option(options, argv[i], argv[i + 1], &url))
            return OPTIONS_WRONG;
    }
    return check(options, url) && read_url(options, url) ? OPTIONS_RUN : OPTIONS_WRONG;
}

int64_t options_every_us(const struct options *options, bool is_agent)
{
    enum { US_PER_MS = 1000, US_PER_S = 1000 * 1000, SIDES = 2 };
    if (options->in_flight > 0)
        return 0;
    if (options->messages > 0)
        return SIDES * options->conversations * US_PER_S / options->messages;
    return (is_agent ? options->agent_every_ms : options->every_ms) * US_PER_MS;
}

int64_t options_view_every_us(const struct options *options)
{
    enum { US_PER_S = 1000 * 1000 };
    return options->scenario == SCENARIO_CHURN ? options->sessions * US_PER_S / options->views : 0;
}
