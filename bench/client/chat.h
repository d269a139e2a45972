/* One side of one conversation: what it writes, by the clock, and what it has seen.
 *
 * Message n is due at a time that does not depend on the answers; it is sent when it is due and the one
 * before was acknowledged, and again with the same custom_id until it is. Its ack counts from when it was
 * due. The text begins with that time, so that whoever reads it, in whatever process, knows how long it took.
 * Without a clock (--in-flight) a message is due as soon as fewer than so many are under way.
 * At the end the conversation is read back and compared (check.h).
 *
 * request_id: a letter, the chat's number in its session, and which one it is: m a message, by its number; h
 * history and c the check, by how many were asked so far. Of these two one is under way at a time. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "client/schedule.h"
#include "client/sending.h"
#include "shopbell/str.h"

struct check;
struct event;
struct frame;
struct plain_ack;
struct session;

enum { CHAT_ID_BYTES = 24, CHAT_TAG_BYTES = 36 };

struct chat {
    struct chat *next;       /* of the same session */
    struct session *session; /* borrowed */
    struct timer timer;
    char id[CHAT_ID_BYTES];   /* empty: not started yet */
    char tag[CHAT_TAG_BYTES]; /* of this side's custom_ids, before the message's number, from 1 */
    uint32_t number;          /* in its session */
    uint32_t last_seq;        /* everything up to there was seen */
    uint32_t generation;      /* of the last event seen */
    uint64_t digest;          /* of all that was seen */
    int64_t retry_us;         /* nothing before that */
    int64_t queued_us; /* the scenario queue's, as the two below: since when it waits; 0: it does not */
    int64_t end_us;    /* when this side does its part to end it; 0: it has, or need not */
    struct sending sending;
    uint32_t *acks; /* owned; the seq of each acknowledged message of this side */
    uint32_t acks_cap;
    uint32_t asked;      /* history and check: an answer to any but the last comes too late */
    struct check *check; /* owned; NULL: not begun */
    bool is_ours;        /* an agent may lose it */
    bool is_asking;
    bool is_broken; /* it writes no more */
    bool is_behind; /* something was missed */
    bool is_over;
    bool is_checked;
    uint8_t tries;
};

void chat_new_for_shopper(struct session *session);
/* The server shows a whole conversation. */
void chat_given(struct session *session, struct str conversation);
/* Before and after those of a log-in. */
void chats_begin_list(struct session *session);
void chats_ready(struct session *session);
void chats_lost_socket(struct chat *first);
void chats_on_push(struct session *session, const struct frame *frame);
void chats_on_response(struct session *session, const struct frame *frame);
/* The same of what comes with every message (plain.h). */
void chats_on_event(struct session *session, struct str conversation_id, const struct event *event);
void chats_on_ack(struct session *session, const struct plain_ack *ack);

/* Does what is to be done now, if anything. */
void chat_step(struct chat *chat);
bool chat_is_pending(const struct chat *chat);
bool chat_is_checked(const struct chat *chat);

/* Writes its tag, which is the session's. */
void chat_name(struct chat *chat);
/* Of any custom_id of a load generator: its tag, and the number, 0 when it is none. */
uint32_t chat_split_id(struct str custom_id, struct str *tag);
/* The digest with one more event in it. what: the custom_id of a message, else the type. */
uint64_t chat_digest(uint64_t digest, uint32_t seq, struct str what);
