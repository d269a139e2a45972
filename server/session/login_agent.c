/* An agent logs in: by e-mail and password, checked on the thread pool, or by the token that this gave. The
 * token is 256 random bits; Redis keeps only its SHA-256. */
#include <uv.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "session/hub.h"
#include "session/login.h"

enum { TOKEN_RANDOM_BYTES = 32, PASSWORDS_IN_FLIGHT_MAX = 32, PASSWORDS_BUSY_MS = 1000 };

static const char wrong_password[] = "The e-mail or the password is wrong.";

/* ---- in ---- */

static void on_conversations(void *ctx, enum store_result result, const struct str *ids, size_t count)
{
    struct login *login = ctx;
    if (result != STORE_OK) {
        login_unavailable(login);
        return;
    }
    for (size_t i = 0; i < count; i++)
        login_add_current(login, ids[i]);
    login_finish(login);
}

static void login_agent_known(struct login *login)
{
    if (!store_conversations_of_agent(login->site->hub->store, login->site->id, login->agent->config->id,
                                      on_conversations, login))
        login_unavailable(login);
}

/* Nobody gets in, and the socket is of no more use after a few tries. */
static void login_failed(struct login *login, const char *message, bool final)
{
    struct session *session = reply_session(&login->to);
    bool close = session && (final || ++session->who.login->wrong_passwords >= PROTO_LOGIN_WRONG_MAX_COUNT);
    log_info("login_failed", LOG_STR("site", login->site->id), LOG_CSTR("why", message));
    login_refuse(login, PROTO_ERROR_AUTHENTICATION_FAILED, message);
    if (close)
        session_close(session, PROTO_CLOSE_UNAUTHENTICATED);
}

/* ---- by token ---- */

static void on_token(void *ctx, enum store_result result, struct str agent_id)
{
    struct login *login = ctx;
    login->agent = agent_id.data ? site_agent(login->site, agent_id) : NULL;
    if (result != STORE_OK)
        login_unavailable(login);
    else if (!login->agent)
        login_failed(login, "The log-in has ended. Log in again with e-mail and password.", true);
    else
        login_agent_known(login);
}

static void login_by_token(struct login *login, struct str token)
{
    char hash[CRYPTO_SHA256_HEX_BYTES];
    crypto_sha256_hex(token, hash);
    login->token = sb_strdup(token);
    login->token_hash = sb_strdup(str_from(hash));
    if (!login->token || !login->token_hash ||
        !store_token_find(login->site->hub->store, login->site->id, str_from(hash), on_token, login))
        login_unavailable(login);
}

/* ---- by password ---- */

/* A password on its way: counted by Redis, then checked on the thread pool. */
struct password_check {
    uv_work_t work;
    struct login *login;
    char *password;   /* owned, wiped */
    const char *hash; /* borrowed from the config */
    enum crypto_password verdict;
};

static void on_token_saved(void *ctx, enum store_result result, struct str text)
{
    struct login *login = ctx;
    if (result == STORE_OK)
        login_agent_known(login);
    else
        login_unavailable(login);
}

static void login_give_token(struct login *login)
{
    unsigned char random[TOKEN_RANDOM_BYTES];
    char token[CRYPTO_BASE64URL_LEN(TOKEN_RANDOM_BYTES) + 1], hash[CRYPTO_SHA256_HEX_BYTES];
    crypto_random(random, sizeof random);
    crypto_base64url_encode(random, sizeof random, token);
    crypto_sha256_hex(str_from(token), hash);
    login->token = sb_strdup(str_from(token));
    login->token_hash = sb_strdup(str_from(hash));
    if (!login->token || !login->token_hash ||
        !store_token_save(login->site->hub->store, login->site->id, str_from(hash), login->agent->config->id,
                          on_token_saved, login))
        login_unavailable(login);
}

static void check_free(struct password_check *check)
{
    if (check->password)
        crypto_wipe(check->password, strlen(check->password));
    sb_free(check->password);
    sb_free(check);
}

static void check_cb(uv_work_t *work)
{
    struct password_check *check = work->data;
    check->verdict = crypto_password_verify(check->hash, str_from(check->password));
}

static void checked_cb(uv_work_t *work, int status)
{
    struct password_check *check = work->data;
    struct login *login = check->login;
    enum crypto_password verdict = status == 0 ? check->verdict : CRYPTO_PASSWORD_NO_MEMORY;
    login->site->hub->passwords_in_flight--;
    check_free(check);
    if (verdict == CRYPTO_PASSWORD_NO_MEMORY)
        login_unavailable(login);
    else if (verdict == CRYPTO_PASSWORD_RIGHT && login->agent)
        login_give_token(login);
    else
        login_failed(login, wrong_password, false);
}

