/* One person's connection, kept up by the protocol's rules: log-in, ping, coming back, resuming.
 *
 *   waiting -- timer --> connecting -- upgrade --> logging in -- answered --> ready
 *      ^                     |                         |                        |
 *      +---------- lost, or too late, or refused ------+------------------------+
 *   stopped: a close code said never, or the log-in was refused for good
 *
 * What it asks is told apart by the first letter of the request_id: l log-in, p ping; the rest belongs to one
 * of its conversations and is handed on (chat.h). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "client/play.h"
#include "client/schedule.h"
#include "client/socket.h"

enum { SESSION_CHATS_MAX = 110 }; /* an agent's capacity is at most 100, and some were handed on */

enum session_state {
    SESSION_WAITING,
    SESSION_CONNECTING,
    SESSION_LOGGING_IN,
    SESSION_READY,
    SESSION_STOPPED
};

struct chat;

/* There are as many as there are shoppers: every byte counts. */
struct session {
    struct socket socket;
    struct timer timer; /* of whatever state it is in */
    struct chat *chats; /* owned */
    char *token;        /* owned; NULL: nobody yet */
    char *person;       /* owned; an agent's id, NULL: a shopper, or not known yet */
    int64_t began_us;   /* this attempt's connect(); once ready, when that was */
    int64_t view_us;    /* when this page was due, of so many a second; 0: not of those */
    uint32_t number;    /* in this process */
    uint32_t agent;     /* which one, from 1; 0: a shopper */
    uint32_t source;
    int32_t back_ms; /* after the storm's beginning; -1: not back, or never away */
    uint8_t state;   /* enum session_state */
    uint8_t tries;   /* since it was ready for a while */
    bool is_writer;
    bool was_dropped;
    bool awaits_pong;
    const struct chat *checked; /* one at a time, for the server's rate limit; NULL: none. Borrowed */
};

extern const struct play session_play;

bool session_is_ready(const struct session *session);
void session_send(struct session *session, struct str request);
/* Sends {"request_id": "<id>", "action": "<action>", "payload": {<payload>}}. */
void session_ask(struct session *session, const char *request_id, const char *action, const char *payload);
