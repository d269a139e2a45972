/* A bad network between two places of one machine, for tests. It makes a network namespace of its own and
 * carries IP packets between a TUN device there and one where it was started. On the way it loses, delays,
 * doubles and reorders them, or lets none through, as it is told: what `tc netem` does, on kernels that have
 * no netem too. All of it is gone when it ends.
 *
 *   wire HERE THERE SEED      two IPv4 addresses; servers are run there by nsenter --net=/proc/<pid>/ns/net
 *
 * says "ready", and then takes a line each on stdin:
 *   loss PERCENT | dup PERCENT | delay MS JITTER_MS | reorder PERCENT (these are held back for HOLD_MS)
 *   cut, heal                 nothing passes, in either direction; everything does again
 *   bury                      the TCP connections of now are cut for good; new ones are not
 *   stats                     says "stats passed lost doubled held cut"
 * It ends with its stdin. Needs root. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

enum {
    HERE,
    THERE,
    HOLD_MS = 40,
    PACKET_MAX_BYTES = 2048,
    WAITING_MAX = 200000,
    IP_TCP = 6,
    TCP_SYN = 2,
    TCP_ACK = 16
};

struct packet {
    int64_t due_us;
    uint64_t number; /* those that are due at once keep their order */
    int to;
    size_t len;
    unsigned char bytes[];
};

static int devices[2];
static struct packet *waiting[WAITING_MAX]; /* a heap, the earliest first */
static size_t waiting_count;
static uint64_t numbers, seed;

static struct {
    double loss, dup, reorder, delay_ms, jitter_ms;
    bool cut;
} weather;

static struct {
    unsigned long passed, lost, doubled, held, cut;
} stats;

/* By the port of whoever is here. */
static bool port_seen[65536], port_dead[65536];

