#include "models/connectors/ordered.h"

#include <weft/error.h>

/* Entries of a node. */
#define WIDTH 32

/* Levels of a tree: halves of nodes make more than 2^64 items. */
#define LEVELS 17

/*
 * The entries of an inner node begin with the smallest item below them.
 */
struct weft__ordered_node {
	uint32_t length;
	bool is_leaf;
	uint64_t heads[WIDTH];
	struct weft__ordered_item *items[WIDTH];
	struct weft__ordered_node *children[]; /* WIDTH; none in a leaf */
};

/* The way down to an entry of a leaf. */
struct path {
	unsigned depth; /* of the leaf */
	struct weft__ordered_node *nodes[LEVELS];
	unsigned places[LEVELS]; /* of a leaf: entries up to the key */
};

struct weft__ordered_key
weft__ordered_number(uint64_t number)
{
	return (struct weft__ordered_key){number, {NULL, 0}};
}

struct weft__ordered_key
weft__ordered_text(struct weft_slice text)
{
	uint64_t head = 0;

	if (!text.data)
		text = weft_slice_of("", 0);
	for (size_t i = 0; i < sizeof head; i++)
		head = head << 8 |
		    (i < text.size ? (unsigned char)text.data[i] : 0);
	return (struct weft__ordered_key){head, text};
}

static int
compare_text(struct weft_slice text, const struct weft__ordered_item *item)
{
	size_t shorter =
	    text.size < item->key_size ? text.size : item->key_size;
	int order = memcmp(text.data, item->bytes, shorter);

	if (order)
		return order;
	return (text.size > item->key_size) - (text.size < item->key_size);
}

static int
compare(const struct weft__ordered_node *node, unsigned place,
    struct weft__ordered_key key)
{
	if (key.head != node->heads[place])
		return key.head < node->heads[place] ? -1 : 1;
	return key.text.data ? compare_text(key.text, node->items[place]) : 0;
}

