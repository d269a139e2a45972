/* Host names to addresses: the look-up blocks, so it runs on the thread pool. */
#pragma once

#include <stdbool.h>
#include <uv.h>

enum { HOST_ADDRESS_BYTES = 64 };

bool host_is_numeric(const char *host);
/* Borrows request until done has run; host is copied. False: no memory; done will not run. */
bool host_resolve(uv_loop_t *loop, uv_getaddrinfo_t *request, const char *host, uv_getaddrinfo_cb done);
/* In done: writes the first address as text and frees what was found. False: there is none. */
bool host_address(int status, struct addrinfo *found, char address[HOST_ADDRESS_BYTES]);
