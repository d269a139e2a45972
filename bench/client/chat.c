#include "client/chat.h"

#include <stdlib.h>

#include "client/chat_internal.h"
#include "client/client.h"
#include "client/event.h"
#include "client/frame.h"
#include "client/put.h"
#include "client/scan.h"
#include "client/serving.h"
#include "client/session.h"

/* ---- names ---- */

void chat_name(struct chat *chat)
{
    const struct client *client = client_get();
    char *end = put_hex(put_literal(chat->tag, "b"), client->run);
    end = chat->session->agent ? put_literal(end, "-a") : put_literal(end, "-s");
    end = put_u64(put_literal(put_u64(end, client->number), "-"), chat->session->number);
    *end = '\0';
}

uint32_t chat_split_id(struct str custom_id, struct str *tag)
{
    const char *dash = custom_id.len > 0 ? memrchr(custom_id.data, '-', custom_id.len) : NULL;
    if (!dash)
        return 0;
    *tag = (struct str){custom_id.data, (size_t)(dash - custom_id.data)};
    return (uint32_t)scan_i64((struct str){dash + 1, custom_id.len - tag->len - 1}, 0);
}

struct str chat_custom_id(const struct chat *chat, uint32_t n, char out[CHAT_CUSTOM_ID_BYTES])
{
    char *end = put_u64(put_literal(put_str(out, str_from(chat->tag)), "-"), n);
    return (struct str){out, (size_t)(end - out)};
}

static uint64_t mix(uint64_t digest, uint64_t word)
{
    digest = (digest ^ word) * 0x9e3779b97f4a7c15u; /* as splitmix64 steps */
    return digest ^ digest >> 32;
}

/* Eight bytes a step, the last ones once more where they do not come out even. */
uint64_t chat_digest(uint64_t digest, uint32_t seq, struct str what)
{
    uint64_t word = 0;
    digest = mix(digest, (uint64_t)what.len << 32 | seq);
    for (size_t i = 0; i + sizeof word <= what.len; i += sizeof word) {
        memcpy(&word, what.data + i, sizeof word);
        digest = mix(digest, word);
    }
    if (what.len % sizeof word == 0)
        return digest;
    if (what.len > sizeof word)
        memcpy(&word, what.data + what.len - sizeof word, sizeof word);
    for (size_t i = 0; what.len < sizeof word && i < what.len; i++)
        word = word << 8 | (unsigned char)what.data[i];
    return mix(digest, word);
}

/* ---- a session's chats ---- */

/* An agent goes through many: what is over makes room for the next. */
static struct chat *chat_again(struct session *session)
{
    struct chat *chat = session->agent && serving_is_on() ? session->chats : NULL;
    while (chat && (!chat->is_over || chat->is_asking))
        chat = chat->next;
    if (!chat)
        return NULL;
    free(chat->acks);
    schedule_off(&client_get()->schedule, &chat->timer);
    *chat =
        (struct chat){.next = chat->next, .session = session, .number = chat->number, .asked = chat->asked};
    chat_name(chat);
    return chat;
}

static struct chat *chat_new(struct session *session)
{
    struct chat *chat = chat_again(session);
    if (chat)
        return chat;
    chat = calloc(1, sizeof *chat);
    uint32_t number = session->chats ? session->chats->number + 1 : 0;
    if (!chat || number == SESSION_CHATS_MAX) {
        free(chat);
        return NULL;
    }
    chat->session = session;
    chat->number = number;
    chat_name(chat);
    chat->next = session->chats;
    session->chats = chat;
    return chat;
}

static void chat_take(struct chat *chat)
{
    if (!chat->is_ours && chat->sending.tried_count == chat->sending.acks_count)
        sending_begin(&chat->sending, chat_every_us(chat));
    if (!chat->is_ours && chat->session->agent && serving_is_on())
        serving_begin(chat);
    chat->is_ours = true;
}

void chat_new_for_shopper(struct session *session)
{
    struct chat *chat = chat_new(session);
    if (chat)
        chat_take(chat);
}

/* ---- what was seen ---- */

static void note_delivery(struct str text)
{
    int64_t now_us = schedule_now_us();
    const char *space = text.len > 0 ? memchr(text.data, ' ', text.len) : NULL;
    int64_t due_us = space ? scan_i64((struct str){text.data, (size_t)(space - text.data)}, 0) : 0;
    if (due_us > 0)
        client_note_delivery(due_us, now_us - due_us);
}

