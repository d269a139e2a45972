#include "client/backoff.h"

#include "client/scan.h"
#include "proto.h"

enum { BASE_US = 1000 * 1000, BOUND_US = 30 * 1000 * 1000, DOUBLINGS_MAX = 5, TOLD_MAX_MS = 600 * 1000 };

static int64_t told_ms(struct str reason)
{
    static const char name[] = "retry_after_ms=";
    size_t len = sizeof name - 1;
    if (reason.len <= len || memcmp(reason.data, name, len) != 0)
        return 0;
    int64_t ms = scan_i64((struct str){reason.data + len, reason.len - len}, 0);
    return ms < 0 ? 0 : ms > TOLD_MAX_MS ? TOLD_MAX_MS : ms;
}

int64_t backoff_floor_ms(uint16_t code, struct str reason)
{
    switch (code) {
    case PROTO_CLOSE_BINARY_FRAME:
    case PROTO_CLOSE_BAD_UTF8:
    case PROTO_CLOSE_FRAGMENT_ABUSE:
    case PROTO_CLOSE_TOO_BIG:
        return 60 * 1000;
    case PROTO_CLOSE_TOO_MANY_ERRORS:
        return 30 * 1000;
    case PROTO_CLOSE_UNAUTHENTICATED:
    case PROTO_CLOSE_ORIGIN_NOT_ALLOWED:
    case PROTO_CLOSE_LOGGED_OUT:
        return BACKOFF_NEVER;
    case PROTO_CLOSE_DRAINING:
        return told_ms(reason);
    default:
        return 0;
    }
}

int64_t backoff_jitter_us(unsigned tries, uint64_t random)
{
    int64_t bound = (int64_t)BASE_US << (tries < DOUBLINGS_MAX ? tries : DOUBLINGS_MAX);
    if (bound > BOUND_US)
        bound = BOUND_US;
    return (int64_t)(random % (uint64_t)(bound + 1));
}
