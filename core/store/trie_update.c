/*
 * Changing a trie: the old one and sorted-in changes give the new one, from
 * the leaves upward.
 *
 * Many changes come in parts, by the first two digits of their hashes: the
 * upper two levels then go through their children one after another, and only
 * one part is in memory at a time.
 */
#include "core/base/limits.h"
#include "core/store/tree.h"
#include "core/store/trie_build.h"

/* The changes that put something. */
static int
select_puts(struct weft__trie_work *work, struct weft__trie_list changes,
    struct weft__trie_list *puts)
{
	int code = weft__trie_make_list(work, changes.count, puts);

	for (size_t i = 0; !code && i < changes.count; i++)
		if (changes.items[i]->state == (uint8_t)work->state)
			puts->items[puts->count++] = changes.items[i];
	return code;
}

/* Takes a change into the list; 'old' (or NULL) is what it replaces. */
static bool
apply(struct weft__trie_work *work, const struct weft__trie_item *old,
    struct weft__trie_item *new, struct weft__trie_list *merged)
{
	bool put = new->state == (uint8_t)work->state;

	if (put)
		merged->items[merged->count++] = new;
	if (old && put)
		return !weft__oid_equal(&old->blob, &new->blob);
	return old || put;
}

/* Merges changes into the items of a leaf; both are sorted by name. */
static int
merge(struct weft__trie_work *work, const struct weft__trie_node *leaf,
    struct weft__trie_list changes, struct weft__trie_list *merged,
    bool *changed)
{
	size_t i = 0, j = 0;
	int code = weft__trie_make_list(
	    work, leaf->count + changes.count, merged);
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
		else if (apply(work, order ? NULL : &leaf->items[i],
		             changes.items[j], merged))
			*changed = true;
		i += order <= 0;
		j += order >= 0;
	}
	return code;
}

static int
update_leaf(struct weft__trie_work *work, const struct weft__oid *old,
    const struct weft__trie_node *leaf, struct weft__trie_list changes,
    unsigned depth, struct weft__trie_result *result)
{
	struct weft__trie_list merged;
	bool changed;
	int code;

	weft__trie_sort(changes);
	code = merge(work, leaf, changes, &merged, &changed);
	if (!code)
		code = weft__trie_build(work, merged, depth, result);
	result->changed = changed;
	result->delta = (int64_t)merged.count - (int64_t)leaf->count;
	if (!changed)
		result->oid = *old;
	return code;
}

/* An inner node being updated. */
struct inner {
	struct weft__oid children[WEFT__TRIE_WIDTH];
	struct weft__trie_result leaves[WEFT__TRIE_WIDTH]; /* not yet written */
	unsigned leaf_count;                               /* of 'leaves' */
	unsigned leaf_digits[WEFT__TRIE_WIDTH];
	bool known[WEFT__TRIE_WIDTH]; /* counted into 'total', or 'large' */
	size_t total;                 /* records of all 'leaves' */
	bool large;                   /* is sure to stay an inner node */
	bool changed;
	int64_t delta;
};

/* It stays an inner node, so its leaves are needed as they are. */
static int
settle_leaves(struct weft__trie_work *work, struct inner *inner)
{
	int code = 0;

	inner->large = true;
	for (unsigned i = 0; !code && i < inner->leaf_count; i++)
		code = weft__trie_settle(work, &inner->leaves[i],
		    &inner->children[inner->leaf_digits[i]]);
	inner->leaf_count = 0;
	return code;
}

/* Takes in what a child has become. */
static int
take_child(struct weft__trie_work *work, struct inner *inner, unsigned digit,
    const struct weft__trie_result *child)
{
	inner->known[digit] = true;
	inner->changed |= child->changed;
	inner->delta += child->delta;
	inner->children[digit] = child->oid;
	if (child->kind == WEFT__TRIE_RESULT_INNER)
		return settle_leaves(work, inner);
	if (child->kind == WEFT__TRIE_RESULT_EMPTY)
		return 0;
	if (inner->large)
		return weft__trie_settle(
		    work, child, &inner->children[digit]);
	inner->leaves[inner->leaf_count] = *child;
	inner->leaf_digits[inner->leaf_count++] = digit;
	inner->total += child->list.count;
	return inner->total > WEFT_LIMIT_TRIE_LEAF
	    ? settle_leaves(work, inner)
	    : 0;
}

