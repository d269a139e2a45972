#include "client/ws.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

/* The example of RFC 6455 section 1.3. The key is there to keep caches and other protocols from answering by
 * accident, which one key for all connections does as well, and the answer need not be computed. */
static const char handshake_key[] = "dGhlIHNhbXBsZSBub25jZQ==";
static const char handshake_accept[] = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

size_t ws_handshake_request(char *out, size_t size, const struct ws_target *target)
{
    int printed = snprintf(
        out, size,
        "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n"
        "%s%s%sOrigin: %s\r\n\r\n",
        target->path, target->host, handshake_key, target->subprotocol ? "Sec-WebSocket-Protocol: " : "",
        target->subprotocol ? target->subprotocol : "", target->subprotocol ? "\r\n" : "", target->origin);
    return printed > 0 && (size_t)printed < size ? (size_t)printed : 0;
}

static struct str header_value(struct str head, const char *name)
{
    size_t name_len = strlen(name);
    const char *end = head.data + head.len;
    for (const char *line = head.data; line < end;) {
        const char *line_end = memmem(line, (size_t)(end - line), "\r\n", 2);
        if (!line_end)
            break;
        if ((size_t)(line_end - line) > name_len && strncasecmp(line, name, name_len) == 0 &&
            line[name_len] == ':') {
            line += name_len + 1;
            while (line < line_end && *line == ' ')
                line++;
            return (struct str){line, (size_t)(line_end - line)};
        }
        line = line_end + 2;
    }
    return (struct str){0};
}

static int status_of(struct str head)
{
    enum { STATUS_AT = 9 };
    if (head.len < STATUS_AT + 3 || memcmp(head.data, "HTTP/1.1 ", STATUS_AT) != 0)
        return 0;
    return atoi(head.data + STATUS_AT); /* the head ends with CR LF */
}

enum ws_handshake ws_handshake_response(struct str bytes, size_t *head_bytes, int *status)
{
    const char *end = memmem(bytes.data, bytes.len, "\r\n\r\n", 4);
    *status = 0;
    if (!end)
        return WS_HANDSHAKE_PART;
    *head_bytes = (size_t)(end - bytes.data) + 4;
    struct str head = {bytes.data, *head_bytes};
    *status = status_of(head);
    if (*status == 101 && str_eq_c(header_value(head, "Sec-WebSocket-Accept"), handshake_accept))
        return WS_HANDSHAKE_OK;
    return WS_HANDSHAKE_REFUSED;
}

static size_t put_length(unsigned char *out, size_t len)
{
    enum { MASKED = 0x80, LENGTH_16 = 126, LENGTH_64 = 127 };
    size_t bytes = len < LENGTH_16 ? 0 : len <= UINT16_MAX ? 2 : 8;
    out[0] = (unsigned char)(MASKED | (bytes == 0 ? len : bytes == 2 ? LENGTH_16 : LENGTH_64));
    for (size_t i = 0; i < bytes; i++)
        out[1 + i] = (unsigned char)(len >> (8 * (bytes - 1 - i)));
    return 1 + bytes;
}

/* In words, of which the compiler makes vectors. */
static void put_masked(unsigned char *restrict out, const unsigned char *restrict from, size_t len,
                       uint32_t mask)
{
    const uint64_t masks = (uint64_t)mask << 32 | mask;
    const size_t whole = len - len % sizeof masks;
    uint64_t word;
    for (size_t i = 0; i < whole; i += sizeof word) {
        memcpy(&word, from + i, sizeof word);
        word ^= masks;
        memcpy(out + i, &word, sizeof word);
    }
    word = 0;
    memcpy(&word, from + whole, len - whole);
    word ^= masks;
    memcpy(out + whole, &word, len - whole);
}

size_t ws_put_frame(unsigned char *out, enum ws_opcode opcode, const void *payload, size_t len, uint32_t mask)
{
    out[0] = (unsigned char)(0x80 | opcode);
    size_t at = 1 + put_length(out + 1, len);
    memcpy(out + at, &mask, sizeof mask);
    at += sizeof mask;
    put_masked(out + at, payload, len, mask);
    return at + len;
}

size_t ws_put_close(unsigned char *out, uint16_t code, uint32_t mask)
{
    const unsigned char payload[] = {(unsigned char)(code >> 8), (unsigned char)code};
    return ws_put_frame(out, WS_CLOSE, payload, sizeof payload, mask);
}

static bool is_known(unsigned opcode)
{
    return opcode == WS_TEXT || opcode == WS_CLOSE || opcode == WS_PING || opcode == WS_PONG;
}

/* Bytes of the length behind the first one, or 0 with *len set from it alone. */
static size_t length_bytes(const unsigned char *bytes, uint64_t *len)
{
    *len = bytes[1] & 0x7f;
    return *len == 126 ? 2 : *len == 127 ? 8 : 0;
}

enum ws_status ws_take_frame(const unsigned char *bytes, size_t len, size_t frame_max_bytes,
                             struct ws_frame *frame)
{
    enum { FIN = 0x80, CONTROL = 0x8, CONTROL_MAX_BYTES = 125, MASKED = 0x80 };
    uint64_t payload;
    frame->total_bytes = 0;
    if (len < 2)
        return WS_FRAME_PART;
    unsigned opcode = bytes[0] & 0x0f;
    if ((bytes[0] & 0xf0) != FIN || (bytes[1] & MASKED) || !is_known(opcode))
        return WS_FRAME_BAD;
    size_t extra = length_bytes(bytes, &payload);
    if (len < 2 + extra)
        return WS_FRAME_PART;
    if (extra > 0)
        payload = 0;
    for (size_t i = 0; i < extra; i++)
        payload = payload << 8 | bytes[2 + i];
    if (payload > frame_max_bytes || ((opcode & CONTROL) && payload > CONTROL_MAX_BYTES))
        return WS_FRAME_BAD;
    frame->opcode = opcode;
    frame->payload = (struct str){(const char *)bytes + 2 + extra, (size_t)payload};
    frame->total_bytes = 2 + extra + (size_t)payload;
    return len < frame->total_bytes ? WS_FRAME_PART : WS_FRAME_WHOLE;
}

uint16_t ws_close_code(struct str payload, struct str *reason)
{
    *reason = (struct str){0};
    if (payload.len < 2)
        return WS_CLOSE_NO_CODE;
    *reason = (struct str){payload.data + 2, payload.len - 2};
    return (uint16_t)((unsigned char)payload.data[0] << 8 | (unsigned char)payload.data[1]);
}
