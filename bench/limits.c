#include "limits.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <sys/resource.h>

enum { FILES_OF_OUR_OWN = 64 };

static int64_t raise_files(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 1024;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    getrlimit(RLIMIT_NOFILE, &limit);
    return (int64_t)limit.rlim_cur;
}

static bool check_files(struct options *options)
{
    int64_t files = raise_files() - FILES_OF_OUR_OWN;
    int64_t sockets = options->sessions + options->agents;
    if (options->processes == 0)
        options->processes = (sockets + files - 1) / files;
    int64_t each = (sockets + options->processes - 1) / options->processes;
    if (each <= files)
        return true;
    fprintf(stderr,
            "shopbell-bench: %lld sockets a process need a limit of %lld open files, and it is %lld.\n"
            "Give --processes %lld, or raise it: ulimit -n %lld\n",
            (long long)each, (long long)(each + FILES_OF_OUR_OWN), (long long)(files + FILES_OF_OUR_OWN),
            (long long)((sockets + files - 1) / files), (long long)(each + FILES_OF_OUR_OWN));
    return false;
}

static bool is_loopback(const struct options *options)
{
    const struct sockaddr_in *to = (const struct sockaddr_in *)&options->address;
    return to->sin_family == AF_INET && ntohl(to->sin_addr.s_addr) >> 24 == 127;
}

/* From one address there are as many connections to one address and port as there are ports. */
static bool check_ports(const struct options *options)
{
    int first = 32768, last = 60999;
    FILE *range = fopen("/proc/sys/net/ipv4/ip_local_port_range", "re");
    if (range && fscanf(range, "%d %d", &first, &last) != 2)
        first = 32768;
    if (range)
        fclose(range);
    if (is_loopback(options) || options->sessions + options->agents <= last - first + 1)
        return true;
    fprintf(stderr,
            "shopbell-bench: %lld sockets to one address, and only %d ports to open them from.\n"
            "Widen the range: sysctl -w net.ipv4.ip_local_port_range=\"1024 65535\", or share the sessions\n"
            "among more machines or addresses. (On 127.0.0.1 every session has an address of its own.)\n",
            (long long)(options->sessions + options->agents), last - first + 1);
    return false;
}

bool limits_check(struct options *options)
{
    return check_files(options) && check_ports(options);
}
