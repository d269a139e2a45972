#include "session/stored_at.h"

#include "base/alloc.h"
#include "session/site.h"

struct asking {
    struct reply_to to;
    struct live *live;
    struct event_id id;
    stored_at_fn done;
};

static void asking_end(struct asking *asking)
{
    struct live *live = asking->live;
    sb_free(asking);
    live_release(live);
}

static void on_event(void *ctx, enum store_result result, const struct event *events, size_t count)
{
    struct asking *asking = ctx;
    if (result == STORE_OK && count == 1 && events[0].id.seq == asking->id.seq)
        asking->done(&asking->to, asking->live, asking->id, events[0].at_ms);
    else
        refuse_result(&asking->to, STORE_UNAVAILABLE);
    asking_end(asking);
}

void stored_at(const struct reply_to *to, struct live *live, struct event_id id, stored_at_fn done)
{
    struct asking *asking = sb_malloc(sizeof *asking);
    if (!asking) {
        refuse_result(to, STORE_UNAVAILABLE);
        return;
    }
    *asking = (struct asking){.to = *to, .live = live, .id = id, .done = done};
    live_hold(live);
    if (store_read_from(live_store(live), live->site->id, id_str(&live->conversation.id), id, 1, on_event,
                        asking))
        return;
    refuse_result(to, STORE_UNAVAILABLE);
    asking_end(asking);
}
