#include "core/store/node.h"

#include <stdlib.h>

#include "core/store/store_internal.h"
#include "core/store/tree.h"
#include "core/store/trie.h"

struct reading {
	struct weft__objects *objects;
	struct weft__arena *arena;
	struct weft_error *error;
};

/* Loads the root; one that is not there is no damage. */
static int
load_root(const struct reading *reading, const struct weft__oid *root,
    struct weft__trie_node *node)
{
	struct weft__object object;
	int code;

	*node = (struct weft__trie_node){.is_leaf = true};
	if (weft__tree_is_empty(root))
		return 0;
	code = weft__objects_get(reading->objects, root, WEFT__OBJECT_TREE,
	    &object, reading->error);
	if (code)
		return code;
	weft__object_release(&object);
	return weft__trie_load(reading->objects, reading->arena, root, 0,
	    node, reading->error);
}

/* Goes down along the path, to its end or the leaf before it. */
static int
descend(const struct reading *reading, const struct weft__oid *root,
    struct weft__path path, struct weft__trie_node *node, unsigned *depth)
{
	int code = load_root(reading, root, node);

	for (*depth = 0; !code && !node->is_leaf && *depth < path.depth;
	     ++*depth) {
		const unsigned digit = path.digits >> (60 - 4 * *depth) & 15;
		const struct weft__oid child = node->children[digit];

		if (weft__oid_is_zero(&child))
			*node = (struct weft__trie_node){.is_leaf = true};
		else
			code = weft__trie_load(reading->objects,
			    reading->arena, &child, *depth + 1, node,
			    reading->error);
	}
	return code;
}

static int
compare_symbols(const void *a, const void *b)
{
	const struct weft__symbol *one = a, *other = b;

	if (one->id != other->id)
		return one->id < other->id ? -1 : 1;
	return one->rev < other->rev ? -1 : one->rev > other->rev;
}

static int
take_leaf(const struct reading *reading, const struct weft__trie_node *leaf,
    struct weft__path path, struct weft__node *node)
{
	node->is_leaf = true;
	node->symbols = weft__arena_alloc(
	    reading->arena, leaf->count * sizeof *node->symbols);
	if (!node->symbols)
		return weft_error_set(
		    reading->error, WEFT_ENOMEM, "out of memory");
	for (size_t i = 0; i < leaf->count; i++) {
		struct weft__trie_item *item = &leaf->items[i];
		int code = weft__trie_hash(item, reading->error);
		const struct weft__symbol symbol =
		    weft__symbol_of(&item->hash, &item->blob);

		if (code)
			return code;
		if (weft__path_leads(path, symbol.id))
			node->symbols[node->length++] = symbol;
	}
	if (node->length)
		qsort(node->symbols, node->length, sizeof *node->symbols,
		    compare_symbols);
	return 0;
}

static int
take_child(const struct reading *reading, const struct weft__oid *oid,
    unsigned depth, struct weft__node_child *child)
{
	struct weft__arena_mark mark = weft__arena_mark(reading->arena);
	struct weft__trie_node node;
	int code;

	if (weft__oid_is_zero(oid))
		return 0;
	code = weft__trie_load(reading->objects, reading->arena, oid, depth,
	    &node, reading->error);
	if (code)
		return code;
	child->kind = node.is_leaf ? WEFT__NODE_LEAF : WEFT__NODE_INNER;
	child->digest = *oid;
	for (int i = 0; i < 16 && !node.is_leaf; i++) {
		child->digests[i] = node.children[i];
		if (!weft__oid_is_zero(&node.children[i]))
			child->mask |= (uint16_t)(1u << i);
	}
	weft__arena_release(reading->arena, mark);
	return 0;
}

int
weft__store_node(struct weft__store *store, const struct weft__oid *root,
    struct weft__path path, struct weft__arena *arena, struct weft__node *node,
    struct weft_error *error)
{
	const struct reading reading = {store->objects, arena, error};
	struct weft__trie_node found;
	unsigned depth;
	int code = descend(&reading, root, path, &found, &depth);

	*node = (struct weft__node){.is_leaf = false};
	if (code)
		return code;
	if (found.is_leaf)
		return take_leaf(&reading, &found, path, node);
	for (int i = 0; i < 16 && !code; i++)
		code = take_child(&reading, &found.children[i], depth + 1,
		    &node->children[i]);
	return code;
}

/* Calls 'visit' with the id of the item, which may be in a blob. */
static int
visit_item(const struct reading *reading, const struct weft__trie_item *item,
    weft__store_visit_fn visit, void *context)
{
	struct weft_slice name = weft_slice_of(item->name, item->name_size);
	struct weft__object object;
	char id[WEFT__NAME_ROOM];
	size_t size;
	int code;

	if (!item->id_blob) {
		if (weft__name_unescape(name, id, &size))
			return weft_error_set(reading->error, WEFT_EDAMAGED,
			    "\"%.*s\" is no name of an id", (int)name.size,
			    name.data);
		return visit(weft_slice_of(id, size), &item->blob, context);
	}
	code = weft__objects_need(reading->objects, item->id_blob,
	    WEFT__OBJECT_BLOB, &object, reading->error);
	if (code)
		return code;
	code = visit(object.content, &item->blob, context);
	weft__object_release(&object);
	return code;
}

int
weft__store_find_prefix(struct weft__store *store,
    const struct weft__oid *root, uint64_t prefix, weft__store_visit_fn visit,
    void *context, struct weft_error *error)
{
	const struct weft__path path = {prefix & ~UINT64_C(15), WEFT__PATH_MAX};
	struct weft__arena arena = {NULL};
	const struct reading reading = {store->objects, &arena, error};
	struct weft__trie_node leaf;
	unsigned depth;
	int code = descend(&reading, root, path, &leaf, &depth);

	for (size_t i = 0; !code && i < leaf.count; i++) {
		struct weft__trie_item *item = &leaf.items[i];

		code = weft__trie_hash(item, error);
		if (!code && weft__oid_prefix(&item->hash) == prefix)
			code = visit_item(&reading, item, visit, context);
	}
	weft__arena_fini(&arena);
	return code;
}
