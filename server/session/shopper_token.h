/* A shopper's token: who they are on one site, signed by that site's secret, so that a looking shopper costs
 * Redis nothing. "v1.<shopper id>.<mac>"; mac = base64url(HMAC-SHA256(secret, "shopbell shopper
 * v1\n<site>\n<shopper id>")). */
#pragma once

#include <stdbool.h>

#include "base/ids.h"
#include "session/site.h"

enum { SHOPPER_TOKEN_BYTES = 80 };

void shopper_token_make(const struct site *site, const struct id *shopper, char out[SHOPPER_TOKEN_BYTES]);
/* False: not one of ours, or of another site. */
bool shopper_token_check(const struct site *site, struct str token, struct id *shopper);
