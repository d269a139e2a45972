/* What the files of the store share: the link, and who this node is. */
#pragma once

#include "base/ids.h"
#include "shopbell/store.h"
#include "store/cmd.h"
#include "store/link.h"
#include "store/private_redis.h"
#include "store/reply.h"

struct feed;

struct store {
    struct link *link;
    struct feed *feed;
    struct private_redis *private_redis; /* NULL: somebody else's Redis */
    struct config_redis target;
    struct store_upcalls upcalls;
    struct id node; /* new for each start of the process */
    struct str library;
    bool up;
    void (*stopped)(void *ctx);
    void *stopped_ctx;
};

/* What cmd_message() wrote, into *event, which borrows from it. False: it is none. */
bool message_read(struct event *event, struct event_id id, struct str message);

/* link_send() with the completion's type taken care of. */
#define STORE_SEND(store, cmd, reply, done, ctx)                                                             \
    link_send((store)->link, (cmd), (reply), (link_done_fn)(done), (ctx))
