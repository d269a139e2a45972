/* update_page and update_shopper: what an agent sees beside the conversation. Only a shopper with an open
 * conversation is seen by anyone; of the others nothing is kept but the name they typed. */
#include "session/handlers.h"
#include "session/hub.h"
#include "session/live.h"
#include "session/push.h"
#include "session/respond.h"
#include "session/site.h"

void on_update_page(struct session *session, const struct proto_request *request)
{
    shopper_moved(session->who.shopper, &request->as.update_page.page);
    respond_empty(session, request->request_id, request->action);
}

void on_update_shopper(struct session *session, const struct proto_request *request)
{
    const struct proto_update_shopper_request *payload = &request->as.update_shopper;
    struct site *site = session->site;
    struct live *live = shopper_open_live(session->who.shopper);
    struct store_shopper shopper = {.name = payload->name, .email = payload->email};
    if (!store_save_shopper(site->hub->store, site->id, session_person(session), &shopper)) {
        refuse(session, request, PROTO_ERROR_UNAVAILABLE,
               "The message store cannot be reached just now. Send the same request again.");
        return;
    }
    if (live && live_shopper_set(&live->shopper, payload->name, payload->email))
        live_shopper_changed(live);
    struct proto_update_shopper_response response = {
        .shopper = {.id = session_person(session), .name = payload->name, .email = payload->email}};
    proto_encode_update_shopper_response(respond_buf(), request->request_id, &response);
    respond_send(session);
}
