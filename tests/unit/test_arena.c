#include "unit.h"

#include "base/alloc.h"
#include "base/arena.h"

static void gives_aligned_pieces_until_full(void **state)
{
    struct arena arena;
    assert_true(arena_init(&arena, 128));
    void *first = arena_alloc(&arena, 1);
    void *second = arena_alloc(&arena, 40);
    assert_non_null(first);
    assert_int_equal((uintptr_t)second % _Alignof(max_align_t), 0);
    assert_ptr_not_equal(first, second);
    assert_null(arena_alloc(&arena, 100));
    assert_non_null(arena_alloc(&arena, 16));
    arena_fini(&arena);
}

static void refuses_sizes_that_would_overflow(void **state)
{
    struct arena arena;
    assert_true(arena_init(&arena, 64));
    assert_null(arena_alloc(&arena, SIZE_MAX));
    assert_null(arena_alloc(&arena, SIZE_MAX - 8));
    assert_null(arena_str(&arena, (struct str){"x", SIZE_MAX}).data);
    assert_non_null(arena_alloc(&arena, 64));
    assert_null(arena_alloc(&arena, 1));
    arena_fini(&arena);
}

static void copies_text_and_ends_it(void **state)
{
    struct arena arena;
    assert_true(arena_init(&arena, 16));
    struct str copy = arena_str(&arena, (struct str){"bell!!", 4});
    assert_string_equal(copy.data, "bell");
    assert_int_equal(copy.len, 4);
    assert_null(arena_str(&arena, (struct str){0}).data);
    assert_string_equal(arena_str(&arena, STR("")).data, "");
    assert_null(arena_str(&arena, STR("eleven more")).data);
    arena_reset(&arena);
    assert_non_null(arena_str(&arena, STR("eleven more")).data);
    arena_fini(&arena);
}

static void init_fails_without_memory(void **state)
{
    struct arena arena;
    sb_alloc_fail_from(1);
    assert_false(arena_init(&arena, 64));
    sb_alloc_fail_from(0);
    assert_null(arena_alloc(&arena, 1));
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_aligned_pieces_until_full),
        cmocka_unit_test(refuses_sizes_that_would_overflow),
        cmocka_unit_test(copies_text_and_ends_it),
        cmocka_unit_test(init_fails_without_memory),
    };
    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
