/*
 * Writing a trie: the old one and sorted-in changes give the new one, from
 * the leaves upward.
 *
 * What an update of a subtree gives is a 'result'.  A leaf is not written at
 * once: its parent may turn out to hold so little that it becomes a leaf
 * itself and takes over the items.
 */
#include <stdlib.h>

#include "core/base/limits.h"
#include "core/store/name.h"
#include "core/store/tree.h"
#include "core/store/trie.h"

struct update {
	struct weft__objects *objects;
	struct weft__pack *pack;
	struct weft__arena *arena;
	enum weft__trie_state state; /* that is put */
	struct weft_buf content;     /* of the node being written */
	struct weft_error *error;
};

/* A list of items; what it points to outlives it. */
struct list {
	struct weft__trie_item **items;
	size_t count;
};

enum result_kind {
	RESULT_EMPTY,
	RESULT_LEAF, /* 'list'; in the store as 'oid' if that is not zero */
	RESULT_INNER /* in the store or the pack as 'oid' */
};

struct result {
	enum result_kind kind;
	struct weft__oid oid;
	struct list list;
	bool changed;  /* differs from what was there before */
	int64_t delta; /* records more than before */
};

static int
no_memory(struct update *update)
{
	return weft_error_set(update->error, WEFT_ENOMEM, "out of memory");
}

static int
make_list(struct update *update, size_t capacity, struct list *list)
{
	list->count = 0;
	list->items = weft__arena_alloc(
	    update->arena, capacity * sizeof *list->items);
	return list->items ? 0 : no_memory(update);
}

static int
compare_pointers(const void *a, const void *b)
{
	return weft__trie_compare(*(struct weft__trie_item *const *)a,
	    *(struct weft__trie_item *const *)b);
}

static void
sort_by_name(struct list list)
{
	qsort(list.items, list.count, sizeof *list.items, compare_pointers);
}

/* Adds the content as a tree to the pack. */
static int
write_content(struct update *update, struct weft__oid *oid)
{
	struct weft_slice content = weft_buf_slice(&update->content);

	weft__object_id("tree", content.data, content.size, oid);
	return weft__pack_add(
	    update->pack, WEFT__OBJECT_TREE, oid, content, update->error);
}

static int
append_item(struct weft_buf *content, const struct weft__trie_item *item)
{
	char name[WEFT__NAME_HASHED_SIZE + sizeof WEFT__NAME_ID_SUFFIX];
	int code = weft__tree_append(content, WEFT__TREE_FILE,
	    weft_slice_of(item->name, item->name_size), &item->blob);

	if (code || !item->id_blob)
		return code;
	memcpy(name, item->name, WEFT__NAME_HASHED_SIZE);
	memcpy(name + WEFT__NAME_HASHED_SIZE, WEFT__NAME_ID_SUFFIX,
	    sizeof WEFT__NAME_ID_SUFFIX);
	return weft__tree_append(
	    content, WEFT__TREE_FILE, weft_slice(name), item->id_blob);
}

static int
write_leaf(struct update *update, struct list list, struct weft__oid *oid)
{
	int code = 0;

	sort_by_name(list);
	weft_buf_clear(&update->content);
	for (size_t i = 0; !code && i < list.count; i++)
		code = append_item(&update->content, list.items[i]);
	return code ? no_memory(update) : write_content(update, oid);
}

static int
write_inner(struct update *update, const struct weft__oid *children,
    struct weft__oid *oid)
{
	int code = 0;

	weft_buf_clear(&update->content);
	for (unsigned i = 0; !code && i < WEFT__TRIE_WIDTH; i++)
		if (!weft__oid_is_zero(&children[i]))
			code = weft__tree_append(&update->content,
			    WEFT__TREE_FOLDER,
			    weft_slice_of(&"0123456789abcdef"[i], 1),
			    &children[i]);
	return code ? no_memory(update) : write_content(update, oid);
}