/* Reads a child without changes, to know what it holds. */
static int
load_child(struct weft__trie_work *work, const struct weft__oid *oid,
    unsigned depth, struct weft__trie_result *child)
{
	struct weft__trie_node node;
	int code = weft__trie_load(
	    work->objects, work->arena, oid, depth, &node, work->error);

	*child = (struct weft__trie_result){
	    .kind = WEFT__TRIE_RESULT_INNER, .oid = *oid};
	if (code || !node.is_leaf)
		return code;
	child->kind = WEFT__TRIE_RESULT_LEAF;
	code = weft__trie_make_list(work, node.count, &child->list);
	for (size_t i = 0; !code && i < node.count; i++)
		child->list.items[child->list.count++] = &node.items[i];
	return code;
}

/* Looks into the other children as long as all might fit into one leaf. */
static int
count_others(struct weft__trie_work *work, struct inner *inner, unsigned depth)
{
	struct weft__trie_result child;
	int code = 0;

	for (unsigned i = 0; !code && !inner->large && i < WEFT__TRIE_WIDTH;
	     i++) {
		if (inner->known[i] || weft__oid_is_zero(&inner->children[i]))
			continue;
		code = load_child(
		    work, &inner->children[i], depth + 1, &child);
		if (!code)
			code = take_child(work, inner, i, &child);
	}
	return code;
}

/* All that is left fits into one leaf. */
static int
collapse(struct weft__trie_work *work, const struct inner *inner,
    struct weft__trie_result *result)
{
	int code = weft__trie_make_list(work, inner->total, &result->list);

	for (unsigned i = 0; !code && i < inner->leaf_count; i++) {
		struct weft__trie_list list = inner->leaves[i].list;

		memcpy(result->list.items + result->list.count, list.items,
		    list.count * sizeof *list.items);
		result->list.count += list.count;
	}
	result->kind = inner->total ? WEFT__TRIE_RESULT_LEAF
	                            : WEFT__TRIE_RESULT_EMPTY;
	return code;
}

/*
 * What the node has become.  'old' was a leaf, or nothing; or an inner node,
 * which held more than a leaf may, so that only if it has lost records it can
 * have become one.
 */
static int
finish_inner(struct weft__trie_work *work, struct inner *inner,
    const struct weft__oid *old, bool was_leaf, unsigned depth,
    struct weft__trie_result *result)
{
	bool may_fit = was_leaf || inner->delta < 0;
	int code = may_fit ? count_others(work, inner, depth) : 0;

	*result = (struct weft__trie_result){.kind = WEFT__TRIE_RESULT_INNER,
	    .changed = inner->changed,
	    .delta = inner->delta};
	if (code)
		return code;
	if (!inner->changed)
		result->oid = *old;
	if (may_fit && !inner->large)
		return collapse(work, inner, result);
	if (!inner->changed)
		return 0;
	code = settle_leaves(work, inner);
	return code ? code
	            : weft__trie_write_inner(
	                  work, inner->children, &result->oid);
}

static int update_node(struct weft__trie_work *work,
    const struct weft__oid *old, struct weft__trie_list changes,
    unsigned depth, struct weft__trie_result *result);

static int
update_children(struct weft__trie_work *work, struct inner *inner,
    struct weft__trie_list changes, unsigned depth)
{
	size_t starts[WEFT__TRIE_WIDTH + 1];
	int code = weft__trie_partition(work, changes, depth, starts);

	for (unsigned i = 0; !code && i < WEFT__TRIE_WIDTH; i++) {
		struct weft__trie_list part =
		    weft__trie_sublist(changes, starts, i);
		struct weft__arena_mark mark;
		struct weft__trie_result child;

		if (part.count == 0)
			continue;
		mark = weft__arena_mark(work->arena);
		code = update_node(
		    work, &inner->children[i], part, depth + 1, &child);
		if (!code)
			code = take_child(work, inner, i, &child);
		if (inner->leaf_count == 0)
			weft__arena_release(work->arena, mark);
	}
	return code;
}

