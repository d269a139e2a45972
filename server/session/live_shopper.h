/* What an agent sees of a conversation's shopper. All of it was typed or sent by the shopper: it is only ever
 * text. */
#pragma once

#include <stdbool.h>

#include "proto.h"

struct live;
struct shopper;

struct live_shopper {
    char *name, *email, *url, *title; /* owned; NULL: not known */
};

/* What is absent (data NULL) stays as it was. False: no memory. */
bool live_shopper_set(struct live_shopper *shopper, struct str name, struct str email);
bool live_shopper_move(struct live_shopper *shopper, struct str url, struct str title);
void live_shopper_fini(struct live_shopper *shopper);

/* Borrows from live; page is where the profile's page, if it has one, is kept. */
struct proto_shopper_profile live_shopper_profile(const struct live *live, struct proto_page *page);

struct live *
shopper_open_live(const struct shopper *shopper); /* their open conversation, if in view; or NULL */
/* Shows what was set above to all agents who look, here and on other nodes. */
void live_shopper_changed(struct live *live);
/* The shopper is on another page: kept and shown to the agent if a conversation is open, else forgotten. */
void shopper_moved(struct shopper *shopper, const struct proto_page *page);
