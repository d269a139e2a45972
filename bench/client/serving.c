#include "client/serving.h"

#include "client/client.h"
#include "client/session.h"

enum { US_PER_MS = 1000 };

bool serving_is_on(void)
{
    return client_get()->options->scenario == SCENARIO_QUEUE;
}

void serving_begin(struct chat *chat)
{
    chat->end_us = schedule_now_us() + client_get()->options->handle_ms * US_PER_MS;
}

static void note_wait(struct chat *chat)
{
    if (chat->queued_us == 0)
        return;
    histogram_add(&client_get()->report->wait_us, schedule_now_us() - chat->queued_us);
    chat->queued_us = 0;
}

void serving_on_event(struct chat *chat, struct str type)
{
    bool is_shopper = !chat->session->agent;
    if (str_eq(type, STR("opened")) && is_shopper)
        chat->queued_us = schedule_now_us();
    else if (str_eq(type, STR("assigned")) && is_shopper)
        note_wait(chat);
    else if (str_eq(type, STR("close_proposed")) && is_shopper)
        chat->end_us = schedule_now_us();
    else if (str_eq(type, STR("closed")))
        chat->is_over = true;
    if (chat->is_over && is_shopper)
        client_count(COUNTER_CLOSED);
}

int64_t serving_due_us(const struct chat *chat)
{
    return chat->end_us != 0 && !chat->is_over ? chat->end_us : INT64_MAX;
}

const char *serving_action(const struct chat *chat)
{
    return chat->session->agent ? "propose_close" : "confirm_close";
}

void serving_done(struct chat *chat)
{
    chat->end_us = 0;
}