static int
update_node(struct weft__trie_work *work, const struct weft__oid *old,
    struct weft__trie_list changes, unsigned depth,
    struct weft__trie_result *result)
{
	struct inner inner = {.large = false};
	struct weft__trie_node node;
	struct weft__trie_list puts;
	int code;

	if (weft__tree_is_empty(old)) {
		code = select_puts(work, changes, &puts);
		if (!code)
			code = weft__trie_build(work, puts, depth, result);
		result->changed = puts.count != 0;
		result->delta = (int64_t)puts.count;
		return code;
	}
	code = weft__trie_load(
	    work->objects, work->arena, old, depth, &node, work->error);
	if (code)
		return code;
	if (node.is_leaf)
		return update_leaf(work, old, &node, changes, depth, result);
	memcpy(inner.children, node.children, sizeof inner.children);
	code = update_children(work, &inner, changes, depth);
	return code ? code
	            : finish_inner(work, &inner, old, false, depth, result);
}

/* What stands for a node while parts are taken in. */
struct view {
	struct weft__oid oid; /* in the store; or zero: */
	struct weft__trie_node leaf; /* items, maybe none */
};

/* Copies a list, whose items are to be forgotten. */
static int
keep(struct weft__trie_work *work, struct weft__arena *kept,
    struct weft__trie_list *list)
{
	struct weft__trie_item **items =
	    weft__arena_alloc(kept, list->count * sizeof *items);
	struct weft__trie_item *copies =
	    weft__arena_alloc(kept, list->count * sizeof *copies);
	struct weft_slice name, id;

	if (!items || !copies)
		return weft__trie_no_memory(work);
	for (size_t i = 0; i < list->count; i++) {
		const struct weft__trie_item *item = list->items[i];

		items[i] = &copies[i];
		copies[i] = *item;
		name = weft_slice_of(item->name, item->name_size);
		id = weft_slice_of(
		    (const char *)item->id_blob, WEFT__OID_SIZE);
		if (weft__arena_copy(kept, name, &name) ||
		    weft__arena_copy(kept, id, &id))
			return weft__trie_no_memory(work);
		copies[i].name = name.data;
		copies[i].id_blob = (const struct weft__oid *)id.data;
	}
	list->items = items;
	return 0;
}

/* The child of a node, which may be a leaf whose items it takes over. */
static int
view_child(struct weft__trie_work *work, const struct weft__trie_node *node,
    unsigned digit, unsigned depth, struct view *child)
{
	int code = 0;

	*child = (struct view){.leaf = {.is_leaf = true}};
	if (!node->is_leaf) {
		child->oid = node->children[digit];
		return 0;
	}
	child->leaf.items = weft__arena_alloc(
	    work->arena, node->count * sizeof *child->leaf.items);
	if (!child->leaf.items)
		return weft__trie_no_memory(work);
	for (size_t i = 0; !code && i < node->count; i++) {
		code = weft__trie_hash(&node->items[i], work->error);
		if (!code &&
		    weft__trie_digit(&node->items[i].hash, depth) == digit)
			child->leaf.items[child->leaf.count++] =
			    node->items[i];
	}
	return code;
}

/* Whether there are changes whose hashes begin with these digits. */
static bool
has_part(const struct weft__trie_parts *parts, unsigned digits, unsigned count)
{
	if (count == 2)
		return parts->present[digits];
	for (unsigned i = 0; i < WEFT__TRIE_WIDTH; i++)
		if (parts->present[digits * WEFT__TRIE_WIDTH + i])
			return true;
	return false;
}

/* An update by parts. */
struct split {
	struct weft__trie_work *work;
	const struct weft__trie_parts *parts;
	struct weft__arena kept;
};

static int
update_part(struct split *split, const struct view *old, unsigned byte,
    struct weft__trie_result *result)
{
	struct weft__trie_work *work = split->work;
	struct weft__trie_list changes;
	int code = split->parts->load(split->parts->context, byte,
	    &changes.items, &changes.count, work->error);

