/*
 * Checking a trie: that it is the one canonical form of its records.
 */
#include "core/base/limits.h"
#include "core/store/name.h"
#include "core/store/tombstone.h"
#include "core/store/tree.h"
#include "core/store/trie.h"
#include "core/store/verify.h"

/* More records than a leaf may have. */
#define MANY (WEFT_LIMIT_TRIE_LEAF + 1)

struct place {
	enum weft__store_part part;
	unsigned depth;
	unsigned char digits[WEFT__TRIE_DEPTH + 1]; /* the way down */
};

/* Loads a node; '*ok' if it is one. */
static int
load(struct weft__verify *verify, const struct weft__oid *oid,
    unsigned depth, struct weft__trie_node *node, bool *ok)
{
	struct weft__object object;
	struct weft_error error;
	int code =
	    weft__verify_object(verify, oid, WEFT__OBJECT_TREE, &object);

	*ok = false;
	if (code || !object.content.data)
		return code;
	weft__object_release(&object);
	code = weft__trie_load(
	    verify->objects, &verify->arena, oid, depth, node, &error);
	*ok = !code;
	if (code == WEFT_ENOMEM)
		return weft_error_set(verify->error, code, "%s", error.text);
	return code ? weft__verify_report(verify, oid, error.text) : 0;
}

/* The id beside a hashed name must be the one that gives that name. */
static int
check_id_blob(struct weft__verify *verify, const struct weft__trie_item *item)
{
	struct weft__object object;
	struct weft__oid hash;
	char name[WEFT__NAME_ROOM];
	bool right;
	size_t size;
	int code = weft__verify_object(
	    verify, item->id_blob, WEFT__OBJECT_BLOB, &object);

	if (code || !object.content.data)
		return code;
	weft__sha1(object.content.data, object.content.size, &hash);
	size = weft__name_of_id(object.content, &hash, name);
	right = weft_slice_equal(weft_slice_of(name, size),
	    weft_slice_of(item->name, item->name_size));
	weft__object_release(&object);
	return right ? 0
	             : weft__verify_report(verify, item->id_blob,
	                   "the id does not belong to the name");
}

static int
check_blob(struct weft__verify *verify, const struct place *place,
    const struct weft__trie_item *item)
{
	struct weft__object object;
	struct weft__oid prev;
	bool right;
	int code = weft__verify_object(
	    verify, &item->blob, WEFT__OBJECT_BLOB, &object);

	if (code || !object.content.data)
		return code;
	right = place->part == WEFT__STORE_LIVE ||
	    weft__tombstone_parse(object.content, &prev);
	weft__object_release(&object);
	return right ? 0
	             : weft__verify_report(
	                   verify, &item->blob, "it is no tombstone");
}

/* A record is live or deleted, never both. */
static int
check_parts(struct weft__verify *verify, const struct place *place,
    const struct weft__trie_item *item)
{
	struct weft__oid blob;
	int code;

	if (place->part == WEFT__STORE_LIVE)
		return 0;
	code = weft__trie_find(verify->objects, &verify->live, &item->hash,
	    weft_slice_of(item->name, item->name_size), &blob, NULL);
	if (code == WEFT_ENOMEM)
		return weft_error_set(
		    verify->error, code, "%s", weft_error_text(code));
	return code ? 0
	            : weft__verify_report(verify, &item->blob,
	                  "the record is live, too");
}

static bool
is_at(const struct place *place, const struct weft__oid *hash)
{
	for (unsigned i = 0; i < place->depth; i++)
		if (weft__trie_digit(hash, i) != place->digits[i])
			return false;
	return true;
}

static int
check_item(struct weft__verify *verify, const struct place *place,
    struct weft__trie_item *item)
{
	struct weft_slice name = weft_slice_of(item->name, item->name_size);
	size_t before = weft__verify_enter(verify, name);
	char id[WEFT__NAME_ROOM];
	struct weft_error error;
	int code = 0;

