/* Reads whatever is JSON, with jansson, and says of everything else why it is not. */
#pragma once

#include "value.h"

struct proto_fault;

void parser_init(void); /* once, before the first frame */

/* An object, from the values' pool, which it resets. NULL: the fault says what is wrong. */
const struct value *parser_read(struct str bytes, struct proto_fault *fault);
