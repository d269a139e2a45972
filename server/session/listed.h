/* Conversations as lists show them to agents: from a row of the store, and from what this node knows of the
 * shopper besides. All of it borrows from the row. */
#pragma once

#include "proto.h"
#include "session/respond.h"
#include "session/site.h"
#include "shopbell/store.h"

/* page is where the profile's page, if it has one, is kept. Whether the shopper is there is told if this node
 * can know: it may be another one that the shopper's pages are connected to. */
struct proto_shopper_profile listed_shopper(struct site *site, const struct store_conversation *row,
                                            struct proto_page *page);

/* Without a shopper and a preview. */
struct proto_conversation_summary listed_summary(struct site *site, const struct store_conversation *row);

/* What a store_conversations_fn does for a request: refuses it, or answers if somebody is still there to
 * answer; then frees to. */
typedef void (*listed_answer_fn)(const struct reply_to *to, struct session *session,
                                 const struct store_conversation *list, size_t count);
void listed_done(struct reply_to *to, enum store_result result, const struct store_conversation *list,
                 size_t count, listed_answer_fn answer);