static void die(const char *what)
{
    fprintf(stderr, "wire: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* xorshift64*: 0 <= x < 1 */
static double chance(void)
{
    seed ^= seed >> 12;
    seed ^= seed << 25;
    seed ^= seed >> 27;
    return (double)((seed * 2685821657736338717u) >> 11) / 9007199254740992.0;
}

static bool happens(double percent)
{
    return chance() * 100 < percent;
}

/* ---- the heap ---- */

static bool is_before(const struct packet *a, const struct packet *b)
{
    return a->due_us < b->due_us || (a->due_us == b->due_us && a->number < b->number);
}

static void heap_push(struct packet *packet)
{
    size_t at = waiting_count++;
    for (; at > 0 && is_before(packet, waiting[(at - 1) / 2]); at = (at - 1) / 2)
        waiting[at] = waiting[(at - 1) / 2];
    waiting[at] = packet;
}

static struct packet *heap_pop(void)
{
    struct packet *first = waiting[0], *last = waiting[--waiting_count];
    size_t at = 0;
    for (;;) {
        size_t child = 2 * at + 1;
        if (child + 1 < waiting_count && is_before(waiting[child + 1], waiting[child]))
            child++;
        if (child >= waiting_count || !is_before(waiting[child], last))
            break;
        waiting[at] = waiting[child];
        at = child;
    }
    waiting[at] = last;
    return first;
}

/* ---- packets ---- */

/* What belongs to a connection that was buried goes nowhere. */
static bool is_dead(const unsigned char *ip, size_t len, int from)
{
    size_t header = (size_t)(ip[0] & 15) * 4;
    if (len < header + 14 || ip[0] >> 4 != 4 || ip[9] != IP_TCP)
        return false;
    const unsigned char *tcp = ip + header + (from == HERE ? 0 : 2);
    unsigned port = (unsigned)tcp[0] << 8 | tcp[1];
    bool opens = from == HERE && (ip[header + 13] & (TCP_SYN | TCP_ACK)) == TCP_SYN;
    if (opens)
        port_dead[port] = false;
    port_seen[port] = true;
    return port_dead[port];
}

static void send_later(const unsigned char *bytes, size_t len, int to)
{
    struct packet *packet = waiting_count < WAITING_MAX ? malloc(sizeof *packet + len) : NULL;
    double delay_ms = weather.delay_ms + weather.jitter_ms * chance();
    if (!packet)
        return;
    if (happens(weather.reorder)) {
        delay_ms += HOLD_MS;
        stats.held++;
    }
    *packet = (struct packet){now_us() + (int64_t)(delay_ms * 1000), numbers++, to, len};
    memcpy(packet->bytes, bytes, len);
    heap_push(packet);
}

static void carry(int from)
{
    unsigned char bytes[PACKET_MAX_BYTES];
    ssize_t len = read(devices[from], bytes, sizeof bytes);
    if (len <= 0)
        return;
    if (weather.cut || is_dead(bytes, (size_t)len, from)) {
        stats.cut++;
        return;
    }
    if (happens(weather.loss)) {
        stats.lost++;
        return;
    }
    send_later(bytes, (size_t)len, !from);
    if (!happens(weather.dup))
        return;
    stats.doubled++;
    send_later(bytes, (size_t)len, !from);
}

static void deliver(void)
{
    while (waiting_count > 0 && waiting[0]->due_us <= now_us()) {
        struct packet *packet = heap_pop();
        if (write(devices[packet->to], packet->bytes, packet->len) > 0)
            stats.passed++;
        free(packet);
    }
}

/* ---- what it is told ---- */

static void obey(const char *line)
{
    char verb[16] = "";
    double first = 0, second = 0;
    sscanf(line, "%15s %lf %lf", verb, &first, &second);
    if (strcmp(verb, "loss") == 0)
        weather.loss = first;
    else if (strcmp(verb, "dup") == 0)
        weather.dup = first;
    else if (strcmp(verb, "reorder") == 0)
        weather.reorder = first;
    else if (strcmp(verb, "delay") == 0) {
        weather.delay_ms = first;
        weather.jitter_ms = second;
    } else if (strcmp(verb, "cut") == 0 || strcmp(verb, "heal") == 0)
        weather.cut = verb[0] == 'c';
    else if (strcmp(verb, "bury") == 0) {
        for (size_t port = 0; port < 65536; port++)
            port_dead[port] = port_dead[port] || port_seen[port];
        memset(port_seen, 0, sizeof port_seen);
    } else if (strcmp(verb, "stats") == 0)
        printf("stats %lu %lu %lu %lu %lu\n", stats.passed, stats.lost, stats.doubled, stats.held, stats.cut);
    else
        fprintf(stderr, "wire: what is '%s'?\n", line);
}

static void listen_to_stdin(void)
{
    static char buffer[4096];
    static size_t used;
    ssize_t len = read(STDIN_FILENO, buffer + used, sizeof buffer - 1 - used);
    if (len <= 0)
        exit(0);
    used += (size_t)len;
    buffer[used] = '\0';
    for (char *end; (end = strchr(buffer, '\n')); used = strlen(buffer)) {
        *end = '\0';
        obey(buffer);
        memmove(buffer, end + 1, strlen(end + 1) + 1);
    }
}

/* ---- the two ends ---- */

static void set_address(int sock, struct ifreq *request, unsigned long what, const char *text)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    if (inet_pton(AF_INET, text, &address.sin_addr) != 1) {
        errno = EINVAL;
        die(text);
    }
    memcpy(&request->ifr_addr, &address, sizeof address);
    if (ioctl(sock, what, request) < 0)
        die("ioctl of an address");
}

static void bring_up(int sock, struct ifreq *request)
{
    if (ioctl(sock, SIOCGIFFLAGS, request) < 0)
        die("SIOCGIFFLAGS");
    request->ifr_flags |= IFF_UP;
    if (ioctl(sock, SIOCSIFFLAGS, request) < 0)
        die("SIOCSIFFLAGS");
}

/* A bare root may have no file for the device; then one of our own does for as long as it takes to open it.
 */
static int open_tun(void)
{
    enum { FLAGS = O_RDWR | O_NONBLOCK | O_CLOEXEC, MAJOR = 10, MINOR = 200 };
    char path[64];
    int device = open("/dev/net/tun", FLAGS);
    if (device >= 0 || errno != ENOENT)
        return device;
    snprintf(path, sizeof path, "/dev/shopbell-tun-%d", (int)getpid());
    if (mknod(path, S_IFCHR | 0600, makedev(MAJOR, MINOR)) < 0)
        return -1;
    device = open(path, FLAGS);
    unlink(path);
    return device;
}

/* In the namespace of now. */
static int open_end(const char *own, const char *other)
{
    struct ifreq request = {.ifr_name = "sbwire%d", .ifr_flags = IFF_TUN | IFF_NO_PI};
    int device = open_tun();
    int sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (device < 0 || sock < 0 || ioctl(device, TUNSETIFF, &request) < 0)
        die("/dev/net/tun");
    set_address(sock, &request, SIOCSIFADDR, own);
    set_address(sock, &request, SIOCSIFDSTADDR, other);
    bring_up(sock, &request);
    strcpy(request.ifr_name, "lo");
    bring_up(sock, &request);
    close(sock);
    return device;
}

static int until_next_ms(void)
{
    if (waiting_count == 0)
        return -1;
    int64_t left_us = waiting[0]->due_us - now_us();
    return left_us <= 0 ? 0 : (int)((left_us + 999) / 1000);
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return fputs("usage: wire HERE THERE SEED\n", stderr), 2;
    seed = strtoull(argv[3], NULL, 10) * 2 + 1;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setvbuf(stdout, NULL, _IOLBF, 0);
    devices[HERE] = open_end(argv[1], argv[2]);
    if (unshare(CLONE_NEWNET) < 0)
        die("unshare");
    devices[THERE] = open_end(argv[2], argv[1]);
    puts("ready");
    struct pollfd polled[] = {
        {devices[HERE], POLLIN, 0}, {devices[THERE], POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
    for (;;) {
        if (poll(polled, 3, until_next_ms()) < 0 && errno != EINTR)
            die("poll");
        for (int end = HERE; end <= THERE; end++)
            if (polled[end].revents)
                carry(end);
        if (polled[2].revents)
            listen_to_stdin();
        deliver();
    }
}