	if (code)
		return code;
	if (old->leaf.count)
		return update_leaf(
		    work, &old->oid, &old->leaf, changes, 2, result);
	return update_node(work, &old->oid, changes, 2, result);
}

static int update_split(struct split *split, const struct view *old,
    unsigned digits, unsigned depth, struct weft__trie_result *result);

/* One child of a node of the upper levels. */
static int
split_child(struct split *split, struct inner *inner,
    const struct weft__trie_node *node, unsigned digit, unsigned digits,
    unsigned depth)
{
	struct weft__arena_mark mark = weft__arena_mark(split->work->arena);
	struct weft__trie_result result;
	struct view child;
	int code = view_child(split->work, node, digit, depth, &child);

	if (!code && (child.leaf.count || has_part(split->parts, digits,
	                                      depth + 1))) {
		code = update_split(
		    split, &child, digits, depth + 1, &result);
		if (!code && result.kind == WEFT__TRIE_RESULT_LEAF &&
		    !inner->large)
			code = keep(split->work, &split->kept, &result.list);
		if (!code)
			code = take_child(split->work, inner, digit, &result);
	}
	weft__arena_release(split->work->arena, mark);
	return code;
}

static int
update_split(struct split *split, const struct view *old, unsigned digits,
    unsigned depth, struct weft__trie_result *result)
{
	struct weft__trie_work *work = split->work;
	struct weft__trie_node node = old->leaf;
	struct inner inner = {.large = false};
	int code = 0;

	if (depth == 2)
		return update_part(split, old, digits, result);
	if (!weft__oid_is_zero(&old->oid))
		code = weft__trie_load(work->objects, work->arena, &old->oid,
		    depth, &node, work->error);
	if (!code && !node.is_leaf)
		memcpy(inner.children, node.children, sizeof inner.children);
	for (unsigned i = 0; !code && i < WEFT__TRIE_WIDTH; i++)
		code = split_child(split, &inner, &node, i,
		    digits * WEFT__TRIE_WIDTH + i, depth);
	return code ? code
	            : finish_inner(work, &inner, &old->oid, node.is_leaf,
	                  depth, result);
}

int
weft__trie_update_parts(struct weft__objects *objects,
    struct weft__pack *pack, struct weft__arena *arena,
    const struct weft__oid *old, enum weft__trie_state state,
    const struct weft__trie_parts *parts, struct weft__oid *root,
    struct weft_error *error)
{
	struct weft__arena_mark mark = weft__arena_mark(arena);
	struct weft__trie_work work = {objects, pack, arena, state,
	    WEFT_BUF_INIT(WEFT_LIMIT_PACK_SIZE), error};
	struct split split = {.work = &work, .parts = parts};
	struct view whole = {.leaf = {.is_leaf = true}};
	struct weft__trie_result result;
	int code;

	if (!weft__tree_is_empty(old))
		whole.oid = *old;
	code = update_split(&split, &whole, 0, 0, &result);
	if (!code)
		code = weft__trie_settle(&work, &result, root);
	weft__arena_fini(&split.kept);
	weft__arena_release(arena, mark);
	weft_buf_fini(&work.content);
	return code;
}

int
weft__trie_update(struct weft__objects *objects, struct weft__pack *pack,
    struct weft__arena *arena, const struct weft__oid *old,
    enum weft__trie_state state, struct weft__trie_item **items, size_t count,
    struct weft__oid *root, struct weft_error *error)
{
	struct weft__arena_mark mark = weft__arena_mark(arena);
	struct weft__trie_work work = {objects, pack, arena, state,
	    WEFT_BUF_INIT(WEFT_LIMIT_PACK_SIZE), error};
	struct weft__trie_list changes = {items, count};
	struct weft__trie_result result;
	int code = update_node(&work, old, changes, 0, &result);

	if (!code)
		code = weft__trie_settle(&work, &result, root);
	weft__arena_release(arena, mark);
	weft_buf_fini(&work.content);
	return code;
}
