/* A shopper has one chat, an agent up to a hundred, and one of them is looked for with every message. Where
 * it was found last is kept as a guess, in one table for all sessions; a guess is held against what is asked,
 * so a wrong one, of which two that share a slot make some, only takes longer. Chats stay where they are, so
 * a guess always points to one. */
#include "client/chat_internal.h"
#include "client/session.h"

enum { GUESSES = 1 << 14 };

static bool has_id(const struct chat *chat, struct str id)
{
    return id.len > 0 && id.len < CHAT_ID_BYTES && memcmp(chat->id, id.data, id.len) == 0 &&
           chat->id[id.len] == '\0';
}

struct chat *chat_find(const struct session *session, struct str id)
{
    static struct chat *guesses[GUESSES];
    struct chat *chat = session->chats;
    if (!chat || has_id(chat, id))
        return chat;
    struct chat **guess = &guesses[chat_digest(0, session->number, id) % GUESSES];
    if (*guess && (*guess)->session == session && has_id(*guess, id))
        return *guess;
    while (chat && !has_id(chat, id))
        chat = chat->next;
    if (chat)
        *guess = chat;
    return chat;
}

struct chat *chat_numbered(const struct session *session, int64_t number)
{
    static struct chat *guesses[GUESSES];
    struct chat *chat = session->chats;
    if (!chat || chat->number == number)
        return chat;
    struct chat **guess =
        &guesses[((uint64_t)session->number * SESSION_CHATS_MAX + (uint64_t)number) % GUESSES];
    if (*guess && (*guess)->session == session && (*guess)->number == number)
        return *guess;
    while (chat && chat->number != number)
        chat = chat->next;
    if (chat)
        *guess = chat;
    return chat;
}
