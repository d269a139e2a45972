/* One WebSocket: a connection from a chosen address, the upgrade, whole text messages both ways.
 *
 * An open one holds no buffers. Reading goes through one buffer a process; only what is incomplete is kept.
 * Everything is on the one loop thread. */
#pragma once

#include <netinet/in.h>
#include <stdint.h>

#include "client/loop.h"
#include "client/ws.h"
#include "shopbell/str.h"

enum socket_state { SOCKET_CLOSED, SOCKET_CONNECTING, SOCKET_UPGRADING, SOCKET_OPEN };

struct socket {
    struct polled polled;
    unsigned char *in, *out; /* owned; NULL: nothing is incomplete, nothing waits to be sent */
    uint32_t in_len, out_len;
    uint8_t state; /* enum socket_state */
};

struct socket_loss {
    bool was_open;
    bool is_bad;       /* the server broke the rules of WebSocket */
    uint16_t code;     /* of the close frame, or WS_CLOSE_ABNORMAL */
    struct str reason; /* borrowed until return */
    int error;         /* errno, when it was that; else 0 */
    int http_status;   /* when the handshake was refused; else 0 */
};

/* on_lost comes at most once for each socket_open(), never from within it or socket_send(); by then nothing
 * can be sent. socket_open() works again once on_lost has returned, or after socket_close(); not within
 * on_text. */
struct socket_upcalls {
    void (*on_open)(struct socket *socket);
    void (*on_text)(struct socket *socket, struct str text); /* borrowed until return */
    void (*on_lost)(struct socket *socket, const struct socket_loss *loss);
    const char *(*path)(
        const struct socket *socket); /* of its own; NULL: the target's. Borrowed until the next */
};

struct socket_target {
    struct sockaddr_storage address;
    socklen_t address_len;
    struct ws_target ws; /* borrowed */
};

/* Once a process, before all else; everything is borrowed. random: for the masks. */
void sockets_use(struct loop *loop, const struct socket_target *target, const struct socket_upcalls *upcalls,
                 uint64_t (*random)(void));

/* source: where to connect from, in host byte order; 0: let the system choose. 0, or an errno. */
int socket_open(struct socket *socket, uint32_t source);
void socket_send(struct socket *socket, struct str text);
void socket_close(struct socket *socket, uint16_t code); /* says goodbye when open; no upcall follows */
/* Before the loop waits: what was sent outside of upcalls may not have gone out yet. */
void sockets_flush(void);
