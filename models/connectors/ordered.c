#include "models/connectors/ordered.h"

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

struct weft__ordered {
	atomic_size_t references;
	struct item *item;
	struct weft__ordered *left;  /* smaller keys */
	struct weft__ordered *right; /* larger keys */
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

struct weft__ordered *
weft__ordered_ref(struct weft__ordered *tree)
{
	if (tree)
		atomic_fetch_add_explicit(
		    &tree->references, 1, memory_order_relaxed);
	return tree;
}

/* Recursion is as deep as the tree: some 3 log n. */
void
weft__ordered_unref(struct weft__ordered *tree)
{
	if (!tree || atomic_fetch_sub(&tree->references, 1) != 1)
		return;
	weft__ordered_unref(tree->left);
	weft__ordered_unref(tree->right);
	unref_item(tree->item);
	weft__free(tree);
}

/* A node of these parts.  Takes the references to the subtrees, also when it
 * fails (NULL: no memory), and one of its own to the item. */
static struct weft__ordered *
make_node(
    struct item *item, struct weft__ordered *left, struct weft__ordered *right)
{
	struct weft__ordered *node = weft__malloc(sizeof *node);

	if (!node) {
		weft__ordered_unref(left);
		weft__ordered_unref(right);
		return NULL;
	}
	atomic_init(&node->references, 1);
	node->item = ref_item(item);
	node->left = left;
	node->right = right;
	return node;
}

/* A copy of 'node' with these subtrees; as make_node(). */
static struct weft__ordered *
copy_node(const struct weft__ordered *node, struct weft__ordered *left,
    struct weft__ordered *right)
{
	return make_node(node->item, left, right);
}

/*
 * Puts 'upper' above a copy of 'node', whose child it is by key but whose
 * parent by priority.  'upper' is new: nobody else sees it change.
 */
static struct weft__ordered *
rotate(const struct weft__ordered *node, struct weft__ordered *upper,
    bool from_left)
{
	struct weft__ordered **inner = from_left ? &upper->right : &upper->left;
	struct weft__ordered *lower;

	if (from_left)
		lower = copy_node(node, *inner, weft__ordered_ref(node->right));
	else
		lower = copy_node(node, weft__ordered_ref(node->left), *inner);
	*inner = lower;
	if (lower)
		return upper;
	weft__ordered_unref(upper);
	return NULL;
}

/* A copy of 'tree' with the item; NULL: no memory. */
static struct weft__ordered *
insert(const struct weft__ordered *tree, struct item *item)
{
	struct weft__ordered *child;
	int order;

	if (!tree)
		return make_node(item, NULL, NULL);
	order = compare(key_of(item), tree->item);
	if (order == 0)
		return make_node(item, weft__ordered_ref(tree->left),
		    weft__ordered_ref(tree->right));
	child = insert(order < 0 ? tree->left : tree->right, item);
	if (!child)
		return NULL;
	if (child->item->priority > tree->item->priority)
		return rotate(tree, child, order < 0);
	if (order < 0)
		return copy_node(tree, child, weft__ordered_ref(tree->right));
	return copy_node(tree, weft__ordered_ref(tree->left), child);
}

int
weft__ordered_put(struct weft__ordered *tree, struct weft_slice key,
    struct weft_slice value, struct weft__ordered **made)
{
	struct item *item = make_item(key, value);
	struct weft__ordered *root;

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
join(struct weft__ordered *left, struct weft__ordered *right,
    struct weft__ordered **made)
{
	struct weft__ordered *child;
	int code;

	if (!left || !right) {
		*made = weft__ordered_ref(left ? left : right);
		return 0;
	}
	if (left->item->priority > right->item->priority) {
		code = join(left->right, right, &child);
		if (!code)
			*made = copy_node(
			    left, weft__ordered_ref(left->left), child);
	} else {
		code = join(left, right->left, &child);
		if (!code)
			*made = copy_node(
			    right, child, weft__ordered_ref(right->right));
	}
	return code || !*made ? WEFT_ENOMEM : 0;
}

/* A copy of 'tree' without the key, which is in it. */
static int
take_out(struct weft__ordered *tree, struct weft_slice key,
    struct weft__ordered **made)
{
	int order = compare(key, tree->item), code;
	struct weft__ordered *child;

	if (order == 0)
		return join(tree->left, tree->right, made);
	code = take_out(order < 0 ? tree->left : tree->right, key, &child);
	if (code)
		return code;
	if (order < 0)
		*made = copy_node(tree, child, weft__ordered_ref(tree->right));
	else
		*made = copy_node(tree, weft__ordered_ref(tree->left), child);
	return *made ? 0 : WEFT_ENOMEM;
}

int
weft__ordered_remove(struct weft__ordered *tree, struct weft_slice key,
    struct weft__ordered **made)
{
	struct weft_slice value;

	if (weft__ordered_find(tree, key, &value))
		return take_out(tree, key, made);
	*made = weft__ordered_ref(tree);
	return 0;
}

bool
weft__ordered_find(const struct weft__ordered *tree, struct weft_slice key,
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
give(const struct item *item, struct weft__ordered_entry *entry)
{
	if (!item)
		return false;
	entry->key = key_of(item);
	entry->value = value_of(item);
	return true;
}

bool
weft__ordered_after(const struct weft__ordered *tree, struct weft_slice key,
    bool inclusive, struct weft__ordered_entry *entry)
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
weft__ordered_before(const struct weft__ordered *tree, struct weft_slice key,
    struct weft__ordered_entry *entry)
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
