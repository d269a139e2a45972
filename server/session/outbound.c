#include "session/outbound.h"

#include "base/alloc.h"
#include "base/metrics.h"

enum { RING_MIN = 8 };

static bool outbound_grow(struct outbound *outbound)
{
    uint32_t cap = outbound->cap ? outbound->cap * 2 : RING_MIN;
    struct frame **ring = sb_malloc(cap * sizeof(struct frame *));
    if (!ring)
        return false;
    for (uint32_t i = 0; i < outbound->count; i++)
        ring[i] = outbound->ring[(outbound->first + i) & (outbound->cap - 1)];
    sb_free(outbound->ring);
    outbound->ring = ring;
    outbound->cap = cap;
    outbound->first = 0;
    return true;
}

static void outbound_account(struct outbound *outbound, int64_t bytes)
{
    outbound->bytes = (uint32_t)(outbound->bytes + bytes);
    metrics_add(M_OUTBOUND_BYTES, bytes);
}

static enum outbound_result outbound_admit(struct outbound *outbound, const struct frame *frame)
{
    if (frame->ephemeral && outbound->bytes > OUTBOUND_SOFT_BYTES)
        return OUTBOUND_LEFT_OUT;
    if (outbound->bytes >= OUTBOUND_HARD_BYTES || outbound->count == OUTBOUND_MAX_FRAMES)
        return OUTBOUND_TOO_SLOW;
    if (outbound->count == outbound->cap && !outbound_grow(outbound))
        return OUTBOUND_TOO_SLOW;
    return OUTBOUND_QUEUED;
}

enum outbound_result outbound_push(struct outbound *outbound, struct frame *frame)
{
    enum outbound_result result = outbound_admit(outbound, frame);
    if (result != OUTBOUND_QUEUED)
        return result;
    outbound->ring[(outbound->first + outbound->count++) & (outbound->cap - 1)] = frame_ref(frame);
    outbound_account(outbound, frame->len_bytes);
    return OUTBOUND_QUEUED;
}

enum outbound_result outbound_uncork(struct outbound *outbound, struct frame *first)
{
    enum outbound_result result = outbound_admit(outbound, first);
    outbound->corked = false;
    if (result != OUTBOUND_QUEUED)
        return result;
    outbound->first = (outbound->first - 1) & (outbound->cap - 1);
    outbound->ring[outbound->first] = frame_ref(first);
    outbound->count++;
    outbound_account(outbound, first->len_bytes);
    return OUTBOUND_QUEUED;
}

struct frame *outbound_pop(struct outbound *outbound)
{
    if (outbound->count == 0 || outbound->corked)
        return NULL;
    struct frame *frame = outbound->ring[outbound->first];
    outbound->first = (outbound->first + 1) & (outbound->cap - 1);
    outbound_account(outbound, -(int64_t)frame->len_bytes);
    if (--outbound->count == 0) {
        sb_free(outbound->ring);
        outbound->ring = NULL;
        outbound->cap = outbound->first = 0;
    }
    return frame;
}

void outbound_fini(struct outbound *outbound)
{
    outbound->corked = false;
    for (struct frame *frame = outbound_pop(outbound); frame; frame = outbound_pop(outbound))
        frame_unref(frame);
}
