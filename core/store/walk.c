/*
 * Walks over many records: models, all records of one, differences.
 */
#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "core/store/store.h"
#include "core/store/store_internal.h"
#include "core/store/tree.h"
#include "core/store/trie.h"

/* The visitor of a difference, and what it needs to know the id. */
struct walk {
	weft__store_diff_fn diff;
	weft__store_visit_fn visit; /* or this one */
	void *context;
	struct weft__objects *objects_a;
	struct weft__objects *objects_b;
	struct weft_error *error;
};

static int
call_visitor(struct walk *walk, struct weft_slice id,
    const struct weft__trie_item *a, const struct weft__trie_item *b)
{
	if (walk->visit)
		return walk->visit(id, &b->blob, walk->context);
	return walk->diff(
	    id, a ? &a->blob : NULL, b ? &b->blob : NULL, walk->context);
}

/* The id of a hashed name is in a blob of its own. */
static int
visit_hashed(struct walk *walk, const struct weft__trie_item *a,
    const struct weft__trie_item *b)
{
	struct weft__object object;
	int code = weft__objects_need(a ? walk->objects_a : walk->objects_b,
	    a ? a->id_blob : b->id_blob, WEFT__OBJECT_BLOB, &object,
	    walk->error);

	if (code)
		return code;
	code = call_visitor(walk, object.content, a, b);
	weft__object_release(&object);
	return code;
}

static int
visit_items(const struct weft__trie_item *a, const struct weft__trie_item *b,
    void *context)
{
	struct walk *walk = context;
	const struct weft__trie_item *item = a ? a : b;
	struct weft_slice name = weft_slice_of(item->name, item->name_size);
	char id[WEFT__NAME_ROOM];
	size_t size;

	if (item->id_blob)
		return visit_hashed(walk, a, b);
	if (weft__name_unescape(name, id, &size))
		return weft_error_set(walk->error, WEFT_EDAMAGED,
		    "\"%.*s\" is no name of an id", (int)name.size, name.data);
	return call_visitor(walk, weft_slice_of(id, size), a, b);
}

int
weft__store_walk(struct weft__store *store, const struct weft__oid *commit,
    enum weft__store_part part, struct weft_slice model,
    weft__store_visit_fn visit, void *context, struct weft_error *error)
{
	struct walk walk = {.visit = visit,
	    .context = context,
	    .objects_b = store->objects,
	    .error = error};
	struct weft__trie_side none = {store->objects, {{0}}};
	struct weft__trie_side side = {store->objects, {{0}}};
	int code = weft__store_root_at(
	    store, commit, part, model, &side.root, error);

	return code
	    ? code
	    : weft__trie_diff(&none, &side, visit_items, &walk, error);
}

/* Whether the root that a caller gave is there. */
static int
check_root(struct weft__store *store, const struct weft__oid *root,
    struct weft_error *error)
{
	struct weft__object object;
	int code;

	if (weft__tree_is_empty(root))
		return 0;
	code = weft__objects_get(
	    store->objects, root, WEFT__OBJECT_TREE, &object, error);
	weft__object_release(&object);
	return code;
}

int
weft__store_diff(struct weft__store *store_a, const struct weft__oid *root_a,
    struct weft__store *store_b, const struct weft__oid *root_b,
    weft__store_diff_fn visit, void *context, struct weft_error *error)
{
	struct walk walk = {.diff = visit,
	    .context = context,
	    .objects_a = store_a->objects,
	    .objects_b = store_b->objects,
	    .error = error};
	struct weft__trie_side a = {store_a->objects, *root_a};
	struct weft__trie_side b = {store_b->objects, *root_b};
	int code = check_root(store_a, root_a, error);

	if (!code)
		code = check_root(store_b, root_b, error);
	return code ? code
	            : weft__trie_diff(&a, &b, visit_items, &walk, error);
}
