#include "session/listed.h"

#include "session/live.h"

struct proto_shopper_profile listed_shopper(struct site *site, const struct store_conversation *row,
                                            struct proto_page *page)
{
    const struct live *live = live_find(site, row->id);
    bool looked_at = live && live->state != LIVE_LOADING;
    bool here = shopper_present(site, row->shopper);
    *page = (struct proto_page){.url = row->who.url, .title = row->who.title};
    return (struct proto_shopper_profile){
        .id = row->shopper,
        .name = row->who.name,
        .email = row->who.email,
        .has_present = here || looked_at,
        .present = here || (looked_at && live_shopper_present(live)),
        .page = page->url.data ? page : NULL,
    };
}

struct proto_conversation_summary listed_summary(struct site *site, const struct store_conversation *row)
{
    return (struct proto_conversation_summary){
        .id = row->id,
        .state = row->state,
        .team = row->team,
        .opened_at = row->opened_at_ms,
        .has_closed_at = row->closed_at_ms > 0,
        .closed_at = row->closed_at_ms,
        .last_seq = row->last_seq,
        .agent = site_agent_profile(site, row->agent),
    };
}

void listed_done(struct reply_to *to, enum store_result result, const struct store_conversation *list,
                 size_t count, listed_answer_fn answer)
{
    struct session *session = reply_session(to);
    if (result != STORE_OK)
        refuse_result(to, result);
    else if (session)
        answer(to, session, list, count);
    reply_free(to);
}