/* How many entries are at or before the key. */
static unsigned
count_upto(const struct weft__ordered_node *node, struct weft__ordered_key key)
{
	unsigned low = 0, high = node->length;

	while (low < high) {
		unsigned middle = (low + high) / 2;

		if (compare(node, middle, key) < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* The child that has the key, or would. */
static unsigned
choose_child(
    const struct weft__ordered_node *node, struct weft__ordered_key key)
{
	unsigned count = count_upto(node, key);

	return count ? count - 1 : 0;
}

/*
 * Nodes
 */

static size_t
size_of(bool is_leaf)
{
	struct weft__ordered_node *node;

	return sizeof *node + (is_leaf ? 0 : WIDTH * sizeof *node->children);
}

static struct weft__ordered_node *
make_node(struct weft__versions *versions, bool is_leaf)
{
	struct weft__ordered_node *node =
	    weft__versions_make(versions, size_of(is_leaf));

	if (!node)
		return NULL;
	node->length = 0;
	node->is_leaf = is_leaf;
	return node;
}

/* Makes a copy of the node that is the writer's own, unless it is that. */
static bool
own(struct weft__versions *versions, struct weft__ordered_node **slot)
{
	struct weft__ordered_node *node = *slot, *copy;

	if (weft__versions_is_own(versions, node))
		return true;
	copy = weft__versions_make(versions, size_of(node->is_leaf));
	if (!copy)
		return false;
	memcpy(copy, node, size_of(node->is_leaf));
	weft__versions_give_up(versions, node);
	*slot = copy;
	return true;
}

/* Copies entries to another node, or place. */
static void
move_entries(struct weft__ordered_node *to, unsigned to_place,
    const struct weft__ordered_node *from, unsigned place, unsigned count)
{
	memmove(to->heads + to_place, from->heads + place,
	    count * sizeof *to->heads);
	memmove(to->items + to_place, from->items + place,
	    count * sizeof *to->items);
	if (!to->is_leaf)
		memmove(to->children + to_place, from->children + place,
		    count * sizeof *to->children);
}

/* Makes room for an entry. */
static void
open_entry(struct weft__ordered_node *node, unsigned place)
{
	move_entries(node, place + 1, node, place, node->length - place);
	node->length++;
}

static void
remove_entry(struct weft__ordered_node *node, unsigned place)
{
	node->length--;
	move_entries(node, place, node, place + 1, node->length - place);
}

/* The entry of a child begins with the child's first. */
static void
show_first(struct weft__ordered_node *node, unsigned place)
{
	node->heads[place] = node->children[place]->heads[0];
	node->items[place] = node->children[place]->items[0];
}

/*
 * Splits the child, which is full and own, as is the node, which has room.
 * What comes in order fills nodes to the end.
 */
static bool
split(struct weft__versions *versions, struct weft__ordered_node *node,
    unsigned place, struct weft__ordered_key key)
{
	struct weft__ordered_node *left = node->children[place];
	struct weft__ordered_node *right = make_node(versions, left->is_leaf);
	unsigned kept =
	    compare(left, WIDTH - 1, key) > 0 ? WIDTH - 1 : WIDTH / 2;

	if (!right)
		return false;
	move_entries(right, 0, left, kept, WIDTH - kept);
	right->length = WIDTH - kept;
	left->length = kept;
	open_entry(node, place + 1);
	node->children[place + 1] = right;
	show_first(node, place + 1);
	return true;
}

/* Makes the root own, with room for one more entry. */
static bool
own_root(struct weft__ordered *map, struct weft__versions *versions,
    struct weft__ordered_key key)
{
	struct weft__ordered_node *above;

	if (!map->root)
		map->root = make_node(versions, true);
	if (!map->root || !own(versions, &map->root))
		return false;
	if (map->root->length < WIDTH)
		return true;
	above = make_node(versions, false);
	if (!above)
		return false;
	above->length = 1;
	above->children[0] = map->root;
	show_first(above, 0);
	if (!split(versions, above, 0, key)) {
		weft__versions_give_up(versions, above);
		return false;
	}
	map->root = above;
	return true;
}

/* Makes all nodes on the way down own, with room. */
static bool
own_path(struct weft__ordered *map, struct weft__versions *versions,
    struct weft__ordered_key key, struct path *path)
{
	struct weft__ordered_node *node;
	unsigned place;

	if (!own_root(map, versions, key))
		return false;
	path->depth = 0;
	for (node = map->root; !node->is_leaf; node = node->children[place]) {
		place = choose_child(node, key);
		if (!own(versions, &node->children[place]))
			return false;
		if (node->children[place]->length == WIDTH) {
			if (!split(versions, node, place, key))
				return false;
			place = choose_child(node, key);
		}
		path->nodes[path->depth] = node;
		path->places[path->depth++] = place;
	}
	path->nodes[path->depth] = node;
	path->places[path->depth] = count_upto(node, key);
	return true;
}

/* The first entries on the way up are those below. */
static void
show_path(const struct path *path)
{
	for (unsigned i = path->depth; i-- > 0;)
		show_first(path->nodes[i], path->places[i]);
}

/* Whether the path ends at an entry of this key. */
static bool
has_key(const struct path *path, struct weft__ordered_key key)
{
	unsigned place = path->places[path->depth];

	return place && compare(path->nodes[path->depth], place - 1, key) == 0;
}

static void
set_entry(struct path *path, unsigned place, struct weft__ordered_key key,
    struct weft__ordered_item *item)
{
	struct weft__ordered_node *leaf = path->nodes[path->depth];

	leaf->heads[place] = key.head;
	leaf->items[place] = item;
	show_path(path);
}

static void
add_entry(struct weft__ordered *map, struct path *path,
    struct weft__ordered_key key, struct weft__ordered_item *item)
{
	open_entry(path->nodes[path->depth], path->places[path->depth]);
	map->length++;
	set_entry(path, path->places[path->depth], key, item);
}

int
weft__ordered_add(struct weft__ordered *map, struct weft__versions *versions,
    struct weft__ordered_key key, struct weft__ordered_item *item)
{
	struct path path;

	if (!own_path(map, versions, key, &path))
		return WEFT_ENOMEM;
	if (has_key(&path, key))
		return WEFT_EEXISTS;
	add_entry(map, &path, key, item);
	return 0;
}

int
weft__ordered_put(struct weft__ordered *map, struct weft__versions *versions,
    struct weft__ordered_key key, struct weft__ordered_item *item,
    struct weft__ordered_item **replaced)
{
	struct path path;
	unsigned place;

	*replaced = NULL;
	if (!own_path(map, versions, key, &path))
		return WEFT_ENOMEM;
	if (!has_key(&path, key)) {
		add_entry(map, &path, key, item);
		return 0;
	}
	place = path.places[path.depth] - 1;
	*replaced = path.nodes[path.depth]->items[place];
	set_entry(&path, place, key, item);
	return 0;
}

/*
 * Removing
 */

/* Makes the nodes on the way to an entry own: nothing else changes. */
static bool
own_way(struct weft__ordered *map, struct weft__versions *versions,
    struct weft__ordered_key key, struct path *path)
{
	struct weft__ordered_node **slot = &map->root;

	for (path->depth = 0;; path->depth++) {
		struct weft__ordered_node *node;

		if (!own(versions, slot))
			return false;
		node = path->nodes[path->depth] = *slot;
		path->places[path->depth] = choose_child(node, key);
		if (node->is_leaf)
			return true;
		slot = &node->children[path->places[path->depth]];
	}
}

/* Leaves out nodes that have nothing below them. */
static void
leave_out(struct weft__versions *versions, struct path *path)
{
	while (path->depth && !path->nodes[path->depth]->length) {
		weft__versions_give_up(versions, path->nodes[path->depth]);
		path->depth--;
		remove_entry(path->nodes[path->depth],
		    path->places[path->depth]);
	}
}

/* A root with a single child is not needed, nor one with nothing. */
static void
lower_root(struct weft__ordered *map, struct weft__versions *versions)
{
	struct weft__ordered_node *root;

	while ((root = map->root) && root->length < 2) {
		if (root->length && root->is_leaf)
			return;
		map->root = root->length ? root->children[0] : NULL;
		weft__versions_give_up(versions, root);
	}
}

int
weft__ordered_remove(struct weft__ordered *map,
    struct weft__versions *versions, struct weft__ordered_key key,
    struct weft__ordered_item **removed)
{
	struct path path;

	*removed = weft__ordered_find(map, key);
	if (!*removed)
		return 0;
	if (!own_way(map, versions, key, &path))
		return WEFT_ENOMEM;
	remove_entry(path.nodes[path.depth], path.places[path.depth]);
	map->length--;
	leave_out(versions, &path);
	/* What the last one of the path has is gone, or stands below it. */
	if (path.nodes[path.depth]->length)
		show_path(&path);
	lower_root(map, versions);
	return 0;
}

/*
 * Reading
 */

struct weft__ordered_item *
weft__ordered_before(
    const struct weft__ordered *map, struct weft__ordered_key key)
{
	const struct weft__ordered_node *node = map->root;
	unsigned count;

	if (!node)
		return NULL;
	while (!node->is_leaf)
		node = node->children[choose_child(node, key)];
	count = count_upto(node, key);
	return count ? node->items[count - 1] : NULL;
}

struct weft__ordered_item *
weft__ordered_find(
    const struct weft__ordered *map, struct weft__ordered_key key)
{
	const struct weft__ordered_node *node = map->root;
	unsigned count;

	if (!node)
		return NULL;
	while (!node->is_leaf)
		node = node->children[choose_child(node, key)];
	count = count_upto(node, key);
	return count && compare(node, count - 1, key) == 0
	    ? node->items[count - 1]
	    : NULL;
}

struct weft__ordered_item *
weft__ordered_after(const struct weft__ordered *map,
    struct weft__ordered_key key, bool inclusive)
{
	const struct weft__ordered_node *node = map->root, *next = NULL;
	unsigned place;

	if (!node)
		return NULL;
	for (; !node->is_leaf; node = node->children[place]) {
		place = choose_child(node, key);
		if (place + 1 < node->length)
			next = node->children[place + 1];
	}
	place = count_upto(node, key);
	if (place && inclusive && compare(node, place - 1, key) == 0)
		place--;
	if (place < node->length)
		return node->items[place];
	return next ? next->items[0] : NULL;
}

static void
free_node(struct weft__versions *versions, struct weft__ordered_node *node,
    bool has_items)
{
	for (unsigned i = 0; i < node->length; i++)
		if (!node->is_leaf)
			free_node(versions, node->children[i], has_items);
		else if (has_items)
			weft__versions_free(versions, node->items[i]);
	weft__versions_free(versions, node);
}

void
weft__ordered_fini(struct weft__ordered *map, struct weft__versions *versions,
    bool has_items)
{
	if (map->root)
		free_node(versions, map->root, has_items);
	*map = (struct weft__ordered){NULL, 0};
}
