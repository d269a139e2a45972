/* What every unit test begins with: cmocka wants these before it, in this order. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shopbell/str.h"

#define assert_str(actual, expected)                                                                         \
    do {                                                                                                     \
        struct str actual_ = (actual);                                                                       \
        assert_int_equal(actual_.len, strlen(expected));                                                     \
        assert_memory_equal(actual_.data, (expected), actual_.len);                                          \
    } while (0)
