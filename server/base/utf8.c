#include "base/utf8.h"

static const uint64_t HIGH_BITS = 0x8080808080808080u;

static size_t ascii_prefix(const char *data, size_t len)
{
    size_t i = 0;
    for (; i + 8 <= len; i += 8) {
        uint64_t word;
        memcpy(&word, data + i, 8);
        if (word & HIGH_BITS)
            break;
    }
    while (i < len && (unsigned char)data[i] < 0x80)
        i++;
    return i;
}

static bool is_tail(unsigned char byte)
{
    return (byte & 0xc0) == 0x80;
}

/* How many bytes the lead byte announces; 0 for a tail byte, C0, C1 and F5 up, which are never valid. */
static size_t sequence_bytes(unsigned char lead)
{
    if (lead < 0x80)
        return 1;
    if (lead < 0xc2)
        return 0;
    if (lead < 0xe0)
        return 2;
    if (lead < 0xf0)
        return 3;
    return lead < 0xf5 ? 4 : 0;
}

size_t utf8_decode(struct str text, uint32_t *code_point)
{
    static const unsigned char lead_mask[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *bytes = (const unsigned char *)text.data;
    size_t len = sequence_bytes(bytes[0]);
    if (len == 0 || len > text.len)
        return 0;
    uint32_t point = bytes[0] & lead_mask[len];
    for (size_t i = 1; i < len; i++) {
        if (!is_tail(bytes[i]))
            return 0;
        point = point << 6 | (bytes[i] & 0x3f);
    }
    if (point < least[len] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
        return 0;
    *code_point = point;
    return len;
}

bool utf8_valid(struct str text)
{
    size_t i = 0;
    if (text.len == 0)
        return true; /* data may be NULL */
    while ((i += ascii_prefix(text.data + i, text.len - i)) < text.len) {
        uint32_t point;
        size_t len = utf8_decode((struct str){text.data + i, text.len - i}, &point);
        if (len == 0)
            return false;
        i += len;
    }
    return true;
}

size_t utf8_count(struct str text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += !is_tail((unsigned char)text.data[i]);
    return count;
}

struct str utf8_cut(struct str text, size_t max_bytes)
{
    if (text.len <= max_bytes)
        return text;
    size_t len = max_bytes;
    while (len > 0 && is_tail((unsigned char)text.data[len]))
        len--;
    return (struct str){text.data, len};
}
