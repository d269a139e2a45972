/* The function library of server/store/functions/, joined at build time and carried in the program. */
#pragma once

#include <stddef.h>

extern const unsigned char store_functions[];
extern const size_t store_functions_len;
