/* What a side of a conversation asks, what it is answered, and what it does next. */
#include <stdio.h>
#include <stdlib.h>

#include "client/backoff.h"
#include "client/chat_internal.h"
#include "client/check.h"
#include "client/client.h"
#include "client/frame.h"
#include "client/plain.h"
#include "client/put.h"
#include "client/scan.h"
#include "client/serving.h"
#include "client/session.h"

enum { US_PER_MS = 1000, TEXT_MAX_BYTES = 4096, HISTORY_LIMIT = 200 };

static void step_cb(struct timer *timer)
{
    chat_step(container_of(timer, struct chat, timer));
}

static void step(struct chat *chat, int64_t now_us);

static void step_at(struct chat *chat, int64_t us)
{
    schedule_at(&client_get()->schedule, &chat->timer, us, step_cb);
}

int64_t chat_every_us(const struct chat *chat)
{
    return options_every_us(client_get()->options, chat->session->agent);
}

/* ---- what is asked ---- */

static void ask(struct chat *chat, char letter, const char *action, const char *payload)
{
    char request_id[32];
    chat->is_asking = true;
    snprintf(request_id, sizeof request_id, "%c%u.%u", letter, chat->number, ++chat->asked);
    session_ask(chat->session, request_id, action, payload);
}

static void ask_for_missed(struct chat *chat)
{
    char payload[128];
    client_count(COUNTER_GAPS);
    snprintf(payload, sizeof payload, "\"conversation_id\":\"%s\",\"after\":%u,\"limit\":%d", chat->id,
             chat->last_seq, HISTORY_LIMIT);
    ask(chat, 'h', "list_events", payload);
}

static void ask_to_end(struct chat *chat)
{
    char payload[64];
    snprintf(payload, sizeof payload, "\"conversation_id\":\"%s\"", chat->id);
    ask(chat, 'e', serving_action(chat), payload);
}

/* So long as all texts are, the time at its beginning. */
static char *put_text(char *out, int64_t due_us)
{
    char *text_end = out + client_get()->options->text_bytes;
    char *end = put_literal(put_u64(out, (uint64_t)due_us), " ");
    memset(end, 'x', (size_t)(text_end - end));
    return text_end;
}

static char *put_message(char *out, const struct chat *chat, uint32_t n)
{
    char custom_id[CHAT_CUSTOM_ID_BYTES];
    out = put_u64(put_literal(out, "{\"request_id\":\"m"), chat->number);
    out = put_u64(put_literal(out, "."), n);
    if (chat->id[0]) {
        out = put_literal(out, "\",\"action\":\"send_event\",\"payload\":{\"conversation_id\":\"");
        out = put_literal(put_str(out, str_from(chat->id)), "\",");
    } else {
        out = put_literal(out, "\",\"action\":\"start_conversation\",\"payload\":{");
    }
    out = put_str(put_literal(out, "\"custom_id\":\""), chat_custom_id(chat, n, custom_id));
    out = put_text(put_literal(out, "\",\"text\":\""), sending_due_us(&chat->sending, n));
    return put_literal(out, "\"}}");
}

static void send_message(struct chat *chat, int64_t now_us)
{
    static char request[TEXT_MAX_BYTES + 512]; /* on the stack it would be zeroed every time */
    uint32_t n = sending_take(&chat->sending, chat_every_us(chat), now_us);
    const char *end = put_message(request, chat, n);
    session_send(chat->session, (struct str){request, (size_t)(end - request)});
}

/* ---- what is answered ---- */

static bool note_ack(struct chat *chat, uint32_t seq)
{
    uint32_t n = chat->sending.acks_count;
    if (n == chat->acks_cap) {
        uint32_t cap = chat->acks_cap ? chat->acks_cap * 2 : 16;
        uint32_t *acks = realloc(chat->acks, cap * sizeof *acks);
        if (!acks)
            return false;
        chat->acks = acks;
        chat->acks_cap = cap;
    }
    chat->acks[n] = seq;
    chat->sending.acks_count++;
    return true;
}

static void on_ack(struct chat *chat, const struct ack *ack, int64_t now_us)
{
    char custom_id[CHAT_CUSTOM_ID_BYTES];
    if (ack->seq == (int64_t)chat->last_seq + 1)
        chat_see(chat, ack->seq, ack->generation,
                 chat_custom_id(chat, chat->sending.acks_count + 1, custom_id));
    else if (ack->seq > chat->last_seq)
        chat->is_behind = true;
    if (!note_ack(chat, (uint32_t)ack->seq))
        return;
    client_count(COUNTER_ACKED);
    if (ack->is_duplicate)
        client_count(COUNTER_ACKED_DUPLICATE);
    int64_t due_us = sending_due_us(&chat->sending, chat->sending.acks_count);
    histogram_add(&client_get()->report->ack_us[client_span_at(due_us)], now_us - due_us);
}

static void on_taken(struct chat *chat, struct str payload)
{
    struct ack ack = event_read_ack(payload);
    struct str conversation = scan_member(payload, "conversation");
    if (conversation.data)
        chat_see_conversation(chat, conversation);
    on_ack(chat, &ack, schedule_now_us());
}

/* Messages behind a refused one may have been taken, and the order is gone: with more than one in flight that
 * is the end of this chat. */