/* Of somebody who does not exist another agent's hash is checked all the same: the time it takes tells
 * nothing. */
static const char *password_hash_for(const struct login *login)
{
    const struct config_agent *agent = login->agent ? login->agent->config : login->site->config->agents;
    return agent->password_hash.data;
}

static struct password_check *check_new(struct login *login, struct str password)
{
    struct password_check *check = sb_calloc(1, sizeof *check);
    if (!check)
        return NULL;
    check->work.data = check;
    check->login = login;
    check->hash = password_hash_for(login);
    check->password = sb_strdup(password);
    if (check->password)
        return check;
    check_free(check);
    return NULL;
}

static void check_start(struct password_check *check)
{
    struct login *login = check->login;
    struct hub *hub = login->site->hub;
    if (hub->passwords_in_flight >= PASSWORDS_IN_FLIGHT_MAX) {
        check_free(check);
        login_refuse_for(login, PASSWORDS_BUSY_MS);
    } else if (uv_queue_work(hub->loop, &check->work, check_cb, checked_cb) == 0) {
        hub->passwords_in_flight++;
    } else {
        check_free(check);
        login_unavailable(login);
    }
}

/* ---- how often: this node's guard, then all nodes together ---- */

/* An e-mail may be written in many ways, and all of them are one account. */
static struct str login_account(const struct login *login, struct str email)
{
    return login->agent ? login->agent->config->email : email;
}

static int64_t tries_wait_ms(const struct store_transition *tries)
{
    int64_t account_ms = tries->numbers[0] > LOGIN_TRIES_OF_ACCOUNT ? tries->numbers[1] : 0;
    int64_t network_ms = tries->numbers[2] > LOGIN_TRIES_OF_NETWORK ? tries->numbers[3] : 0;
    return account_ms > network_ms ? account_ms : network_ms;
}

/* While Redis is away nobody could get in anyway: what was not counted is not checked. */
static void on_tries(void *ctx, enum store_result result, const struct store_transition *tries)
{
    struct password_check *check = ctx;
    struct login *login = check->login;
    int64_t wait_ms = result == STORE_OK ? tries_wait_ms(tries) : 0;
    if (result == STORE_OK && wait_ms == 0) {
        check_start(check);
        return;
    }
    check_free(check);
    if (wait_ms > 0)
        login_refuse_for(login, wait_ms);
    else
        login_unavailable(login);
}

/* Nobody's e-mail is kept, also not for a minute: what was typed may be anything. */
static bool login_count_try(struct password_check *check, struct str account, struct str address)
{
    struct login *login = check->login;
    char hash[CRYPTO_SHA256_HEX_BYTES], network[LOGIN_NETWORK_BYTES];
    crypto_sha256_hex(account, hash);
    return store_count_try(login->site->hub->store, login->site->id, LOGIN_WINDOW_MS, str_from(hash),
                           login_network(address, network), on_tries, check);
}

static void login_check(struct login *login, struct session *session,
                        const struct proto_login_request *request)
{
    struct password_check *check = check_new(login, request->password);
    if (check &&
        login_count_try(check, login_account(login, request->email), str_from(session->who.login->address)))
        return;
    if (check)
        check_free(check);
    login_unavailable(login);
}

static void login_by_password(struct login *login, struct session *session,
                              const struct proto_login_request *request)
{
    const struct config_agent *config = config_agent_by_email(login->site->config, request->email);
    login->agent = config ? site_agent(login->site, config->id) : NULL;
    int64_t wait_ms =
        login_guard_try(&login->site->hub->login_guard, login->site->id, login_account(login, request->email),
                        str_from(session->who.login->address), clock_mono_ms());
    if (wait_ms > 0)
        login_refuse_for(login, wait_ms);
    else if (login->site->config->agents_count == 0)
        login_failed(login, wrong_password, false);
    else
        login_check(login, session, request);
}

void login_agent(struct login *login, struct session *session, const struct proto_login_request *request)
{
    if (request->token.data)
        login_by_token(login, request->token);
    else if (request->email.data && request->password.data)
        login_by_password(login, session, request);
    else
        login_refuse(login, PROTO_ERROR_INVALID_PAYLOAD,
                     "An agent logs in with a token, or with email and password.");
}
