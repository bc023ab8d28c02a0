#include "models/connectors/tree.h"

#include <stdatomic.h>

#include <weft/error.h>

#include "core/base/alloc.h"
#include "core/base/map.h"

/* Key and value, shared by the copies of a node. */
struct item {
	atomic_size_t references;
	uint64_t priority;
	size_t key_size;
	size_t value_size;
	char bytes[]; /* key, then value */
};

struct weft__tree {
	atomic_size_t references;
	struct item *item;
	struct weft__tree *left;  /* smaller keys */
	struct weft__tree *right; /* larger keys */
};

static struct weft_slice
key_of(const struct item *item)
{
	return weft_slice_of(item->bytes, item->key_size);
}

static struct weft_slice
value_of(const struct item *item)
{
	return weft_slice_of(item->bytes + item->key_size, item->value_size);
}

static int
compare(struct weft_slice key, const struct item *item)
{
	size_t shorter =
	    key.size < item->key_size ? key.size : item->key_size;
	int order = memcmp(key.data, item->bytes, shorter);

	if (order)
		return order;
	return (key.size > item->key_size) - (key.size < item->key_size);
}

static struct item *
make_item(struct weft_slice key, struct weft_slice value)
{
	struct item *item =
	    weft__malloc(sizeof *item + key.size + value.size);

	if (!item)
		return NULL;
	atomic_init(&item->references, 1);
	item->priority = weft__hash_seeded(key.data, key.size);
	item->key_size = key.size;
	item->value_size = value.size;
	memcpy(item->bytes, key.data, key.size);
	if (value.size)
		memcpy(item->bytes + key.size, value.data, value.size);
	return item;
}

static struct item *
ref_item(struct item *item)
{
	atomic_fetch_add_explicit(
	    &item->references, 1, memory_order_relaxed);
	return item;
}

static void
unref_item(struct item *item)
{
	if (atomic_fetch_sub(&item->references, 1) == 1)
		weft__free(item);
}

struct weft__tree *
weft__tree_ref(struct weft__tree *tree)
{
	if (tree)
		atomic_fetch_add_explicit(
		    &tree->references, 1, memory_order_relaxed);
	return tree;
}

/* Recursion is as deep as the tree: some 3 log n. */
void
weft__tree_unref(struct weft__tree *tree)
{
	if (!tree || atomic_fetch_sub(&tree->references, 1) != 1)
		return;
	weft__tree_unref(tree->left);
	weft__tree_unref(tree->right);
	unref_item(tree->item);
	weft__free(tree);
}

/* A node of these parts.  Takes the references to the subtrees, also when it
 * fails (NULL: no memory), and one of its own to the item. */
static struct weft__tree *
make_node(
    struct item *item, struct weft__tree *left, struct weft__tree *right)
{
	struct weft__tree *node = weft__malloc(sizeof *node);

	if (!node) {
		weft__tree_unref(left);
		weft__tree_unref(right);
		return NULL;
	}
	atomic_init(&node->references, 1);
	node->item = ref_item(item);
	node->left = left;
	node->right = right;
	return node;
}

/* A copy of 'node' with these subtrees; as make_node(). */
static struct weft__tree *
copy_node(const struct weft__tree *node, struct weft__tree *left,
    struct weft__tree *right)
{
	return make_node(node->item, left, right);
}

/*
 * Puts 'upper' above a copy of 'node', whose child it is by key but whose
 * parent by priority.  'upper' is new: nobody else sees it change.
 */
static struct weft__tree *
rotate(const struct weft__tree *node, struct weft__tree *upper, bool from_left)
{
	struct weft__tree **inner = from_left ? &upper->right : &upper->left;
	struct weft__tree *lower;

	if (from_left)
		lower = copy_node(node, *inner, weft__tree_ref(node->right));
	else
		lower = copy_node(node, weft__tree_ref(node->left), *inner);
	*inner = lower;
	if (lower)
		return upper;
	weft__tree_unref(upper);
	return NULL;
}

