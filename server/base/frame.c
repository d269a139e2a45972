#include "shopbell/frame.h"

#include "base/alloc.h"

_Static_assert(offsetof(struct frame, bytes) == offsetof(struct frame, headroom) + FRAME_HEADROOM_BYTES,
               "the transport writes its header right before the bytes");

struct frame *frame_new(struct str text, bool ephemeral)
{
    if (text.len > UINT32_MAX)
        return NULL;
    struct frame *frame = sb_malloc(sizeof *frame + text.len);
    if (!frame)
        return NULL;
    frame->refs = 1;
    frame->len_bytes = (uint32_t)text.len;
    frame->ephemeral = ephemeral;
    frame->received_us = 0;
    if (text.len > 0)
        memcpy(frame->bytes, text.data, text.len);
    return frame;
}

struct frame *frame_ref(struct frame *frame)
{
    frame->refs++;
    return frame;
}

void frame_unref(struct frame *frame)
{
    if (frame && --frame->refs == 0)
        sb_free(frame);
}