	if (!item->id_blob &&
	    !weft__name_unescape(name, id, &verify->id.size))
		verify->id.data = id;
	if (weft__trie_hash(item, &error))
		code = weft__verify_report(verify, &item->blob, error.text);
	else if (!is_at(place, &item->hash))
		code = weft__verify_report(
		    verify, &item->blob, "it belongs to another leaf");
	else
		code = check_parts(verify, place, item);
	if (!code && item->id_blob)
		code = check_id_blob(verify, item);
	if (!code && verify->deep)
		code = check_blob(verify, place, item);
	verify->id = weft_slice_of(NULL, 0);
	weft__verify_leave(verify, before);
	return code ? code : weft__verify_count(verify, 1);
}

/* The item of the same name and blob in the other leaf, or not. */
static bool
is_in(const struct weft__trie_node *other, const struct weft__trie_item *item)
{
	for (size_t i = 0; i < other->count; i++)
		if (!weft__trie_compare(&other->items[i], item))
			return weft__oid_equal(
			    &other->items[i].blob, &item->blob);
	return false;
}

/* Loads the node of the other trie at this place, as far as it is sound. */
static void
load_other(struct weft__verify *verify, const struct weft__oid *oid,
    unsigned depth, struct weft__trie_node *node)
{
	if (weft__oid_is_zero(oid) ||
	    weft__trie_load(
	        verify->objects, &verify->arena, oid, depth, node, NULL))
		*node = (struct weft__trie_node){.is_leaf = true};
}

static int check_node(struct weft__verify *verify, struct place *place,
    const struct weft__oid *oid, const struct weft__oid *other,
    size_t *count);

static int
check_children(struct weft__verify *verify, struct place *place,
    const struct weft__trie_node *node, const struct weft__trie_node *other,
    size_t *count)
{
	size_t before, child;
	int code = 0;

	*count = 0;
	for (unsigned i = 0; !code && i < WEFT__TRIE_WIDTH; i++) {
		if (weft__oid_is_zero(&node->children[i]))
			continue;
		before = weft__verify_enter(
		    verify, weft_slice_of(&"0123456789abcdef"[i], 1));
		place->digits[place->depth++] = (unsigned char)i;
		code = check_node(verify, place, &node->children[i],
		    &other->children[i], &child);
		place->depth--;
		*count += child;
		weft__verify_leave(verify, before);
	}
	return code;
}

/* Checks the items of a leaf that are not in the other one. */
static int
check_leaf(struct weft__verify *verify, const struct place *place,
    const struct weft__trie_node *node, const struct weft__trie_node *other)
{
	int code = 0;

	for (size_t i = 0; !code && i < node->count; i++)
		if (!is_in(other, &node->items[i]))
			code = check_item(verify, place, &node->items[i]);
	return code;
}

static int
check_inner(struct weft__verify *verify, struct place *place,
    const struct weft__oid *oid, const struct weft__trie_node *node,
    const struct weft__trie_node *other, size_t *count)
{
	int code = check_children(verify, place, node, other, count);

	if (code || *count >= MANY)
		return code;
	return weft__verify_report(
	    verify, oid, "so few records belong into one leaf");
}

/*
 * Checks a node, and counts its records, or MANY.  One that is the same in the
 * other trie is looked at for the count only; one that cannot be read is
 * counted as MANY, to get no second report.
 */
static int
check_node(struct weft__verify *verify, struct place *place,
    const struct weft__oid *oid, const struct weft__oid *other, size_t *count)
{
	struct weft__arena_mark mark = weft__arena_mark(&verify->arena);
	struct weft__trie_node node, other_node;
	bool same = weft__oid_equal(oid, other), ok;
	int code = load(verify, oid, place->depth, &node, &ok);

	if (!code && !same)
		code = weft__verify_count(verify, 1);
	*count = MANY;
	if (!code && ok && node.is_leaf)
		*count = node.count;
	if (!code && ok && !same) {
		load_other(verify, other, place->depth, &other_node);
		code = node.is_leaf
		    ? check_leaf(verify, place, &node, &other_node)
		    : check_inner(
		          verify, place, oid, &node, &other_node, count);
	}
	weft__arena_release(&verify->arena, mark);
	return code;
}

int
weft__verify_trie(struct weft__verify *verify, enum weft__store_part part,
    const struct weft__oid *root, const struct weft__oid *other)
{
	struct place place = {.part = part};
	size_t count;

	if (weft__oid_is_zero(root))
		return 0;
	return check_node(verify, &place, root, other, &count);
}