static void on_refused(struct chat *chat, struct str error, bool is_message)
{
    if (is_message)
        sending_again(&chat->sending);
    if (client_get()->options->in_flight > 1)
        chat->is_broken = true;
    if (scan_is_true(scan_member(error, "retryable"))) {
        client_count(COUNTER_RETRYABLE);
        chat->retry_us = schedule_now_us() + scan_member_i64(error, "retry_after_ms", 0) * US_PER_MS +
                         backoff_jitter_us(chat->tries, client_random());
        if (chat->tries < UINT8_MAX)
            chat->tries++;
        return;
    }
    /* An agent whose conversation somebody else has now. What was not acknowledged was never promised. */
    if (!chat->session->agent || !is_message)
        client_count(COUNTER_REFUSED);
    chat->is_ours = false;
    sending_forget(&chat->sending);
}

static void on_answer(struct chat *chat, const struct frame *frame)
{
    char letter = *frame->request_id.data;
    if (letter != 'm')
        chat->is_asking = false;
    if (!frame->success) {
        on_refused(chat, frame->error, letter == 'm');
        return;
    }
    chat->tries = 0;
    if (letter == 'e') {
        serving_done(chat);
    } else if (letter == 'm') {
        on_taken(chat, frame->payload);
    } else if (letter == 'h') {
        chat->is_behind = scan_is_true(scan_member(frame->payload, "has_more"));
        chat_see_events(chat, scan_member(frame->payload, "events"));
    } else {
        check_on_events(chat->check, chat, frame->payload);
    }
}

/* Who asked that; NULL: nobody who still waits for the answer. */
static struct chat *who_asked(const struct session *session, bool is_message, int64_t number, int64_t asked)
{
    struct chat *chat = chat_numbered(session, number);
    return chat && asked == (is_message ? chat->sending.acks_count + 1 : chat->asked) ? chat : NULL;
}

void chats_on_response(struct session *session, const struct frame *frame)
{
    struct str id = {frame->request_id.data + 1, frame->request_id.len - 1};
    const char *dot = memchr(id.data, '.', id.len);
    if (!dot)
        return;
    int64_t number = scan_i64((struct str){id.data, (size_t)(dot - id.data)}, -1);
    int64_t asked = scan_i64((struct str){dot + 1, id.len - (size_t)(dot - id.data) - 1}, -1);
    struct chat *chat = who_asked(session, *frame->request_id.data == 'm', number, asked);
    if (!chat)
        return;
    on_answer(chat, frame);
    chat_step(chat);
}

void chats_on_ack(struct session *session, const struct plain_ack *ack)
{
    struct chat *chat = who_asked(session, true, ack->chat, ack->n);
    if (!chat)
        return;
    int64_t now_us = schedule_now_us();
    chat->tries = 0;
    on_ack(chat, &ack->ack, now_us);
    step(chat, now_us);
}

/* ---- what next ---- */

/* Of what was due before the settling began, everything is still sent. */
static bool may_write(const struct chat *chat)
{
    const struct options *options = client_get()->options;
    if (!chat->is_ours || chat->is_broken || (chat->session->agent && options->in_flight > 0))
        return false;
    if (serving_is_on() && (chat->session->agent || chat->id[0]))
        return false; /* a shopper's first message is all there is */
    return sending_owes(&chat->sending) || client_is_due(chat->sending.next_due_us, options->in_flight > 0);
}

static void check_ask(struct chat *chat)
{
    char payload[128];
    snprintf(payload, sizeof payload, "\"conversation_id\":\"%s\",\"after\":%u,\"limit\":%d", chat->id,
             check_read_up_to(chat->check), HISTORY_LIMIT);
    ask(chat, 'c', "list_events", payload);
}

static void check_end(struct chat *chat)
{
    free(chat->check);
    chat->check = NULL;
    chat->is_checked = true;
}

static void check_step(struct chat *chat)
{
    const struct chat **checked = &chat->session->checked;
    if (*checked && *checked != chat)
        return; /* the tick comes by again */
    if (!chat->check)
        chat->check = check_new(chat);
    if (!chat->check)
        return;
    *checked = check_is_read(chat->check) ? NULL : chat;
    if (*checked)
        check_ask(chat);
    else if (check_finish(chat->check, chat))
        check_end(chat);
}

static void write_or_wait(struct chat *chat, int64_t now_us)
{
    while (sending_has_room(&chat->sending) && may_write(chat) &&
           sending_next_due_us(&chat->sending) <= now_us) {
        bool is_first = !chat->id[0];
        send_message(chat, now_us);
        if (is_first)
            return; /* the answer says which conversation it is */
    }
    if (sending_has_room(&chat->sending) && may_write(chat))
        step_at(chat, sending_next_due_us(&chat->sending));
}

static void step(struct chat *chat, int64_t now_us)
{
    if (!session_is_ready(chat->session) || chat->is_asking)
        return;
    if (now_us < chat->retry_us)
        step_at(chat, chat->retry_us);
    else if (chat->is_behind && chat->is_ours)
        ask_for_missed(chat);
    else if (serving_due_us(chat) <= now_us)
        ask_to_end(chat);
    else if (client_phase() == PHASE_CHECK && !chat_is_checked(chat))
        check_step(chat);
    else if (serving_due_us(chat) < INT64_MAX)
        step_at(chat, serving_due_us(chat));
    else if (chat->id[0] || chat->sending.sent_count == 0)
        write_or_wait(chat, now_us);
}

void chat_step(struct chat *chat)
{
    step(chat, schedule_now_us());
}

bool chat_is_pending(const struct chat *chat)
{
    return chat->is_asking || chat->sending.sent_count > chat->sending.acks_count ||
           (chat->is_behind && chat->is_ours) || may_write(chat);
}

/* What an agent has handed on is read by its shopper. */
bool chat_is_checked(const struct chat *chat)
{
    return chat->is_checked || !chat->id[0] || (chat->session->agent && (!chat->is_ours || chat->is_over));
}
