#include "client/frame.h"

#include "client/scan.h"

struct frame frame_read(struct str text)
{
    struct frame frame = {0};
    struct str key, value;
    while (scan_next_member(&text, &key, &value)) {
        if (str_eq_c(key, "type"))
            frame.is_push = str_eq_c(value, "\"push\"");
        else if (str_eq_c(key, "request_id"))
            frame.request_id = scan_text(value);
        else if (str_eq_c(key, "action"))
            frame.action = scan_text(value);
        else if (str_eq_c(key, "success"))
            frame.success = scan_is_true(value);
        else if (str_eq_c(key, "payload"))
            frame.payload = value;
        else if (str_eq_c(key, "error"))
            frame.error = value;
    }
    return frame;
}
