/* What browsers may do with our responses.
 *
 * Every response forbids by default: no sniffing, no framing, no referrer, no reading from other origins, no
 * script. The two kinds of pages get back what they use, from this origin only, and the files a store embeds
 * may cross origins.
 *
 * The console runs with Trusted Types locked: no code of it may write markup or make a script. The demo store
 * cannot: like any store it runs the loader, which creates a script element, and `script.src =` is such a
 * sink. */
#include "net/response.h"

#define NO_MARKUP "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

static const char CONSOLE_CSP[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; manifest-src 'self'; " NO_MARKUP
    "; require-trusted-types-for 'script'; trusted-types 'none'";

static const char STORE_CSP[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; manifest-src 'self'; " NO_MARKUP;

static const char PLAIN_CSP[] = "default-src 'none'; " NO_MARKUP;

static const char PAGE_HEADERS[] =
    "X-Frame-Options: DENY\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Permissions-Policy: camera=(), geolocation=(), microphone=(), payment=()\r\n";

static const char *csp_of(enum response_policy policy)
{
    switch (policy) {
    case RESPONSE_CONSOLE:
        return CONSOLE_CSP;
    case RESPONSE_STORE:
        return STORE_CSP;
    case RESPONSE_PLAIN:
    case RESPONSE_EMBED:
        break;
    }
    return PLAIN_CSP;
}

void headers_security(enum response_policy policy, struct buf *out)
{
    buf_append_cstr(out, "X-Content-Type-Options: nosniff\r\n");
    buf_append_cstr(out, policy == RESPONSE_STORE ? "Referrer-Policy: strict-origin-when-cross-origin\r\n"
                                                  : "Referrer-Policy: no-referrer\r\n");
    buf_append_cstr(out, "Content-Security-Policy: ");
    buf_append_cstr(out, csp_of(policy));
    buf_append_cstr(out, "\r\n");
    buf_append_cstr(out,
                    policy == RESPONSE_EMBED
                        ? "Access-Control-Allow-Origin: *\r\nCross-Origin-Resource-Policy: cross-origin\r\n"
                        : "Cross-Origin-Resource-Policy: same-origin\r\n");
    if (policy != RESPONSE_EMBED)
        buf_append_cstr(out, PAGE_HEADERS);
}
