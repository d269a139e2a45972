#include "client/sending.h"

#include "client/client.h"

void sending_begin(struct sending *sending, int64_t step_us)
{
    int64_t now_us = schedule_now_us(), all_in_us = client_all_in_us();
    bool is_early = step_us > 0 && now_us < all_in_us;
    sending->next_due_us = (is_early ? all_in_us : now_us) + client_random_below(step_us);
}

int64_t sending_due_us(const struct sending *sending, uint32_t n)
{
    return n <= sending->tried_count ? sending->dues_us[n % IN_FLIGHT_MAX] : sending->next_due_us;
}

int64_t sending_next_due_us(const struct sending *sending)
{
    return sending_due_us(sending, sending->sent_count + 1);
}

bool sending_has_room(const struct sending *sending)
{
    int64_t in_flight = client_get()->options->in_flight;
    return sending->sent_count - sending->acks_count < (in_flight > 0 ? in_flight : 1);
}

bool sending_owes(const struct sending *sending)
{
    return sending->sent_count < sending->tried_count;
}

uint32_t sending_take(struct sending *sending, int64_t step_us, int64_t now_us)
{
    uint32_t n = ++sending->sent_count;
    client_count(n <= sending->tried_count ? COUNTER_RESENT : COUNTER_SENT);
    if (n > sending->tried_count) {
        sending->dues_us[n % IN_FLIGHT_MAX] = step_us > 0 ? sending->next_due_us : now_us;
        sending->next_due_us += step_us;
        sending->tried_count = n;
    }
    return n;
}

void sending_again(struct sending *sending)
{
    sending->sent_count = sending->acks_count;
}

void sending_forget(struct sending *sending)
{
    sending->sent_count = sending->tried_count = sending->acks_count;
}
