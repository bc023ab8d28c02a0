/*
 * Comparing two tries: down both at once, past what is equal.
 *
 * Where one side has a leaf and the other an inner node, the leaf's items are
 * sorted into the children that they would be in.
 */
#include "core/store/tree.h"
#include "core/store/trie.h"

/* A node on one side: one to be read, or items (maybe none). */
struct view {
	struct weft__objects *objects;
	struct weft__oid oid; /* zero: not a node of its own */
	struct weft__trie_node node;
};

struct walk {
	struct weft__arena arena;
	weft__trie_diff_fn visit;
	void *context;
	struct weft_error *error;
};

static bool
is_empty(const struct view *view)
{
	return weft__oid_is_zero(&view->oid) && view->node.is_leaf &&
	    view->node.count == 0;
}

static int
load(struct walk *walk, struct view *view, unsigned depth)
{
	if (weft__oid_is_zero(&view->oid))
		return 0;
	return weft__trie_load(view->objects, &walk->arena, &view->oid, depth,
	    &view->node, walk->error);
}

static int
diff_items(struct walk *walk, const struct weft__trie_node *a,
    const struct weft__trie_node *b)
{
	size_t i = 0, j = 0;
	int code = 0, order;

	while (!code && (i < a->count || j < b->count)) {
		if (j == b->count)
			order = -1;
		else if (i == a->count)
			order = 1;
		else
			order = weft__trie_compare(&a->items[i], &b->items[j]);
		if (order || !weft__oid_equal(
		                 &a->items[i].blob, &b->items[j].blob))
			code = walk->visit(order <= 0 ? &a->items[i] : NULL,
			    order >= 0 ? &b->items[j] : NULL, walk->context);
		i += order <= 0;
		j += order >= 0;
	}
	return code;
}

/* The items that belong into the child of this digit. */
static int
select_items(struct walk *walk, const struct weft__trie_node *leaf,
    unsigned digit, unsigned depth, struct weft__trie_node *child)
{
	int code = 0;

	child->items = weft__arena_alloc(
	    &walk->arena, leaf->count * sizeof *child->items);
	if (!child->items)
		return weft_error_set(
		    walk->error, WEFT_ENOMEM, "out of memory");
	for (size_t i = 0; !code && i < leaf->count; i++) {
		code = weft__trie_hash(&leaf->items[i], walk->error);
		if (!code &&
		    weft__trie_digit(&leaf->items[i].hash, depth) == digit)
			child->items[child->count++] = leaf->items[i];
	}
	return code;
}

static int
get_child(struct walk *walk, const struct view *view, unsigned digit,
    unsigned depth, struct view *child)
{
	*child = (struct view){
	    .objects = view->objects, .node = {.is_leaf = true}};
	if (view->node.is_leaf)
		return select_items(
		    walk, &view->node, digit, depth, &child->node);
	child->oid = view->node.children[digit];
	return 0;
}

static int diff_views(
    struct walk *walk, struct view *a, struct view *b, unsigned depth);

static int
diff_children(struct walk *walk, const struct view *a, const struct view *b,
    unsigned depth)
{
	struct view child_a, child_b;
	int code = 0;

	for (unsigned digit = 0; !code && digit < WEFT__TRIE_WIDTH; digit++) {
		code = get_child(walk, a, digit, depth, &child_a);
		if (!code)
			code = get_child(walk, b, digit, depth, &child_b);
		if (!code)
			code = diff_views(walk, &child_a, &child_b, depth + 1);
	}
	return code;
}

static int
diff_views(struct walk *walk, struct view *a, struct view *b, unsigned depth)
{
	struct weft__arena_mark mark = weft__arena_mark(&walk->arena);
	int code;

	if (is_empty(a) && is_empty(b))
		return 0;
	if (!weft__oid_is_zero(&a->oid) && weft__oid_equal(&a->oid, &b->oid))
		return 0;
	code = load(walk, a, depth);
	if (!code)
		code = load(walk, b, depth);
	if (!code && a->node.is_leaf && b->node.is_leaf)
		code = diff_items(walk, &a->node, &b->node);
	else if (!code)
		code = diff_children(walk, a, b, depth);
	weft__arena_release(&walk->arena, mark);
	return code;
}

int
weft__trie_diff(const struct weft__trie_side *a,
    const struct weft__trie_side *b, weft__trie_diff_fn visit, void *context,
    struct weft_error *error)
{
	struct walk walk = {.visit = visit, .context = context, .error = error};
	struct view views[2] = {
	    {.objects = a->objects, .node = {.is_leaf = true}},
	    {.objects = b->objects, .node = {.is_leaf = true}}};
	int code;

	if (!weft__tree_is_empty(&a->root))
		views[0].oid = a->root;
	if (!weft__tree_is_empty(&b->root))
		views[1].oid = b->root;
	code = diff_views(&walk, &views[0], &views[1], 0);
	weft__arena_fini(&walk.arena);
	return code;
}
