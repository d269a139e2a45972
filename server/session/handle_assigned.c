/* list_assigned: what colleagues have in the agent's teams, all of which the agent may take over. */
#include "base/alloc.h"
#include "session/handlers.h"
#include "session/hub.h"
#include "session/listed.h"
#include "session/respond.h"

enum { LIST_DEFAULT = 50, LIST_MAX = PROTO_LIST_ASSIGNED_RESPONSE_CONVERSATIONS_MAX_COUNT };

struct assigned {
    struct proto_conversation_summary list[LIST_MAX];
    struct proto_shopper_profile shoppers[LIST_MAX];
    struct proto_page pages[LIST_MAX];
};

static void assigned_fill(struct assigned *out, size_t i, struct site *site,
                          const struct store_conversation *row)
{
    out->shoppers[i] = listed_shopper(site, row, &out->pages[i]);
    out->list[i] = listed_summary(site, row);
    out->list[i].preview = row->preview;
    out->list[i].shopper = &out->shoppers[i];
}

static void answer(const struct reply_to *to, struct session *session, const struct store_conversation *list,
                   size_t count)
{
    struct assigned *out = sb_malloc(sizeof *out);
    if (!out) {
        refuse_later(to, PROTO_ERROR_UNAVAILABLE, reply_no_memory);
        return;
    }
    if (count > LIST_MAX)
        count = LIST_MAX;
    for (size_t i = 0; i < count; i++)
        assigned_fill(out, i, session->site, &list[i]);
    struct proto_list_assigned_response response = {.conversations = out->list, .conversations_count = count};
    proto_encode_list_assigned_response(respond_buf(), reply_request_id(to), &response);
    respond_send(session);
    sb_free(out);
}

static void on_assigned(void *ctx, enum store_result result, const struct store_conversation *list,
                        size_t count)
{
    listed_done(ctx, result, list, count, answer);
}

void on_list_assigned(struct session *session, const struct proto_request *request)
{
    const struct proto_list_assigned_request *payload = &request->as.list_assigned;
    int limit = payload->has_limit ? (int)payload->limit : LIST_DEFAULT;
    struct reply_to *to = reply_new(session, request);
    if (!to)
        refuse(session, request, PROTO_ERROR_UNAVAILABLE, reply_no_memory);
    else if (!store_list_assigned(session_hub(session)->store, session->site->id, session_person(session),
                                  limit, on_assigned, to))
        reply_fail(to);
}
