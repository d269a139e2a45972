/* An intrusive, circular, doubly linked list. A node is embedded in what it links; the list owns nothing.
 * A node that list_init() or list_remove() touched last is in no list, and removing it again does nothing. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct list_node {
    struct list_node *prev, *next;
};

struct list {
    struct list_node head;
};

#ifndef container_of
#define container_of(pointer, type, member) ((type *)(void *)((char *)(pointer)-offsetof(type, member)))
#endif

/* struct list_node *node. The body may remove and free node, but no other node of the list. */
#define list_for_each_safe(node, list)                                                                       \
    for (struct list_node *node = (list)->head.next, *node##_next = node->next; node != &(list)->head;       \
         node = node##_next, node##_next = node->next)

static inline void list_node_init(struct list_node *node)
{
    node->prev = node->next = node;
}

static inline void list_init(struct list *list)
{
    list_node_init(&list->head);
}

static inline bool list_empty(const struct list *list)
{
    return list->head.next == &list->head;
}

static inline bool list_node_linked(const struct list_node *node)
{
    return node->next != NULL && node->next != node;
}

static inline void list_insert_before(struct list_node *node, struct list_node *position)
{
    node->prev = position->prev;
    node->next = position;
    position->prev->next = node;
    position->prev = node;
}

static inline void list_push_back(struct list *list, struct list_node *node)
{
    list_insert_before(node, &list->head);
}

static inline void list_push_front(struct list *list, struct list_node *node)
{
    list_insert_before(node, list->head.next);
}

static inline void list_remove(struct list_node *node)
{
    if (!list_node_linked(node))
        return;
    node->prev->next = node->next;
    node->next->prev = node->prev;
    list_node_init(node);
}

static inline struct list_node *list_first(const struct list *list) /* NULL when empty */
{
    return list_empty(list) ? NULL : list->head.next;
}

static inline struct list_node *list_pop_front(struct list *list) /* NULL when empty */
{
    struct list_node *node = list_first(list);
    if (node)
        list_remove(node);
    return node;
}

/* Move all nodes of from to the end of to. */
static inline void list_move_all(struct list *to, struct list *from)
{
    if (list_empty(from))
        return;
    from->head.next->prev = to->head.prev;
    from->head.prev->next = &to->head;
    to->head.prev->next = from->head.next;
    to->head.prev = from->head.prev;
    list_init(from);
}

/* ---- a list with one pointer for its head, where there are many heads and most have a node or none ---- */

/* A zeroed chain is empty, and a zeroed node in none. */
struct chain_node {
    struct chain_node *next;
    struct chain_node **link; /* what points to this one; NULL: in no chain */
};

struct chain {
    struct chain_node *first;
};

/* struct chain_node *node. The body may remove and free node, but no other node of the chain. */
#define chain_for_each_safe(node, chain)                                                                     \
    for (struct chain_node *node = (chain)->first, *node##_next = node ? node->next : NULL; node;            \
         node = node##_next, node##_next = node ? node->next : NULL)

static inline bool chain_empty(const struct chain *chain)
{
    return chain->first == NULL;
}

static inline void chain_push_front(struct chain *chain, struct chain_node *node)
{
    node->next = chain->first;
    node->link = &chain->first;
    if (node->next)
        node->next->link = &node->next;
    chain->first = node;
}

static inline void chain_remove(struct chain_node *node)
{
    if (!node->link)
        return;
    *node->link = node->next;
    if (node->next)
        node->next->link = node->link;
    *node = (struct chain_node){0};
}
