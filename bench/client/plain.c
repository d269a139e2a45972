#include "client/plain.h"

/* Inlined, a literal is compared in a few words. */
static inline __attribute__((always_inline)) bool take(struct str *rest, struct str literal)
{
    if (rest->len < literal.len || memcmp(rest->data, literal.data, literal.len) != 0)
        return false;
    *rest = (struct str){rest->data + literal.len, rest->len - literal.len};
    return true;
}

/* Up to the quote behind it. A backslash before that may mean that the text goes on. */
static bool take_text(struct str *rest, struct str *text)
{
    const char *quote = memchr(rest->data, '"', rest->len);
    if (!quote || quote == rest->data || quote[-1] == '\\')
        return false;
    *text = (struct str){rest->data, (size_t)(quote - rest->data)};
    *rest = (struct str){quote, rest->len - text->len};
    return true;
}

static bool take_number(struct str *rest, int64_t *number)
{
    enum { DIGITS_MAX = 15 };
    size_t max = rest->len < DIGITS_MAX ? rest->len : DIGITS_MAX, digits = 0;
    for (*number = 0; digits < max && rest->data[digits] >= '0' && rest->data[digits] <= '9'; digits++)
        *number = *number * 10 + (rest->data[digits] - '0');
    *rest = (struct str){rest->data + digits, rest->len - digits};
    return digits > 0;
}

static bool take_u32(struct str *rest, uint32_t *number)
{
    int64_t wide;
    bool ok = take_number(rest, &wide) && wide <= UINT32_MAX;
    *number = ok ? (uint32_t)wide : 0;
    return ok;
}

/* Only an agent's messages say who that is. */
static bool take_agent(struct str *rest)
{
    struct str unused;
    return take(rest, STR("\",\"agent\":{\"id\":\"")) && take_text(rest, &unused) &&
           take(rest, STR("\",\"name\":\"")) && take_text(rest, &unused) && take(rest, STR("\"}}"));
}

static bool take_message(struct str *rest, struct event *event)
{
    struct str unused;
    int64_t at;
    *event = (struct event){.type = STR("message")};
    return take(rest, STR("{\"seq\":")) && take_number(rest, &event->seq) &&
           take(rest, STR(",\"generation\":")) && take_number(rest, &event->generation) &&
           take(rest, STR(",\"type\":\"message\",\"at\":")) && take_number(rest, &at) &&
           take(rest, STR(",\"author\":{\"role\":\"")) && take_text(rest, &unused) &&
           take(rest, STR("\",\"id\":\"")) && take_text(rest, &unused) &&
           take(rest, STR("\"},\"custom_id\":\"")) && take_text(rest, &event->custom_id) &&
           take(rest, STR("\",\"text\":\"")) && take_text(rest, &event->text) &&
           (take(rest, STR("\"}")) || take_agent(rest));
}

bool plain_read_push(struct str frame, struct plain_push *push)
{
    return take(&frame, STR("{\"type\":\"push\",\"action\":\"incoming_event\","
                            "\"payload\":{\"conversation_id\":\"")) &&
           take_text(&frame, &push->conversation_id) && take(&frame, STR("\",\"event\":")) &&
           take_message(&frame, &push->event) && str_eq(frame, STR("}}"));
}

bool plain_read_ack(struct str frame, struct plain_ack *ack)
{
    struct str unused;
    int64_t at;
    ack->ack.is_duplicate = false;
    return take(&frame, STR("{\"type\":\"response\",\"request_id\":\"m")) && take_u32(&frame, &ack->chat) &&
           take(&frame, STR(".")) && take_u32(&frame, &ack->n) &&
           take(&frame, STR("\",\"action\":\"send_event\",\"success\":true,"
                            "\"payload\":{\"conversation_id\":\"")) &&
           take_text(&frame, &unused) && take(&frame, STR("\",\"seq\":")) &&
           take_number(&frame, &ack->ack.seq) && take(&frame, STR(",\"generation\":")) &&
           take_number(&frame, &ack->ack.generation) && take(&frame, STR(",\"at\":")) &&
           take_number(&frame, &at) && str_eq(frame, STR(",\"duplicate\":false}}"));
}

bool plain_next_event(struct str *rest, struct event *event)
{
    struct str at = *rest;
    if (!(take(&at, STR(",")) || take(&at, STR("["))) || !take_message(&at, event))
        return false;
    *rest = at;
    return true;
}
