#include "session/live_shopper.h"

#include "base/alloc.h"
#include "session/live.h"
#include "session/push.h"
#include "session/site.h"

static bool text_set(char **field, struct str text)
{
    if (!text.data)
        return true;
    char *copy = sb_strdup(text);
    if (!copy)
        return false;
    sb_free(*field);
    *field = copy;
    return true;
}

bool live_shopper_set(struct live_shopper *shopper, struct str name, struct str email)
{
    return text_set(&shopper->name, name) && text_set(&shopper->email, email);
}

bool live_shopper_move(struct live_shopper *shopper, struct str url, struct str title)
{
    return text_set(&shopper->url, url) && text_set(&shopper->title, title);
}

void live_shopper_fini(struct live_shopper *shopper)
{
    sb_free(shopper->name);
    sb_free(shopper->email);
    sb_free(shopper->url);
    sb_free(shopper->title);
    *shopper = (struct live_shopper){0};
}

static struct str text_get(const char *text)
{
    return text && text[0] ? str_from(text) : (struct str){NULL, 0};
}

struct proto_shopper_profile live_shopper_profile(const struct live *live, struct proto_page *page)
{
    const struct live_shopper *shopper = &live->shopper;
    *page = (struct proto_page){.url = text_get(shopper->url), .title = text_get(shopper->title)};
    return (struct proto_shopper_profile){
        .id = id_str(&live->conversation.shopper),
        .name = text_get(shopper->name),
        .email = text_get(shopper->email),
        .has_present = true,
        .present = live_shopper_present(live),
        .page = page->url.data ? page : NULL,
    };
}

struct live *shopper_open_live(const struct shopper *shopper)
{
    struct live *live = shopper->current;
    return live && conversation_is_open(&live->conversation) ? live : NULL;
}

void live_shopper_changed(struct live *live)
{
    push_shopper(live);
    peers_tell_record(live);
}

void shopper_moved(struct shopper *shopper, const struct proto_page *page)
{
    struct live *live = shopper_open_live(shopper);
    struct store_shopper where = {.url = page->url, .title = page->title.data ? page->title : STR("")};
    if (!live || !live_shopper_move(&live->shopper, where.url, where.title))
        return;
    store_save_shopper(live_store(live), live->site->id, id_str(&shopper->id), &where);
    live_shopper_changed(live);
}
