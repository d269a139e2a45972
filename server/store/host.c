#include "store/host.h"

bool host_is_numeric(const char *host)
{
    unsigned char address[16];
    return uv_inet_pton(AF_INET, host, address) == 0 || uv_inet_pton(AF_INET6, host, address) == 0;
}

bool host_resolve(uv_loop_t *loop, uv_getaddrinfo_t *request, const char *host, uv_getaddrinfo_cb done)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    return uv_getaddrinfo(loop, request, done, host, NULL, &hints) == 0;
}

bool host_address(int status, struct addrinfo *found, char address[HOST_ADDRESS_BYTES])
{
    bool good = status == 0 && getnameinfo(found->ai_addr, found->ai_addrlen, address, HOST_ADDRESS_BYTES,
                                           NULL, 0, NI_NUMERICHOST) == 0;
    if (status == 0)
        uv_freeaddrinfo(found);
    return good;
}