/* The id of a result, which is written if it is not in the store. */
static int
settle(struct update *update, const struct result *result,
    struct weft__oid *oid)
{
	*oid = result->oid;
	if (result->kind != RESULT_LEAF || !weft__oid_is_zero(oid))
		return 0;
	return write_leaf(update, result->list, oid);
}

/*
 * Sorts the list by the digit at 'depth'; items of digit d are then from
 * starts[d] to starts[d + 1].
 */
static int
partition(struct update *update, struct list list, unsigned depth,
    size_t starts[WEFT__TRIE_WIDTH + 1])
{
	struct weft__arena_mark mark = weft__arena_mark(update->arena);
	size_t next[WEFT__TRIE_WIDTH] = {0};
	struct list sorted;
	int code = make_list(update, list.count, &sorted);

	for (size_t i = 0; !code && i < list.count; i++) {
		code = weft__trie_hash(list.items[i], update->error);
		if (!code)
			next[weft__trie_digit(&list.items[i]->hash, depth)]++;
	}
	if (code)
		return code;
	starts[0] = 0;
	for (unsigned digit = 0; digit < WEFT__TRIE_WIDTH; digit++) {
		starts[digit + 1] = starts[digit] + next[digit];
		next[digit] = starts[digit];
	}
	for (size_t i = 0; i < list.count; i++) {
		unsigned digit =
		    weft__trie_digit(&list.items[i]->hash, depth);

		sorted.items[next[digit]++] = list.items[i];
	}
	memcpy(list.items, sorted.items, list.count * sizeof *list.items);
	weft__arena_release(update->arena, mark);
	return 0;
}

static struct list
sublist(struct list list, const size_t *starts, unsigned digit)
{
	return (struct list){list.items + starts[digit],
	    starts[digit + 1] - starts[digit]};
}

/* Makes a subtree of items alone. */
static int
build(struct update *update, struct list list, unsigned depth,
    struct result *result)
{
	struct weft__oid children[WEFT__TRIE_WIDTH];
	size_t starts[WEFT__TRIE_WIDTH + 1];
	struct result child;
	int code;

	*result = (struct result){.kind = RESULT_LEAF, .list = list};
	if (list.count == 0)
		result->kind = RESULT_EMPTY;
	if (list.count <= WEFT_LIMIT_TRIE_LEAF || depth == WEFT__TRIE_DEPTH)
		return 0;
	code = partition(update, list, depth, starts);
	for (unsigned i = 0; !code && i < WEFT__TRIE_WIDTH; i++) {
		code = build(
		    update, sublist(list, starts, i), depth + 1, &child);
		if (!code)
			code = settle(update, &child, &children[i]);
	}
	result->kind = RESULT_INNER;
	return code ? code : write_inner(update, children, &result->oid);
}

/* The changes that put something. */
static int
select_puts(struct update *update, struct list changes, struct list *puts)
{
	int code = make_list(update, changes.count, puts);

	for (size_t i = 0; !code && i < changes.count; i++)
		if (changes.items[i]->state == (uint8_t)update->state)
			puts->items[puts->count++] = changes.items[i];
	return code;
}

/* Takes a change into the list; 'old' (or NULL) is what it replaces. */
static bool
apply(struct update *update, const struct weft__trie_item *old,
    struct weft__trie_item *new, struct list *merged)
{
	bool put = new->state == (uint8_t)update->state;

	if (put)
		merged->items[merged->count++] = new;
	if (old && put)
		return !weft__oid_equal(&old->blob, &new->blob);
	return old || put;
}

/* Merges changes into the items of a leaf; both are sorted by name. */
static int
merge(struct update *update, const struct weft__trie_node *leaf,
    struct list changes, struct list *merged, bool *changed)
{
	size_t i = 0, j = 0;
	int code = make_list(update, leaf->count + changes.count, merged);
	int order;