/* A copy of 'tree' with the item; NULL: no memory. */
static struct weft__tree *
insert(const struct weft__tree *tree, struct item *item)
{
	struct weft__tree *child;
	int order;

	if (!tree)
		return make_node(item, NULL, NULL);
	order = compare(key_of(item), tree->item);
	if (order == 0)
		return make_node(item, weft__tree_ref(tree->left),
		    weft__tree_ref(tree->right));
	child = insert(order < 0 ? tree->left : tree->right, item);
	if (!child)
		return NULL;
	if (child->item->priority > tree->item->priority)
		return rotate(tree, child, order < 0);
	if (order < 0)
		return copy_node(tree, child, weft__tree_ref(tree->right));
	return copy_node(tree, weft__tree_ref(tree->left), child);
}

int
weft__tree_put(struct weft__tree *tree, struct weft_slice key,
    struct weft_slice value, struct weft__tree **made)
{
	struct item *item = make_item(key, value);
	struct weft__tree *root;

	if (!item)
		return WEFT_ENOMEM;
	root = insert(tree, item);
	unref_item(item);
	if (!root)
		return WEFT_ENOMEM;
	*made = root;
	return 0;
}

/* One tree of two, all keys of 'left' being smaller.  Sets '*made' to NULL for
 * two empty ones. */
static int
join(struct weft__tree *left, struct weft__tree *right,
    struct weft__tree **made)
{
	struct weft__tree *child;
	int code;

	if (!left || !right) {
		*made = weft__tree_ref(left ? left : right);
		return 0;
	}
	if (left->item->priority > right->item->priority) {
		code = join(left->right, right, &child);
		if (!code)
			*made = copy_node(
			    left, weft__tree_ref(left->left), child);
	} else {
		code = join(left, right->left, &child);
		if (!code)
			*made = copy_node(
			    right, child, weft__tree_ref(right->right));
	}
	return code || !*made ? WEFT_ENOMEM : 0;
}

/* A copy of 'tree' without the key, which is in it. */
static int
take_out(struct weft__tree *tree, struct weft_slice key,
    struct weft__tree **made)
{
	int order = compare(key, tree->item), code;
	struct weft__tree *child;

	if (order == 0)
		return join(tree->left, tree->right, made);
	code = take_out(order < 0 ? tree->left : tree->right, key, &child);
	if (code)
		return code;
	if (order < 0)
		*made = copy_node(tree, child, weft__tree_ref(tree->right));
	else
		*made = copy_node(tree, weft__tree_ref(tree->left), child);
	return *made ? 0 : WEFT_ENOMEM;
}

int
weft__tree_remove(struct weft__tree *tree, struct weft_slice key,
    struct weft__tree **made)
{
	struct weft_slice value;

	if (weft__tree_find(tree, key, &value))
		return take_out(tree, key, made);
	*made = weft__tree_ref(tree);
	return 0;
}

bool
weft__tree_find(const struct weft__tree *tree, struct weft_slice key,
    struct weft_slice *value)
{
	while (tree) {
		int order = compare(key, tree->item);

		if (order == 0) {
			*value = value_of(tree->item);
			return true;
		}
		tree = order < 0 ? tree->left : tree->right;
	}
	return false;
}

/* Hands out the item, if there is one. */
static bool
give(const struct item *item, struct weft__tree_entry *entry)
{
	if (!item)
		return false;
	entry->key = key_of(item);
	entry->value = value_of(item);
	return true;
}

bool
weft__tree_after(const struct weft__tree *tree, struct weft_slice key,
    bool inclusive, struct weft__tree_entry *entry)
{
	const struct item *found = NULL;

	while (tree) {
		int order = compare(key, tree->item);

		if (order < 0 || (order == 0 && inclusive)) {
			found = tree->item;
			tree = tree->left;
		} else {
			tree = tree->right;
		}
	}
	return give(found, entry);
}

bool
weft__tree_before(const struct weft__tree *tree, struct weft_slice key,
    struct weft__tree_entry *entry)
{
	const struct item *found = NULL;

	while (tree) {
		if (compare(key, tree->item) >= 0) {
			found = tree->item;
			tree = tree->right;
		} else {
			tree = tree->left;
		}
	}
	return give(found, entry);
}
