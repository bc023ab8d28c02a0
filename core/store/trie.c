#include "core/store/trie.h"

#include "core/base/limits.h"
#include "core/store/name.h"
#include "core/store/tree.h"

static int
damaged_node(const struct weft__oid *oid, struct weft_error *error)
{
	char hex[WEFT__OID_HEX + 1];

	weft__oid_format(oid, hex);
	return weft_error_set(
	    error, WEFT_EDAMAGED, "tree %s is no node of a trie", hex);
}

/* The value of a child's name, or -1. */
static int
digit_of_name(struct weft_slice name)
{
	static const char digits[] = "0123456789abcdef";
	const char *found = name.size == 1
	    ? memchr(digits, name.data[0], sizeof digits - 1)
	    : NULL;

	return found ? (int)(found - digits) : -1;
}

static int
parse_inner(struct weft_slice content, struct weft__trie_node *node)
{
	struct weft__tree_entry entry;
	int last = -1, digit;

	while (content.size) {
		if (weft__tree_next(&content, &entry) ||
		    entry.mode != WEFT__TREE_FOLDER)
			return WEFT_EDAMAGED;
		digit = digit_of_name(entry.name);
		if (digit <= last)
			return WEFT_EDAMAGED;
		node->children[digit] = *entry.oid;
		last = digit;
	}
	return 0;
}

/* Whether the entry holds the id of the item before it. */
static bool
is_id_entry(const struct weft__tree_entry *entry,
    const struct weft__trie_item *item)
{
	const size_t size = WEFT__NAME_HASHED_SIZE;
	const size_t suffix = sizeof WEFT__NAME_ID_SUFFIX - 1;

	return entry->mode == WEFT__TREE_FILE &&
	    entry->name.size == size + suffix &&
	    memcmp(entry->name.data, item->name, size) == 0 &&
	    memcmp(entry->name.data + size, WEFT__NAME_ID_SUFFIX, suffix) == 0;
}

/* Takes the entry, or the two entries, of one record. */
static int
parse_item(struct weft_slice *content, struct weft__trie_item *item)
{
	struct weft__tree_entry entry;

	if (weft__tree_next(content, &entry) ||
	    entry.mode != WEFT__TREE_FILE || entry.name.size > WEFT__NAME_MAX)
		return WEFT_EDAMAGED;
	item->name = entry.name.data;
	item->name_size = (uint16_t)entry.name.size;
	item->blob = *entry.oid;
	item->id_blob = NULL;
	item->hashed = false;
	item->state = WEFT__TRIE_NONE;
	if (!weft__name_is_hashed(entry.name))
		return 0;
	if (!content->size || weft__tree_next(content, &entry) ||
	    !is_id_entry(&entry, item))
		return WEFT_EDAMAGED;
	item->id_blob = entry.oid;
	return 0;
}

/* The fewest bytes of an entry: mode, a name of one byte, NUL, id. */
#define ENTRY_MIN (7 + 1 + 1 + WEFT__OID_SIZE)

static int
parse_leaf(struct weft_slice content, struct weft__arena *arena,
    struct weft__trie_node *node)
{
	struct weft__trie_item *items = weft__arena_alloc(
	    arena, content.size / ENTRY_MIN * sizeof *items);
	size_t count = 0;

	if (!items)
		return WEFT_ENOMEM;
	while (content.size) {
		if (parse_item(&content, &items[count]))
			return WEFT_EDAMAGED;
		if (count &&
		    weft__trie_compare(&items[count - 1], &items[count]) >= 0)
			return WEFT_EDAMAGED;
		count++;
	}
	node->items = items;
	node->count = count;
	return 0;
}

/* The mode of the first entry says what the node is. */
int
weft__trie_parse(struct weft_slice content, struct weft__arena *arena,
    unsigned depth, struct weft__trie_node *node)
{
	int code;

	*node = (struct weft__trie_node){.is_leaf = true};
	if (content.size == 0)
		return WEFT_EDAMAGED; /* T4 */
	node->is_leaf = content.data[0] == '1';
	if (node->is_leaf) {
		code = parse_leaf(content, arena, node);
		if (!code && node->count > WEFT_LIMIT_TRIE_LEAF &&
		    depth < WEFT__TRIE_DEPTH)
			code = WEFT_EDAMAGED; /* T1 */
		return code;
	}
	return depth < WEFT__TRIE_DEPTH ? parse_inner(content, node)
	                                : WEFT_EDAMAGED;
}

int
weft__trie_load(struct weft__objects *objects, struct weft__arena *arena,
    const struct weft__oid *oid, unsigned depth,
    struct weft__trie_node *node, struct weft_error *error)
{
	struct weft__object object;
	struct weft_slice content;
	int code = weft__objects_node(objects, oid, &object, error);

	if (code)
		return code;
	code = weft__arena_copy(arena, object.content, &content);
	weft__object_release(&object);
	if (!code)
		code = weft__trie_parse(content, arena, depth, node);
	if (code == WEFT_ENOMEM)
		return weft_error_set(error, code, "out of memory");
	return code ? damaged_node(oid, error) : 0;
}

int
weft__trie_compare(
    const struct weft__trie_item *a, const struct weft__trie_item *b)
{
	size_t common = a->name_size < b->name_size ? a->name_size
	                                            : b->name_size;
	int order = memcmp(a->name, b->name, common);

	return order ? order : (int)a->name_size - (int)b->name_size;
}

int
weft__trie_hash(struct weft__trie_item *item, struct weft_error *error)
{
	struct weft_slice name = weft_slice_of(item->name, item->name_size);
	char id[WEFT__NAME_ROOM];
	size_t size;

	if (item->hashed)
		return 0;
	if (item->id_blob) {
		item->hashed = weft__oid_parse(
		    weft_slice_of(name.data + 2, WEFT__OID_HEX), &item->hash);
	} else if (!weft__name_unescape(name, id, &size)) {
		weft__sha1(id, size, &item->hash);
		item->hashed = true;
	}
	if (item->hashed)
		return 0;
	return weft_error_set(error, WEFT_EDAMAGED,
	    "\"%.*s\" is no name of an id", (int)name.size, name.data);
}

const struct weft__trie_item *
weft__trie_item_named(
    const struct weft__trie_node *node, struct weft_slice name)
{
	for (size_t i = 0; i < node->count; i++)
		if (weft_slice_equal(name,
		        weft_slice_of(node->items[i].name,
		            node->items[i].name_size)))
			return &node->items[i];
	return NULL;
}

int
weft__trie_find(struct weft__objects *objects, const struct weft__oid *root,
    const struct weft__oid *hash, struct weft_slice name,
    struct weft__oid *blob, struct weft_error *error)
{
	struct weft__arena arena = {NULL};
	struct weft__trie_node node = {.is_leaf = false};
	const struct weft__trie_item *item = NULL;
	struct weft__oid at = *root;
	int code = 0;

	for (unsigned depth = 0; !code && !node.is_leaf; depth++) {
		if (weft__tree_is_empty(&at))
			break;
		code = weft__trie_load(
		    objects, &arena, &at, depth, &node, error);
		if (!code && !node.is_leaf)
			at = node.children[weft__trie_digit(hash, depth)];
	}
	if (!code)
		item = weft__trie_item_named(&node, name);
	if (item)
		*blob = item->blob;
	else if (!code)
		code = weft_error_set(error, WEFT_ENOTFOUND,
		    "no record \"%.*s\"", (int)name.size, name.data);
	weft__arena_fini(&arena);
	return code;
}
