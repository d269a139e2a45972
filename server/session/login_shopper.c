/* A shopper logs in: with a token of ours, or as somebody new. */
#include "base/alloc.h"
#include "session/hub.h"
#include "session/login.h"
#include "session/shopper_token.h"

static void on_shopper(void *ctx, enum store_result result, const struct store_shopper *shopper)
{
    struct login *login = ctx;
    if (result != STORE_OK) {
        login_unavailable(login);
        return;
    }
    login->name = shopper->name.data ? sb_strdup(shopper->name) : NULL;
    login->email = shopper->email.data ? sb_strdup(shopper->email) : NULL;
    login_add_current(login, shopper->last);
    login_finish(login);
}

static bool login_identify(struct login *login, struct str token)
{
    char made[SHOPPER_TOKEN_BYTES];
    if (token.data) { /* there is one token for each shopper: this one, when it is right */
        if (!shopper_token_check(login->site, token, &login->shopper))
            return false;
        login->token = sb_strdup(token);
        return true;
    }
    login->shopper = id_new('s');
    shopper_token_make(login->site, &login->shopper, made);
    login->token = sb_strdup(str_from(made));
    return true;
}

void login_shopper(struct login *login, const struct proto_login_request *request)
{
    if (!login->site->secret[0]) {
        login_unavailable(login);
    } else if (!login_identify(login, request->token)) {
        login_refuse(login, PROTO_ERROR_AUTHENTICATION_FAILED,
                     "The token is not one that this site gave out. Log in without one to begin anew.");
    } else if (!login->token) {
        login_unavailable(login); /* no memory; without the token they would be somebody new next time */
    } else if (!request->has_cursors) {
        login_finish(login);
    } else if (!store_load_shopper(login->site->hub->store, login->site->id, id_str(&login->shopper),
                                   on_shopper, login)) {
        login_unavailable(login);
    }
}
