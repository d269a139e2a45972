/* Fills in why a frame was refused: what was wrong, where, and what to do. Names that came from outside are
 * shortened. */
#pragma once

#include <stdint.h>

#include "proto.h"
#include "shopbell/str.h"

struct reader;
struct reader_at;

enum { FAULT_NAME_MAX_BYTES = 40 };

/* All return false, to be returned. The message is the path, a space, and the rest. */
bool fault_at(struct reader *reader, const struct reader_at *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
bool fault_frame(struct proto_fault *fault, enum proto_error_type type, const char *path, const char *format,
                 ...) __attribute__((format(printf, 4, 5)));
bool fault_no_memory(struct proto_fault *fault);

/* 4312 as "4,312". */
struct fault_number {
    char text[28];
};
struct fault_number fault_number(int64_t number);