	*changed = false;
	while (!code && (i < leaf->count || j < changes.count)) {
		if (j == changes.count)
			order = -1;
		else if (i == leaf->count)
			order = 1;
		else
			order = weft__trie_compare(
			    &leaf->items[i], changes.items[j]);
		if (order < 0)
			merged->items[merged->count++] = &leaf->items[i];
		else if (apply(update, order ? NULL : &leaf->items[i],
		             changes.items[j], merged))
			*changed = true;
		i += order <= 0;
		j += order >= 0;
	}
	return code;
}

static int
update_leaf(struct update *update, const struct weft__oid *old,
    const struct weft__trie_node *leaf, struct list changes, unsigned depth,
    struct result *result)
{
	struct list merged;
	bool changed;
	int code;

	sort_by_name(changes);
	code = merge(update, leaf, changes, &merged, &changed);
	if (!code)
		code = build(update, merged, depth, result);
	result->changed = changed;
	result->delta = (int64_t)merged.count - (int64_t)leaf->count;
	if (!changed)
		result->oid = *old;
	return code;
}

/* An inner node being updated. */
struct inner {
	struct weft__oid children[WEFT__TRIE_WIDTH];
	struct result leaves[WEFT__TRIE_WIDTH]; /* not yet written */
	unsigned leaf_count;                    /* of 'leaves' */
	unsigned leaf_digits[WEFT__TRIE_WIDTH];
	bool known[WEFT__TRIE_WIDTH]; /* counted into 'total', or 'large' */
	size_t total;                 /* records of all 'leaves' */
	bool large;                   /* is sure to stay an inner node */
	bool changed;
	int64_t delta;
};

/* It stays an inner node, so its leaves are needed as they are. */
static int
settle_leaves(struct update *update, struct inner *inner)
{
	int code = 0;

	inner->large = true;
	for (unsigned i = 0; !code && i < inner->leaf_count; i++)
		code = settle(update, &inner->leaves[i],
		    &inner->children[inner->leaf_digits[i]]);
	inner->leaf_count = 0;
	return code;
}

/* Takes in what a child has become. */
static int
take_child(struct update *update, struct inner *inner, unsigned digit,
    const struct result *child)
{
	inner->known[digit] = true;
	inner->changed |= child->changed;
	inner->delta += child->delta;
	inner->children[digit] = child->oid;
	if (child->kind == RESULT_INNER)
		return settle_leaves(update, inner);
	if (child->kind == RESULT_EMPTY)
		return 0;
	if (inner->large)
		return settle(update, child, &inner->children[digit]);
	inner->leaves[inner->leaf_count] = *child;
	inner->leaf_digits[inner->leaf_count++] = digit;
	inner->total += child->list.count;
	return inner->total > WEFT_LIMIT_TRIE_LEAF
	    ? settle_leaves(update, inner)
	    : 0;
}

/* Reads a child without changes, to know what it holds. */
static int
load_child(struct update *update, const struct weft__oid *oid,
    unsigned depth, struct result *child)
{
	struct weft__trie_node node;
	int code = weft__trie_load(
	    update->objects, update->arena, oid, depth, &node, update->error);

	*child = (struct result){.kind = RESULT_INNER, .oid = *oid};
	if (code || !node.is_leaf)
		return code;
	child->kind = RESULT_LEAF;
	code = make_list(update, node.count, &child->list);
	for (size_t i = 0; !code && i < node.count; i++)
		child->list.items[child->list.count++] = &node.items[i];
	return code;
}

/* Looks into the other children as long as all might fit into one leaf. */
static int
count_others(struct update *update, struct inner *inner, unsigned depth)
{
	struct result child;
	int code = 0;

	for (unsigned i = 0; !code && !inner->large && i < WEFT__TRIE_WIDTH;
	     i++) {
		if (inner->known[i] || weft__oid_is_zero(&inner->children[i]))
			continue;
		code = load_child(
		    update, &inner->children[i], depth + 1, &child);
		if (!code)
			code = take_child(update, inner, i, &child);
	}
	return code;
}

