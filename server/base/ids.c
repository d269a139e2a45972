#include "base/ids.h"

#include "base/crypto.h"

/* No i, l, o, u: nobody misreads one. 32 letters, so five random bits a letter without bias. */
static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";

struct id id_new(char prefix)
{
    unsigned char random[ID_LEN - 2];
    crypto_random(random, sizeof random);
    struct id id = {.text = {prefix, '_'}};
    for (size_t i = 0; i < sizeof random; i++)
        id.text[2 + i] = alphabet[random[i] & 31];
    return id;
}

bool id_parse(struct str text, char prefix, struct id *out)
{
    if (text.len != ID_LEN || text.data[0] != prefix || text.data[1] != '_')
        return false;
    for (size_t i = 2; i < ID_LEN; i++)
        if (!memchr(alphabet, text.data[i], sizeof alphabet - 1))
            return false;
    memcpy(out->text, text.data, ID_LEN);
    out->text[ID_LEN] = '\0';
    return true;
}

struct str id_str(const struct id *id)
{
    return (struct str){id->text, id->text[0] ? ID_LEN : 0};
}

bool id_eq(const struct id *a, const struct id *b)
{
    return memcmp(a->text, b->text, ID_LEN) == 0;
}

bool id_is_set(const struct id *id)
{
    return id->text[0] != '\0';
}
