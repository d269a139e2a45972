#include "client/event.h"

#include "client/plain.h"
#include "client/scan.h"

struct event event_read(struct str json)
{
    struct event event = {0};
    struct str key, value;
    while (scan_next_member(&json, &key, &value)) {
        if (str_eq(key, STR("seq")))
            event.seq = scan_i64(value, 0);
        else if (str_eq(key, STR("generation")))
            event.generation = scan_i64(value, 0);
        else if (str_eq(key, STR("type")))
            event.type = scan_text(value);
        else if (str_eq(key, STR("custom_id")))
            event.custom_id = scan_text(value);
        else if (str_eq(key, STR("text")))
            event.text = scan_text(value);
    }
    return event;
}

struct ack event_read_ack(struct str payload)
{
    return (struct ack){
        .seq = scan_member_i64(payload, "seq", 0),
        .generation = scan_member_i64(payload, "generation", 0),
        .is_duplicate = scan_is_true(scan_member(payload, "duplicate")),
    };
}

bool event_next(struct str *rest, struct event *event)
{
    struct str item;
    if (plain_next_event(rest, event))
        return true;
    if (!scan_next_item(rest, &item))
        return false;
    *event = event_read(item);
    return true;
}

struct str event_what(const struct event *event)
{
    return event->custom_id.data ? event->custom_id : event->type;
}
