#include "unit.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/reserve.h"

enum { BLOCK_BYTES = 142, BLOCKS = 1000 };

static struct reserve reserve;

static int start(void **state)
{
    return reserve_init(&reserve, BLOCK_BYTES, BLOCKS) ? 0 : -1;
}

static int finish(void **state)
{
    reserve_fini(&reserve);
    return 0;
}

static size_t resident_pages(void)
{
    unsigned char pages[64];
    size_t bytes = BLOCKS * reserve.block_bytes, page_bytes = (size_t)sysconf(_SC_PAGESIZE), count = 0;
    assert_int_equal(mincore(reserve.blocks, bytes, pages), 0);
    for (size_t i = 0; i * page_bytes < bytes; i++)
        count += pages[i] & 1;
    return count;
}

static void blocks_are_apart_and_aligned(void **state)
{
    unsigned char *last = reserve_take(&reserve);
    for (int i = 1; i < BLOCKS; i++) {
        unsigned char *block = reserve_take(&reserve);
        assert_true(block >= last + BLOCK_BYTES);
        assert_int_equal((uintptr_t)block % 16, 0);
        last = block;
    }
    assert_null(reserve_take(&reserve));
}

static void what_is_not_written_takes_no_memory(void **state)
{
    unsigned char *blocks[BLOCKS];
    for (int i = 0; i < BLOCKS; i++)
        blocks[i] = reserve_take(&reserve);
    assert_int_equal(resident_pages(), 0);
    blocks[500][0] = 1;
    assert_int_equal(resident_pages(), 1);
}

static void what_was_given_back_goes_first(void **state)
{
    void *first = reserve_take(&reserve), *second = reserve_take(&reserve);
    assert_true(reserve_give_back(&reserve, first));
    assert_true(reserve_give_back(&reserve, second));
    assert_ptr_equal(reserve_take(&reserve), second);
    assert_ptr_equal(reserve_take(&reserve), first);
    assert_int_equal(reserve.used_count, 2);
}

static void what_is_not_from_here_is_not_taken_back(void **state)
{
    unsigned char *block = reserve_take(&reserve);
    assert_false(reserve_give_back(&reserve, NULL));
    assert_false(reserve_give_back(&reserve, &reserve));
    assert_false(reserve_give_back(&reserve, block - 1));
    assert_false(reserve_give_back(&reserve, block + BLOCKS * reserve.block_bytes));
}

static void without_address_space_all_are_taken(void **state)
{
    struct reserve none;
    assert_false(reserve_init(&none, (size_t)1 << 50, 1000));
    assert_null(reserve_take(&none));
    assert_false(reserve_give_back(&none, &none));
    reserve_fini(&none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(blocks_are_apart_and_aligned, start, finish),
        cmocka_unit_test_setup_teardown(what_is_not_written_takes_no_memory, start, finish),
        cmocka_unit_test_setup_teardown(what_was_given_back_goes_first, start, finish),
        cmocka_unit_test_setup_teardown(what_is_not_from_here_is_not_taken_back, start, finish),
        cmocka_unit_test(without_address_space_all_are_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
