#include "store/feed_parse.h"

enum { NUMBER_DIGITS_MAX = 18 };

static bool next_word(struct str *rest, struct str *word)
{
    if (rest->len == 0)
        return false;
    const char *space = memchr(rest->data, ' ', rest->len);
    size_t len = space ? (size_t)(space - rest->data) : rest->len;
    *word = (struct str){rest->data, len};
    rest->data += space ? len + 1 : len;
    rest->len -= space ? len + 1 : len;
    return true;
}

static bool parse_i64(struct str word, int64_t *out)
{
    int64_t number = 0;
    if (word.len == 0 || word.len > NUMBER_DIGITS_MAX)
        return false;
    for (size_t i = 0; i < word.len; i++) {
        if (word.data[i] < '0' || word.data[i] > '9')
            return false;
        number = number * 10 + (word.data[i] - '0');
    }
    *out = number;
    return true;
}

bool hint_parse(struct str line, struct hint *out)
{
    struct str number, word;
    *out = (struct hint){.end = line.data + line.len};
    if (!next_word(&line, &out->site) || !next_word(&line, &out->from) || !next_word(&line, &number) ||
        !next_word(&line, &out->kind) || !parse_i64(number, &out->number))
        return false;
    while (out->args_count < HINT_WORDS_MAX && next_word(&line, &word)) {
        if (str_eq_c(word, "-"))
            word.len = 0;
        out->args[out->args_count++] = word;
    }
    return true;
}

int64_t hint_i64(const struct hint *hint, size_t index)
{
    int64_t number = 0;
    return index < hint->args_count && parse_i64(hint->args[index], &number) ? number : 0;
}
