/* Reads plain JSON: what our own clients send, and nearly every frame is.
 *
 * Plain is an object whose names have no escapes and whose texts have none but \" \\ \/ \b \f \n \r \t, whose
 * numbers are whole ones of at most 15 digits, with at most 16 members each and PROTO_JSON_MAX_DEPTH deep.
 * Whatever else, and whatever is wrong, is left to the parser behind it (parser.h), which takes some 20 times
 * as long and can say why it is no JSON. What is read here the parser reads too, to the same values:
 * tests/vectors/test_plain.c holds one against the other. */
#pragma once

#include "value.h"

/* From the values' pool, which it resets; bytes must live as long as they do. NULL: not plain. */
const struct value *plain_read(struct str bytes);
