/* Headers of WebSocket frames as a server sends them: final, not masked (RFC 6455 section 5.2). */
#pragma once

#include <stddef.h>

enum { WS_HEADER_MAX_BYTES = 10 };

enum ws_opcode { WS_TEXT = 0x1, WS_CLOSE = 0x8 };

/* Writes the header of a frame of len bytes so that it ends right before end; returns its bytes. */
size_t ws_header_before(unsigned char *end, enum ws_opcode opcode, size_t len);
size_t ws_header_bytes(size_t len);
