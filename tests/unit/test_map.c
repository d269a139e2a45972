#include "unit.h"

#include <stdio.h>

#include "base/alloc.h"
#include "base/crypto.h"
#include "base/map.h"

enum { ITEMS_COUNT = 5000 };

struct item {
    struct map_node node;
    char key[16];
    bool seen;
};

static struct item items[ITEMS_COUNT];

static int start(void **state)
{
    memset(items, 0, sizeof items);
    for (int i = 0; i < ITEMS_COUNT; i++)
        snprintf(items[i].key, sizeof items[i].key, "key-%d", i);
    return crypto_init() ? 0 : -1;
}

static struct item *item_of(struct map_node *node)
{
    return node ? container_of(node, struct item, node) : NULL;
}

static void put_up_to(struct map *map, int end)
{
    for (int i = (int)map_count(map); i < end; i++)
        assert_true(map_put(map, &items[i].node, str_from(items[i].key)));
}

/* Asked after each put, so in every state of growing. */
static void finds_all_while_it_grows(void **state)
{
    struct map map;
    map_init(&map);
    assert_null(map_get(&map, STR("key-0")));
    for (int end = 1; end <= ITEMS_COUNT; end++) {
        put_up_to(&map, end);
        assert_ptr_equal(item_of(map_get(&map, str_from(items[end / 2].key))), &items[end / 2]);
        assert_null(map_get(&map, STR("key-none")));
    }
    for (int i = 0; i < ITEMS_COUNT; i++)
        assert_ptr_equal(item_of(map_get(&map, str_from(items[i].key))), &items[i]);
    assert_int_equal(map_count(&map), ITEMS_COUNT);
    map_fini(&map);
}

static void removes_in_every_state_of_growing(void **state)
{
    struct map map;
    map_init(&map);
    for (int i = 0; i < ITEMS_COUNT; i++) {
        assert_true(map_put(&map, &items[i].node, str_from(items[i].key)));
        if (i % 3 == 0)
            assert_true(map_remove(&map, &items[i / 3].node));
    }
    for (int i = 0; i < ITEMS_COUNT; i++)
        assert_int_equal(map_get(&map, str_from(items[i].key)) != NULL, i > (ITEMS_COUNT - 1) / 3);
    map_fini(&map);
}

static void walks_each_once_and_may_remove(void **state)
{
    struct map map;
    map_init(&map);
    for (int end = 0; end < 300; end++) {
        put_up_to(&map, end);
        size_t seen_count = 0;
        for (struct map_node *node = map_first(&map); node; node = map_next(&map, node))
            seen_count++;
        assert_int_equal(seen_count, end);
    }
    map_for_each_safe(node, &map) {
        assert_false(item_of(node)->seen);
        item_of(node)->seen = true;
        assert_true(map_remove(&map, node));
    }
    for (int i = 0; i < 299; i++)
        assert_true(items[i].seen);
    assert_int_equal(map_count(&map), 0);
    assert_null(map_first(&map));
    map_fini(&map);
}

static void a_key_is_there_once(void **state)
{
    struct map map;
    map_init(&map);
    assert_true(map_put(&map, &items[0].node, STR("same")));
    assert_false(map_put(&map, &items[1].node, STR("same")));
    assert_ptr_equal(item_of(map_get(&map, STR("same"))), &items[0]);
    assert_false(map_remove(&map, &items[1].node));
    assert_true(map_remove(&map, &items[0].node));
    assert_false(map_remove(&map, &items[0].node));
    assert_true(map_put(&map, &items[1].node, STR("same")));
    map_fini(&map);
}

static void without_memory_it_stays_whole(void **state)
{
    struct map map;
    map_init(&map);
    sb_alloc_fail_from(1);
    assert_false(map_put(&map, &items[0].node, STR("key-0")));
    sb_alloc_fail_from(0);
    put_up_to(&map, 16);
    sb_alloc_fail_from(1);
    put_up_to(&map, 200);
    sb_alloc_fail_from(0);
    for (int i = 0; i < 200; i++)
        assert_non_null(map_get(&map, str_from(items[i].key)));
    put_up_to(&map, ITEMS_COUNT);
    for (int i = 0; i < ITEMS_COUNT; i++)
        assert_non_null(map_get(&map, str_from(items[i].key)));
    map_fini(&map);
}

static void keys_may_be_empty_or_hold_nul(void **state)
{
    struct map map;
    map_init(&map);
    assert_true(map_put(&map, &items[0].node, STR("")));
    assert_true(map_put(&map, &items[1].node, (struct str){"\0", 1}));
    assert_ptr_equal(item_of(map_get(&map, (struct str){0})), &items[0]);
    assert_ptr_equal(item_of(map_get(&map, (struct str){"\0", 1})), &items[1]);
    map_fini(&map);
}

#define CASE(test) cmocka_unit_test_setup(test, start)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(finds_all_while_it_grows),       CASE(removes_in_every_state_of_growing),
        CASE(walks_each_once_and_may_remove), CASE(a_key_is_there_once),
        CASE(without_memory_it_stays_whole),  CASE(keys_may_be_empty_or_hold_nul),
    };
    return cmocka_run_group_tests_name("map", tests, NULL, NULL);
}
