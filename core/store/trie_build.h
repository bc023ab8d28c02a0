/*
 * Building subtrees of a trie from items: what trie_update.c is made of.
 *
 * What building gives is a 'result'.  A leaf is not written at once: its
 * parent may turn out to hold so little that it becomes a leaf itself and takes
 * over the items.
 */
#ifndef CORE_STORE_TRIE_BUILD_H
#define CORE_STORE_TRIE_BUILD_H

#include "core/store/trie.h"

/* What the parts of an update share. */
struct weft__trie_work {
	struct weft__objects *objects;
	struct weft__pack *pack;
	struct weft__arena *arena;
	enum weft__trie_state state; /* that is put */
	struct weft_buf content;     /* of the node being written */
	struct weft_error *error;
};

/* A list of items; what it points to outlives it. */
struct weft__trie_list {
	struct weft__trie_item **items;
	size_t count;
};

enum weft__trie_result_kind {
	WEFT__TRIE_RESULT_EMPTY,
	/* 'list'; in the store as 'oid' if that is not zero */
	WEFT__TRIE_RESULT_LEAF,
	WEFT__TRIE_RESULT_INNER /* in the store or the pack as 'oid' */
};

struct weft__trie_result {
	enum weft__trie_result_kind kind;
	struct weft__oid oid;
	struct weft__trie_list list;
	bool changed;  /* differs from what was there before */
	int64_t delta; /* records more than before */
};

/* Sets and returns WEFT_ENOMEM. */
int weft__trie_no_memory(struct weft__trie_work *work);

/* An empty list with room for so many items.  WEFT_ENOMEM. */
WEFT_MUST_CHECK int weft__trie_make_list(struct weft__trie_work *work,
    size_t capacity, struct weft__trie_list *list);

/* Sorts by name. */
void weft__trie_sort(struct weft__trie_list list);

/*
 * Sorts the list by the digit at 'depth'; items of digit d are then from
 * starts[d] to starts[d + 1].  WEFT_ENOMEM; WEFT_EDAMAGED: an item's name is
 * none.
 */
WEFT_MUST_CHECK int weft__trie_partition(struct weft__trie_work *work,
    struct weft__trie_list list, unsigned depth,
    size_t starts[WEFT__TRIE_WIDTH + 1]);

/* The items of one digit after that. */
static inline struct weft__trie_list
weft__trie_sublist(
    struct weft__trie_list list, const size_t *starts, unsigned digit)
{
	return (struct weft__trie_list){list.items + starts[digit],
	    starts[digit + 1] - starts[digit]};
}

/* Makes a subtree of items alone.  As weft__trie_update(). */
WEFT_MUST_CHECK int weft__trie_build(struct weft__trie_work *work,
    struct weft__trie_list list, unsigned depth,
    struct weft__trie_result *result);

/* The id of a result, which is written if it is not in the store. */
WEFT_MUST_CHECK int weft__trie_settle(struct weft__trie_work *work,
    const struct weft__trie_result *result, struct weft__oid *oid);

/* Writes an inner node. */
WEFT_MUST_CHECK int weft__trie_write_inner(struct weft__trie_work *work,
    const struct weft__oid *children, struct weft__oid *oid);

#endif
