#include "client/put.h"

/* Two digits at a time: a division is most of what one costs. */
char *put_u64(char *out, uint64_t number)
{
    enum { DIGITS_MAX = 20 };
    static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                                "25262728293031323334353637383940414243444546474849"
                                "50515253545556575859606162636465666768697071727374"
                                "75767778798081828384858687888990919293949596979899";
    char digits[DIGITS_MAX], *first = digits + DIGITS_MAX;
    for (; number >= 10; number /= 100)
        memcpy(first -= 2, pairs + number % 100 * 2, 2);
    if (number > 0 || first == digits + DIGITS_MAX)
        *--first = (char)('0' + number);
    return put_str(out, (struct str){first, (size_t)(digits + DIGITS_MAX - first)});
}

char *put_hex(char *out, uint32_t number)
{
    int shift = number ? (31 - __builtin_clz(number)) / 4 * 4 : 0;
    for (; shift >= 0; shift -= 4)
        *out++ = "0123456789abcdef"[number >> shift & 0xf];
    return out;
}
