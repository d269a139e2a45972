#include "client/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "client/play.h"
#include "client/relay.h"
#include "client/session.h"

enum { US_PER_MS = 1000, TICK_US = 100 * US_PER_MS, US_PER_S = 1000000, SUBNET_HOSTS = 250 };

static struct client the_client;
static struct socket_target the_target;

struct client *client_get(void)
{
    return &the_client;
}

/* splitmix64 (Steele, Lea, Flood 2014) */
uint64_t client_random(void)
{
    uint64_t z = (the_client.random += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

int64_t client_random_below(int64_t bound)
{
    return bound > 0 ? (int64_t)(client_random() % (uint64_t)bound) : 0;
}

void client_count_by(enum counter counter, int64_t by)
{
    the_client.report->counters[counter] += (uint64_t)by;
}

void client_count(enum counter counter)
{
    client_count_by(counter, 1);
}

/* The first processes get one more. */
int64_t client_share_of(int64_t total)
{
    int64_t processes = the_client.options->processes;
    return total / processes + (the_client.number < total % processes);
}

enum phase client_phase(void)
{
    return (enum phase)atomic_load_explicit(&the_client.control->phase, memory_order_relaxed);
}

static bool had_begun(enum phase phase, int64_t us)
{
    int64_t began_us = atomic_load_explicit(&the_client.control->began_us[phase], memory_order_relaxed);
    return began_us != 0 && us >= began_us;
}

int client_span_at(int64_t us)
{
    static const struct {
        enum phase phase;
        int span;
    } last_first[] = {{PHASE_SETTLE, SPAN_SETTLE},
                      {PHASE_AFTER, SPAN_AFTER},
                      {PHASE_STORM, SPAN_STORM},
                      {PHASE_STEADY, SPAN_BEFORE}};
    for (size_t i = 0; i < sizeof last_first / sizeof *last_first; i++)
        if (had_begun(last_first[i].phase, us))
            return last_first[i].span;
    return SPAN_RAMP;
}

int64_t client_all_in_us(void)
{
    const struct options *options = the_client.options;
    int64_t began_us = atomic_load_explicit(&the_client.control->began_us[PHASE_RAMP], memory_order_relaxed);
    return began_us + (options->sessions + options->agents) * US_PER_S / options->rate;
}

bool client_is_due(int64_t due_us, bool has_no_clock)
{
    int64_t settle_us =
        atomic_load_explicit(&the_client.control->began_us[PHASE_SETTLE], memory_order_relaxed);
    return settle_us == 0 || (!has_no_clock && due_us <= settle_us);
}

void client_note_delivery(int64_t due_us, int64_t took_us)
{
    struct report *report = the_client.report;
    int span = client_span_at(due_us);
    histogram_add(&report->delivery_us[span], took_us);
    if (span == SPAN_RAMP || span == SPAN_SETTLE)
        return;
    int64_t second = (due_us - the_client.control->began_us[PHASE_STEADY]) / US_PER_S;
    histogram_add(&report->delivery_each_s[second < REPORT_SECONDS ? second : REPORT_SECONDS - 1], took_us);
}

/* ---- what the parent reads ---- */

static int64_t rss_bytes(void)
{
    long long pages = 0;
    FILE *statm = fopen("/proc/self/statm", "re");
    if (statm && fscanf(statm, "%*d %lld", &pages) != 1)
        pages = 0;
    if (statm)
        fclose(statm);
    return pages * sysconf(_SC_PAGESIZE);
}

static int64_t cpu_us(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (int64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * US_PER_S + usage.ru_utime.tv_usec +
           usage.ru_stime.tv_usec;
}

static void tell_state(struct client *client)
{
    struct report *report = client->report;
    report->rss_bytes = rss_bytes();
    report->cpu_us = cpu_us();
    report->timers_fired = (int64_t)client->schedule.fired_count;
    report->timers_late = (int64_t)client->schedule.late_count;
    report->late_max_us = client->schedule.late_max_us;
}

static void *session_at(const struct client *client, uint32_t i)
{
    return client->sessions + i * client->play->bytes;
}

static void look_at_all(struct client *client)
{
    int64_t pending = 0, unchecked = 0;
    for (uint32_t i = 0; i < client->sessions_count; i++)
        client->play->look(session_at(client, i), &pending, &unchecked);
    client->report->chats_pending = pending;
    client->report->chats_unchecked = unchecked;
}

/* False: it is over. */
static bool tick(struct client *client)
{
    enum phase phase = client_phase();
    tell_state(client);
    if (phase == PHASE_SETTLE || phase == PHASE_CHECK)
        look_at_all(client);
    return phase != PHASE_END;
}

static void run(struct client *client)
{
    int64_t next_us = schedule_now_us() + TICK_US;
    for (;;) {
        int64_t now_us = schedule_now_us();
        if (now_us >= next_us) {
            next_us = now_us + TICK_US;
            if (!tick(client))
                return;
        }
        sockets_flush();
        loop_turn(&client->loop, (int)((next_us - now_us) / US_PER_MS) + 1);
    }
}

/* ---- start ---- */

/* On loopback every session has an address of its own in 127.0.0.0/8, as people do, and ports never run
 * out. 0: the system chooses. */
static uint32_t source_of(const struct client *client, uint32_t session)
{
    const struct sockaddr_in *to = (const struct sockaddr_in *)&client->options->address;
    enum { LOOPBACK = 127, FIRST_NET = 16, NETS = 224 };
    if (to->sin_family != AF_INET || ntohl(to->sin_addr.s_addr) >> 24 != LOOPBACK)
        return 0;
    uint32_t net = FIRST_NET + client->number % NETS;
    return (uint32_t)LOOPBACK << 24 | net << 16 | (1 + session / SUBNET_HOSTS % SUBNET_HOSTS) << 8 |
           (1 + session % SUBNET_HOSTS);
}

/* Writers are spread evenly over the shoppers, so that they come at all times of the ramp. -1: not one. */
static int64_t writer_of(int64_t shopper, int64_t shoppers, int64_t writers)
{
    int64_t before = shopper * writers / shoppers;
    return before != (shopper + 1) * writers / shoppers ? before : -1;
}

static void begin_sessions(struct client *client)
{
    int64_t agents = client_share_of(client->options->agents);
    int64_t shoppers = client->sessions_count - agents;
    int64_t writers = client_share_of(client->options->conversations);
    int64_t now_us = schedule_now_us();
    for (uint32_t i = 0; i < client->sessions_count; i++) {
        int64_t place = (int64_t)i * client->options->processes + client->number;
        struct part part = {.number = i, .source = source_of(client, i), .writer = -1};
        if (i < agents)
            part.agent = (uint32_t)place + 1;
        else
            part.writer = writer_of(i - agents, shoppers, writers);
        client->play->begin(session_at(client, i), &part, now_us + place * US_PER_S / client->options->rate);
    }
}

static bool client_init(struct client *client)
{
    const struct options *options = client->options;
    const struct play *play =
        options->protocol == PROTOCOL_SHOPBELL ? &session_play : relay_play(options->protocol);
    int64_t agents = client_share_of(options->agents);
    int64_t writers = client_share_of(options->conversations);
    client->play = play;
    client->sessions_count = (uint32_t)(client_share_of(options->sessions) + agents);
    client->sessions = calloc(client->sessions_count, play->bytes);
    uint32_t timers = client->sessions_count + (uint32_t)(writers + agents * play->agent_timers);
    the_target = (struct socket_target){
        .address = options->address,
        .address_len = options->address_len,
        .ws = {options->host, options->path, options->origin, play->subprotocol},
    };
    sockets_use(&client->loop, &the_target, &play->upcalls, client_random);
    return client->sessions && loop_init(&client->loop) &&
           schedule_init(&client->schedule, &client->loop, timers);
}

bool client_run(const struct options *options, struct control *control, struct report *report,
                uint32_t number)
{
    struct client *client = &the_client;
    *client = (struct client){.options = options, .control = control, .report = report, .number = number};
    client->random = (uint64_t)options->seed << 32 | number;
    client->run = (uint32_t)atomic_load(&control->began_us[PHASE_RAMP]);
    report->rss_start_bytes = rss_bytes();
    if (!client_init(client))
        return false;
    begin_sessions(client);
    run(client);
    return true; /* the process ends; the kernel is faster at closing than we are */
}