/* All that is left fits into one leaf. */
static int
collapse(struct update *update, struct inner *inner, struct result *result)
{
	int code = make_list(update, inner->total, &result->list);

	for (unsigned i = 0; !code && i < inner->leaf_count; i++) {
		struct list list = inner->leaves[i].list;

		memcpy(result->list.items + result->list.count, list.items,
		    list.count * sizeof *list.items);
		result->list.count += list.count;
	}
	result->kind = inner->total ? RESULT_LEAF : RESULT_EMPTY;
	return code;
}

static int update_node(struct update *update, const struct weft__oid *old,
    struct list changes, unsigned depth, struct result *result);

static int
update_children(struct update *update, struct inner *inner,
    struct list changes, unsigned depth)
{
	size_t starts[WEFT__TRIE_WIDTH + 1];
	int code = partition(update, changes, depth, starts);

	for (unsigned i = 0; !code && i < WEFT__TRIE_WIDTH; i++) {
		struct list part = sublist(changes, starts, i);
		struct weft__arena_mark mark;
		struct result child;

		if (part.count == 0)
			continue;
		mark = weft__arena_mark(update->arena);
		code = update_node(
		    update, &inner->children[i], part, depth + 1, &child);
		if (!code)
			code = take_child(update, inner, i, &child);
		if (inner->leaf_count == 0)
			weft__arena_release(update->arena, mark);
	}
	return code;
}

/*
 * The node held more than a leaf may.  Only if it has lost records it can
 * have become one.
 */
static int
update_inner(struct update *update, const struct weft__oid *old,
    const struct weft__trie_node *node, struct list changes, unsigned depth,
    struct result *result)
{
	struct inner inner = {.large = false};
	int code;

	memcpy(inner.children, node->children, sizeof inner.children);
	code = update_children(update, &inner, changes, depth);
	if (!code && inner.delta < 0)
		code = count_others(update, &inner, depth);
	*result = (struct result){.kind = RESULT_INNER,
	    .changed = inner.changed,
	    .delta = inner.delta};
	if (code)
		return code;
	if (inner.delta < 0 && !inner.large)
		return collapse(update, &inner, result);
	result->oid = *old;
	if (!inner.changed)
		return 0;
	code = settle_leaves(update, &inner);
	return code ? code
	            : write_inner(update, inner.children, &result->oid);
}

static int
update_node(struct update *update, const struct weft__oid *old,
    struct list changes, unsigned depth, struct result *result)
{
	struct weft__trie_node node;
	struct list puts;
	int code;

	if (weft__tree_is_empty(old)) {
		code = select_puts(update, changes, &puts);
		if (!code)
			code = build(update, puts, depth, result);
		result->changed = puts.count != 0;
		result->delta = (int64_t)puts.count;
		return code;
	}
	code = weft__trie_load(
	    update->objects, update->arena, old, depth, &node, update->error);
	if (code)
		return code;
	if (node.is_leaf)
		return update_leaf(update, old, &node, changes, depth, result);
	return update_inner(update, old, &node, changes, depth, result);
}

int
weft__trie_update(struct weft__objects *objects, struct weft__pack *pack,
    struct weft__arena *arena, const struct weft__oid *old,
    enum weft__trie_state state, struct weft__trie_item **items, size_t count,
    struct weft__oid *root, struct weft_error *error)
{
	struct weft__arena_mark mark = weft__arena_mark(arena);
	struct update update = {objects, pack, arena, state,
	    WEFT_BUF_INIT(WEFT_LIMIT_PACK_SIZE), error};
	struct list changes = {items, count};
	struct result result;
	int code = update_node(&update, old, changes, 0, &result);

	if (!code)
		code = settle(&update, &result, root);
	weft__arena_release(arena, mark);
	weft_buf_fini(&update.content);
	return code;
}
