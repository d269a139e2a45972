/* transfer_conversation, take_over_conversation, pick_conversation; and list_agents: whom one could transfer
 * to. */
#include "base/alloc.h"
#include "base/config.h"
#include "session/handlers.h"
#include "session/hub.h"
#include "session/respond.h"
#include "session/site.h"
#include "session/transition.h"

/* ---- take_over_conversation, pick_conversation ---- */

static bool ask_take_over(struct session *session, const struct proto_request *request,
                          store_transition_fn done, void *ctx)
{
    return store_take_over(session_hub(session)->store, session->site->id,
                           request->as.take_over_conversation.conversation_id, session_person(session), done,
                           ctx);
}

static bool ask_pick(struct session *session, const struct proto_request *request, store_transition_fn done,
                     void *ctx)
{
    return store_pick(session_hub(session)->store, session->site->id,
                      request->as.pick_conversation.conversation_id, session_person(session), done, ctx);
}

void on_take_over_conversation(struct session *session, const struct proto_request *request)
{
    transition_request(session, request, ask_take_over);
}

void on_pick_conversation(struct session *session, const struct proto_request *request)
{
    transition_request(session, request, ask_pick);
}

/* ---- transfer_conversation ---- */

static bool ask_transfer(struct session *session, const struct proto_request *request,
                         store_transition_fn done, void *ctx)
{
    const struct proto_transfer_conversation_request *payload = &request->as.transfer_conversation;
    struct store *store = session_hub(session)->store;
    struct str site = session->site->id, agent = session_person(session);
    if (payload->agent.data)
        return store_transfer_to_agent(store, site, payload->conversation_id, agent, payload->agent, done,
                                       ctx);
    return store_transfer_to_team(store, site, payload->conversation_id, agent, payload->team, done, ctx);
}

/* What is wrong with the target, or NULL. */
static const char *transfer_fault(const struct session *session,
                                  const struct proto_transfer_conversation_request *payload,
                                  enum proto_error_type *type)
{
    struct site *site = session->site;
    *type = PROTO_ERROR_INVALID_PAYLOAD;
    if (!payload->agent.data == !payload->team.data)
        return "Name one agent or one team to transfer to, and not both.";
    if (payload->agent.data && str_eq(payload->agent, session_person(session)))
        return "It is yours already. Name somebody else to transfer it to.";
    *type = PROTO_ERROR_NOT_FOUND;
    if (payload->agent.data && !site_agent(site, payload->agent))
        return "This site has no such agent.";
    if (payload->team.data && !site_team(site, payload->team))
        return "This site has no such team.";
    return NULL;
}

void on_transfer_conversation(struct session *session, const struct proto_request *request)
{
    enum proto_error_type type;
    const char *fault = transfer_fault(session, &request->as.transfer_conversation, &type);
    if (fault)
        refuse(session, request, type, fault);
    else
        transition_request(session, request, ask_transfer);
}

/* ---- list_agents ---- */

struct colleagues {
    struct proto_colleague list[PROTO_LIST_AGENTS_RESPONSE_AGENTS_MAX_COUNT];
};

static void colleague_fill(struct proto_colleague *out, const struct agent *agent)
{
    *out = (struct proto_colleague){
        .profile = agent->profile,
        .teams = agent->config->teams,
        .teams_count = agent->config->teams_count,
        .present = agent->present,
        .routing_status = agent->accepting ? PROTO_ROUTING_STATUS_ACCEPTING : PROTO_ROUTING_STATUS_AWAY,
        .load = agent->load,
        .capacity = agent->config->capacity,
    };
}

/* From what this node mirrors: whether there is room is decided when somebody is chosen. */
void on_list_agents(struct session *session, const struct proto_request *request)
{
    struct site *site = session->site;
    struct colleagues *all = sb_malloc(sizeof *all);
    struct proto_list_agents_response response = {0};
    if (!all) {
        refuse(session, request, PROTO_ERROR_UNAVAILABLE, reply_no_memory);
        return;
    }
    response.agents = all->list;
    for (size_t i = 0; i < site->config->agents_count; i++)
        if (response.agents_count < PROTO_LIST_AGENTS_RESPONSE_AGENTS_MAX_COUNT)
            colleague_fill(&all->list[response.agents_count++], &site->agents[i]);
    proto_encode_list_agents_response(respond_buf(), request->request_id, &response);
    respond_send(session);
    sb_free(all);
}
