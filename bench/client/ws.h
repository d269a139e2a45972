/* WebSocket as a client speaks it (RFC 6455), without a socket: bytes in, bytes out. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shopbell/str.h"

enum {
    WS_CLIENT_HEADER_MAX_BYTES = 14,
    WS_CLOSE_NO_CODE = 1005,
    WS_CLOSE_ABNORMAL = 1006, /* nobody sent a close frame */
};

enum ws_opcode { WS_TEXT = 0x1, WS_CLOSE = 0x8, WS_PING = 0x9, WS_PONG = 0xa };

/* ---- the handshake ---- */

struct ws_target {
    const char *host; /* as in the Host header, with the port */
    const char *path;
    const char *origin;
    const char *subprotocol; /* NULL: none is asked for */
};

/* Writes the request; returns its bytes, 0 when out is too small. */
size_t ws_handshake_request(char *out, size_t size, const struct ws_target *target);

enum ws_handshake { WS_HANDSHAKE_PART, WS_HANDSHAKE_OK, WS_HANDSHAKE_REFUSED };

/* Looks at what came back. OK: *head_bytes is where the frames begin. REFUSED: *status is HTTP's, or 0 when
 * it was no proper answer. */
enum ws_handshake ws_handshake_response(struct str bytes, size_t *head_bytes, int *status);

/* ---- frames ---- */

/* Writes one final, masked frame; out has room for len + WS_CLIENT_HEADER_MAX_BYTES. payload and out may not
 * overlap. Returns its bytes. */
size_t ws_put_frame(unsigned char *out, enum ws_opcode opcode, const void *payload, size_t len,
                    uint32_t mask);
size_t ws_put_close(unsigned char *out, uint16_t code, uint32_t mask);

enum ws_status { WS_FRAME_PART, WS_FRAME_WHOLE, WS_FRAME_BAD };

struct ws_frame {
    enum ws_opcode opcode;
    struct str payload; /* borrowed from the bytes */
    size_t total_bytes; /* header and payload; of a PART 0 while not known */
};

/* The frame at the beginning of what a server sent. BAD: masked, fragmented (Shopbell never does), reserved
 * bits, an unknown opcode, a control frame too long, or more than frame_max_bytes. */
enum ws_status ws_take_frame(const unsigned char *bytes, size_t len, size_t frame_max_bytes,
                             struct ws_frame *frame);

/* Of a close frame's payload. *reason is borrowed from it. */
uint16_t ws_close_code(struct str payload, struct str *reason);
