/* A listening socket on the loop. */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

typedef void (*listener_fn)(void *ctx, int fd); /* the descriptor is the callee's */

struct listener {
    uv_poll_t poll;
    int fd;
    uint16_t port;
    bool is_paused; /* there are no descriptors left */
    listener_fn on_accept;
    void *ctx;
};

/* False: said on stderr. */
bool listener_open(struct listener *listener, uv_loop_t *loop, const struct sockaddr_in *address,
                   listener_fn on_accept, void *ctx);
void listener_resume(struct listener *listener); /* when a descriptor is free again */
void listener_close(struct listener *listener);
