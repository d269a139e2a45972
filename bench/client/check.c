#include "client/check.h"

#include <stdlib.h>

#include "client/client.h"
#include "client/event.h"
#include "client/scan.h"

enum { AUTHORS_MAX = 16, PUSH_MAX_US = 3 * 1000 * 1000 };

struct author {
    uint64_t tag;
    uint32_t last;
};

struct check {
    uint64_t digest;      /* of what was read, up to seen_seq */
    uint64_t seen_digest; /* of what this side had seen when the check began */
    uint32_t seen_seq;
    uint32_t read_seq;
    int64_t read_all_us; /* 0: not yet */
    struct author authors[AUTHORS_MAX];
    uint32_t own_found;
};

struct check *check_new(const struct chat *chat)
{
    struct check *check = calloc(1, sizeof *check);
    if (!check)
        return NULL;
    check->seen_seq = chat->last_seq;
    check->seen_digest = chat->digest;
    return check;
}

uint32_t check_read_up_to(const struct check *check)
{
    return check->read_seq;
}

static void count(enum counter counter, int64_t times)
{
    if (times > 0)
        client_get()->report->counters[counter] += (uint64_t)times;
}

static struct author *author_of(struct check *check, struct str tag)
{
    uint64_t hash = chat_digest(1, 0, tag);
    for (int i = 0; i < AUTHORS_MAX; i++) {
        struct author *author = &check->authors[i];
        if (author->tag == 0)
            author->tag = hash;
        if (author->tag == hash)
            return author;
    }
    return NULL;
}

/* Whether all of one's own is there is told by the acks. */
static void check_number(struct author *author, uint32_t number, bool is_own)
{
    if (number == author->last)
        count(COUNTER_DUPLICATED, 1);
    else if (number < author->last)
        count(COUNTER_OUT_OF_ORDER, 1);
    else if (!is_own)
        count(COUNTER_LOST, (int64_t)number - author->last - 1);
    if (number > author->last)
        author->last = number;
}

static void check_own(struct check *check, const struct chat *chat, uint32_t number, uint32_t seq)
{
    if (number > chat->sending.acks_count)
        return; /* stored, and the answer never came: nothing was promised */
    if (chat->acks[number - 1] == seq)
        check->own_found++;
}

static void check_message(struct check *check, const struct chat *chat, struct str custom_id, uint32_t seq)
{
    struct str tag = {0};
    uint32_t number = chat_split_id(custom_id, &tag);
    struct author *author = number > 0 ? author_of(check, tag) : NULL;
    if (!author)
        return; /* somebody else's, not of a load generator */
    bool is_own = str_eq_c(tag, chat->tag);
    check_number(author, number, is_own);
    if (is_own)
        check_own(check, chat, number, seq);
}

static void check_event(struct check *check, const struct chat *chat, const struct event *event)
{
    uint32_t seq = (uint32_t)event->seq;
    client_count(COUNTER_CHECKED);
    if (seq != check->read_seq + 1)
        count(seq <= check->read_seq ? COUNTER_OUT_OF_ORDER : COUNTER_LOST, 1);
    check->read_seq = seq;
    if (seq <= check->seen_seq)
        check->digest = chat_digest(check->digest, seq, event_what(event));
    if (event->custom_id.data)
        check_message(check, chat, event->custom_id, seq);
}

void check_on_events(struct check *check, const struct chat *chat, struct str payload)
{
    struct str events = scan_member(payload, "events");
    struct event event;
    while (event_next(&events, &event))
        check_event(check, chat, &event);
    if (!scan_is_true(scan_member(payload, "has_more")))
        check->read_all_us = schedule_now_us();
}

bool check_is_read(const struct check *check)
{
    return check->read_all_us > 0;
}

bool check_finish(struct check *check, const struct chat *chat)
{
    bool is_shown = chat->last_seq >= check->read_seq;
    if (!is_shown && schedule_now_us() - check->read_all_us < PUSH_MAX_US)
        return false;
    count(COUNTER_UNDELIVERED, (int64_t)check->read_seq - chat->last_seq);
    count(COUNTER_LOST, (int64_t)chat->sending.acks_count - check->own_found);
    count(COUNTER_DIFFERENT, check->digest != check->seen_digest || check->read_seq < check->seen_seq);
    return true;
}