static bool is_own(const struct chat *chat, struct str custom_id)
{
    struct str tag = str_from(chat->tag);
    return custom_id.len > tag.len && custom_id.data[tag.len] == '-' &&
           memcmp(custom_id.data, tag.data, tag.len) == 0;
}

static void note_event(struct chat *chat, const struct event *event)
{
    bool is_message = event->custom_id.data != NULL;
    if (!is_message && serving_is_on())
        serving_on_event(chat, event->type);
    if (is_message && !is_own(chat, event->custom_id)) {
        client_count(COUNTER_DELIVERED);
        note_delivery(event->text);
    } else if (chat->session->agent && str_eq(event->type, STR("queued"))) {
        chat->is_ours = false;
    }
}

void chat_see(struct chat *chat, int64_t seq, int64_t generation, struct str what)
{
    chat->last_seq = (uint32_t)seq;
    chat->generation = (uint32_t)generation;
    chat->digest = chat_digest(chat->digest, chat->last_seq, what);
}

static void on_event(struct chat *chat, const struct event *event)
{
    if (event->seq <= chat->last_seq) {
        client_count(COUNTER_REPEATED);
    } else if (event->seq == (int64_t)chat->last_seq + 1) {
        chat_see(chat, event->seq, event->generation, event_what(event));
        note_event(chat, event);
    } else {
        chat->is_behind = true;
    }
}

void chat_see_events(struct chat *chat, struct str events)
{
    struct event event;
    while (event_next(&events, &event))
        on_event(chat, &event);
}

void chat_see_conversation(struct chat *chat, struct str conversation)
{
    struct str id = scan_member_text(conversation, "id");
    if (id.len < CHAT_ID_BYTES && id.len > 0)
        memcpy(chat->id, id.data, id.len);
    chat->is_behind = false;
    chat_see_events(chat, scan_member(conversation, "events"));
    if (scan_is_true(scan_member(conversation, "has_more")))
        chat->is_behind = true;
}

/* With a cursor an agent is also shown what somebody else has by now. */
static bool is_theirs(const struct session *session, struct str conversation)
{
    struct str agent = scan_member_text(scan_member(conversation, "agent"), "id");
    return !session->agent || (agent.data && session->person && str_eq_c(agent, session->person));
}

void chat_given(struct session *session, struct str conversation)
{
    struct chat *chat = chat_find(session, scan_member_text(conversation, "id"));
    if (!chat && !session->agent)
        chat = session->chats; /* what was started when the last socket was lost */
    if (!chat)
        chat = chat_new(session);
    if (!chat)
        return;
    chat_see_conversation(chat, conversation);
    if (is_theirs(session, conversation))
        chat_take(chat);
}

/* An agent's log-in names all that are theirs; a shopper's are always theirs. */
void chats_begin_list(struct session *session)
{
    if (session->agent)
        for (struct chat *chat = session->chats; chat; chat = chat->next)
            chat->is_ours = false;
}

void chats_ready(struct session *session)
{
    for (struct chat *chat = session->chats; chat; chat = chat->next)
        chat_step(chat);
}

void chats_lost_socket(struct chat *first)
{
    for (struct chat *chat = first; chat; chat = chat->next) {
        chat->is_asking = false;
        chat->asked++;
        sending_again(&chat->sending);
        schedule_off(&client_get()->schedule, &chat->timer);
    }
}

void chats_on_event(struct session *session, struct str conversation_id, const struct event *event)
{
    struct chat *chat = chat_find(session, conversation_id);
    if (!chat)
        return;
    on_event(chat, event);
    if (chat->is_behind || chat->end_us != 0)
        chat_step(chat);
}

void chats_on_push(struct session *session, const struct frame *frame)
{
    if (str_eq(frame->action, STR("incoming_conversation"))) {
        chat_given(session, scan_member(frame->payload, "conversation"));
        chats_ready(session);
    } else if (str_eq(frame->action, STR("queue_position_updated"))) {
        client_count(COUNTER_PLACES);
    } else if (str_eq(frame->action, STR("incoming_event"))) {
        struct event event = event_read(scan_member(frame->payload, "event"));
        chats_on_event(session, scan_member_text(frame->payload, "conversation_id"), &event);
    }
}
