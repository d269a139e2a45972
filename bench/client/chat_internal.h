/* Between chat.c, what is seen, and chat_write.c, what is done. */
#pragma once

#include "client/chat.h"

enum { CHAT_CUSTOM_ID_BYTES = 64 };

/* Of a session's; NULL: none of them. */
struct chat *chat_find(const struct session *session, struct str id);
struct chat *chat_numbered(const struct session *session, int64_t number);

/* Of this side's message n; not terminated. */
struct str chat_custom_id(const struct chat *chat, uint32_t n, char out[CHAT_CUSTOM_ID_BYTES]);
/* From one message of this side to the next; 0: no clock. */
int64_t chat_every_us(const struct chat *chat);

/* The next event was seen; see chat_digest() for what. */
void chat_see(struct chat *chat, int64_t seq, int64_t generation, struct str what);
/* JSON: events in order, some of them perhaps seen before, or a conversation with its events. */
void chat_see_events(struct chat *chat, struct str events);
void chat_see_conversation(struct chat *chat, struct str conversation);
