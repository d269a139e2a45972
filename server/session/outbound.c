#include "session/outbound.h"

#include "base/alloc.h"
#include "base/metrics.h"

enum { RING_MIN = 8 };

static bool outbound_grow(struct outbound *outbound)
{
    struct outbound_ring *old = outbound->ring;
    uint32_t cap = old ? old->cap * 2 : RING_MIN;
    struct outbound_ring *ring = sb_malloc(sizeof *ring + cap * sizeof *ring->frames);
    if (!ring)
        return false;
    *ring = (struct outbound_ring){.cap = cap};
    if (old) {
        ring->count = old->count;
        ring->bytes = old->bytes;
        for (uint32_t i = 0; i < old->count; i++)
            ring->frames[i] = old->frames[(old->first + i) & (old->cap - 1)];
    }
    sb_free(old);
    outbound->ring = ring;
    return true;
}

static void outbound_account(struct outbound_ring *ring, int64_t bytes)
{
    ring->bytes = (uint32_t)(ring->bytes + bytes);
    metrics_add(M_OUTBOUND_BYTES, bytes);
}

static enum outbound_result outbound_admit(struct outbound *outbound, const struct frame *frame)
{
    const struct outbound_ring *ring = outbound->ring;
    if (ring && frame->ephemeral && ring->bytes > OUTBOUND_SOFT_BYTES)
        return OUTBOUND_LEFT_OUT;
    if (ring && (ring->bytes >= OUTBOUND_HARD_BYTES || ring->count == OUTBOUND_MAX_FRAMES))
        return OUTBOUND_TOO_SLOW;
    if ((!ring || ring->count == ring->cap) && !outbound_grow(outbound))
        return OUTBOUND_TOO_SLOW;
    return OUTBOUND_QUEUED;
}

enum outbound_result outbound_push(struct outbound *outbound, struct frame *frame)
{
    enum outbound_result result = outbound_admit(outbound, frame);
    if (result != OUTBOUND_QUEUED)
        return result;
    struct outbound_ring *ring = outbound->ring;
    ring->frames[(ring->first + ring->count++) & (ring->cap - 1)] = frame_ref(frame);
    outbound_account(ring, frame->len_bytes);
    return OUTBOUND_QUEUED;
}

enum outbound_result outbound_push_first(struct outbound *outbound, struct frame *first)
{
    enum outbound_result result = outbound_admit(outbound, first);
    if (result != OUTBOUND_QUEUED)
        return result;
    struct outbound_ring *ring = outbound->ring;
    ring->first = (ring->first - 1) & (ring->cap - 1);
    ring->frames[ring->first] = frame_ref(first);
    ring->count++;
    outbound_account(ring, first->len_bytes);
    return OUTBOUND_QUEUED;
}

struct frame *outbound_pop(struct outbound *outbound)
{
    struct outbound_ring *ring = outbound->ring;
    if (!ring)
        return NULL;
    struct frame *frame = ring->frames[ring->first];
    ring->first = (ring->first + 1) & (ring->cap - 1);
    outbound_account(ring, -(int64_t)frame->len_bytes);
    if (--ring->count == 0) {
        sb_free(ring);
        outbound->ring = NULL;
    }
    return frame;
}

void outbound_fini(struct outbound *outbound)
{
    for (struct frame *frame = outbound_pop(outbound); frame; frame = outbound_pop(outbound))
        frame_unref(frame);
}
