#include "unit.h"

#include "base/list.h"

struct item {
    int number;
    struct list_node node;
};

static int number_at(struct list_node *node)
{
    return node ? container_of(node, struct item, node)->number : -1;
}

static void keeps_the_order(void **state)
{
    struct list list;
    struct item items[] = {{.number = 1}, {.number = 2}, {.number = 3}};
    list_init(&list);
    assert_true(list_empty(&list));
    assert_null(list_first(&list));
    list_push_back(&list, &items[1].node);
    list_push_back(&list, &items[2].node);
    list_push_front(&list, &items[0].node);
    int expected = 1;
    list_for_each_safe(node, &list)
        assert_int_equal(number_at(node), expected++);
    assert_int_equal(expected, 4);
    assert_int_equal(number_at(list_pop_front(&list)), 1);
    assert_int_equal(number_at(list_first(&list)), 2);
}

static void the_body_may_remove_its_node(void **state)
{
    struct list list;
    struct item items[4];
    list_init(&list);
    for (int i = 0; i < 4; i++) {
        items[i].number = i;
        list_push_back(&list, &items[i].node);
    }
    list_for_each_safe(node, &list) {
        if (number_at(node) % 2 == 0)
            list_remove(node);
    }
    assert_int_equal(number_at(list_pop_front(&list)), 1);
    assert_int_equal(number_at(list_pop_front(&list)), 3);
    assert_null(list_pop_front(&list));
}

static void removing_twice_does_nothing(void **state)
{
    struct list list;
    struct item item = {0}, never = {0};
    list_init(&list);
    list_push_back(&list, &item.node);
    list_remove(&item.node);
    list_remove(&item.node);
    list_remove(&never.node);
    assert_false(list_node_linked(&item.node));
    assert_true(list_empty(&list));
}

static void moves_all_to_the_end(void **state)
{
    struct list from, to;
    struct item items[3] = {{.number = 0}, {.number = 1}, {.number = 2}};
    list_init(&from);
    list_init(&to);
    list_move_all(&to, &from);
    assert_true(list_empty(&to));
    list_push_back(&to, &items[0].node);
    list_push_back(&from, &items[1].node);
    list_push_back(&from, &items[2].node);
    list_move_all(&to, &from);
    assert_true(list_empty(&from));
    for (int i = 0; i < 3; i++)
        assert_int_equal(number_at(list_pop_front(&to)), i);
}

struct link {
    int number;
    struct chain_node node;
};

static int link_number(struct chain_node *node)
{
    return container_of(node, struct link, node)->number;
}

static void a_chain_gives_the_newest_first(void **state)
{
    struct chain chain = {0};
    struct link links[3] = {{.number = 1}, {.number = 2}, {.number = 3}};
    assert_true(chain_empty(&chain));
    for (int i = 0; i < 3; i++)
        chain_push_front(&chain, &links[i].node);
    assert_false(chain_empty(&chain));
    int expected = 3;
    chain_for_each_safe(node, &chain)
        assert_int_equal(link_number(node), expected--);
    assert_int_equal(expected, 0);
}

static void a_link_leaves_a_chain_from_anywhere(void **state)
{
    for (int leaves = 0; leaves < 3; leaves++) {
        struct chain chain = {0};
        struct link links[3] = {{.number = 0}, {.number = 1}, {.number = 2}};
        for (int i = 0; i < 3; i++)
            chain_push_front(&chain, &links[i].node);
        chain_remove(&links[leaves].node);
        chain_remove(&links[leaves].node);
        int left = 0;
        chain_for_each_safe(node, &chain) {
            assert_int_not_equal(link_number(node), leaves);
            chain_remove(node);
            left++;
        }
        assert_int_equal(left, 2);
        assert_true(chain_empty(&chain));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_order),
        cmocka_unit_test(the_body_may_remove_its_node),
        cmocka_unit_test(removing_twice_does_nothing),
        cmocka_unit_test(a_chain_gives_the_newest_first),
        cmocka_unit_test(a_link_leaves_a_chain_from_anywhere),
        cmocka_unit_test(moves_all_to_the_end),
    };
    return cmocka_run_group_tests_name("list", tests, NULL, NULL);
}
