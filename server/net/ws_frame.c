#include "net/ws_frame.h"

#include <stdint.h>

size_t ws_header_bytes(size_t len)
{
    if (len < 126)
        return 2;
    return len <= UINT16_MAX ? 4 : WS_HEADER_MAX_BYTES;
}

static void put_length(unsigned char *out, size_t len, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        out[i] = (unsigned char)(len >> (8 * (bytes - 1 - i)));
}

size_t ws_header_before(unsigned char *end, enum ws_opcode opcode, size_t len)
{
    size_t bytes = ws_header_bytes(len);
    unsigned char *out = end - bytes;
    out[0] = (unsigned char)(0x80 | opcode);
    if (bytes == 2)
        out[1] = (unsigned char)len;
    else
        out[1] = bytes == 4 ? 126 : 127;
    put_length(out + 2, len, bytes - 2);
    return bytes;
}
