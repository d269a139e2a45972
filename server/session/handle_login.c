#include "session/handlers.h"
#include "session/hub.h"
#include "session/login.h"

void on_login(struct session *session, const struct proto_request *request)
{
    struct hub *hub = session_hub(session);
    const struct proto_login_request *payload = &request->as.login;
    struct site *site = hub_site(payload->site);
    if (session->who.login->under_way) {
        refuse(session, request, PROTO_ERROR_ALREADY_LOGGED_IN,
               "A log-in is under way on this socket. Wait for it.");
        return;
    }
    if (!site) {
        refuse(session, request, PROTO_ERROR_UNKNOWN_SITE, "There is no such site here. Check data-site.");
        return;
    }
    if (!config_site_allows_origin(hub->config, site->config, str_from(session->who.login->origin))) {
        refuse(
            session, request, PROTO_ERROR_ORIGIN_NOT_ALLOWED,
            "This page's origin is not on the site's list. Add it to origins in the server's configuration.");
        session_close(session, PROTO_CLOSE_ORIGIN_NOT_ALLOWED);
        return;
    }
    struct login *login = login_new(session, site, request);
    if (!login)
        refuse(session, request, PROTO_ERROR_UNAVAILABLE,
               "The server is short of memory. Log in again in a moment.");
    else if (login->role == PROTO_AGENT)
        login_agent(login, session, payload);
    else
        login_shopper(login, payload);
}
