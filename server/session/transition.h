/* Requests that are one transition and nothing else: the Redis function decides, the answer says only that it
 * did, and the event tells everybody. */
#pragma once

#include "proto.h"
#include "session/session.h"
#include "shopbell/store.h"

/* Asks the store for the transition that the request stands for; false as the store's own requests. */
typedef bool (*transition_fn)(struct session *session, const struct proto_request *request,
                              store_transition_fn done, void *ctx);
/* Asks, and answers the request whatever comes of it. */
void transition_request(struct session *session, const struct proto_request *request, transition_fn ask);
