/*
 * The trie of records: git trees in a form that depends on the records alone.
 *
 * The digits of the SHA-1 of an id are its way down.  docs/store-format.md,
 * "Tries", is the contract:
 *   T1  a node at depth < 15 is a leaf if and only if it and all below it
 *       hold at most WEFT_LIMIT_TRIE_LEAF records; at depth 15 all are leaves;
 *   T2  a leaf has an entry for each record, named after its id; one with a
 *       hashed name is followed by another that has the id;
 *   T3  an inner node has a folder, named by one hex digit, for each child;
 *   T4  only the root can hold nothing, and then there is no root.
 *
 * trie.c reads nodes and finds, trie_diff.c compares, trie_update.c changes.
 */
#ifndef CORE_STORE_TRIE_H
#define CORE_STORE_TRIE_H

#include "core/base/arena.h"
#include "core/store/objects.h"
#include "core/store/pack.h"

#define WEFT__TRIE_WIDTH 16
#define WEFT__TRIE_DEPTH 15 /* digits before all nodes are leaves */

/* What an update does with a record. */
enum weft__trie_state {
	WEFT__TRIE_NONE, /* it is in neither trie */
	WEFT__TRIE_LIVE,
	WEFT__TRIE_DELETED
};

/* A record as the trie knows it. */
struct weft__trie_item {
	struct weft__oid hash;           /* of the id; in a node: if 'hashed' */
	struct weft__oid blob;           /* its record or tombstone */
	const struct weft__oid *id_blob; /* a hashed name's id; else NULL */
	const char *name;                /* of its entry */
	uint16_t name_size;              /* bytes */
	bool hashed;                     /* 'hash' is set */
	uint8_t state;                   /* enum weft__trie_state */
};

/* A node in memory. */
struct weft__trie_node {
	bool is_leaf;
	struct weft__oid children[WEFT__TRIE_WIDTH]; /* zero: none */
	struct weft__trie_item *items;               /* by name */
	size_t count;                                /* of items */
};

/*
 * Reads a node; its memory is the arena's.  Returns 0; WEFT_EDAMAGED: missing
 * or malformed; WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__trie_load(struct weft__objects *objects,
    struct weft__arena *arena, const struct weft__oid *oid, unsigned depth,
    struct weft__trie_node *node, struct weft_error *error);

/*
 * Reads a node from a tree's content, into which it points; its lists are the
 * arena's.  Returns 0; WEFT_EDAMAGED; WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__trie_parse(struct weft_slice content,
    struct weft__arena *arena, unsigned depth, struct weft__trie_node *node);

/* The digit of the hash at this depth. */
static inline unsigned
weft__trie_digit(const struct weft__oid *hash, unsigned depth)
{
	unsigned byte = hash->bytes[depth / 2];

	return depth % 2 ? byte & 15 : byte >> 4;
}

/* Sets 'hash' of an item read from a node.  WEFT_EDAMAGED: its name is none. */
WEFT_MUST_CHECK int weft__trie_hash(
    struct weft__trie_item *item, struct weft_error *error);

/* The order of names in a leaf. */
int weft__trie_compare(
    const struct weft__trie_item *a, const struct weft__trie_item *b);

/* The item of this name in a leaf, or NULL. */
const struct weft__trie_item *weft__trie_item_named(
    const struct weft__trie_node *node, struct weft_slice name);

/*
 * Finds the record with this hash and name under 'root' (empty: no trie).
 * Returns 0; WEFT_ENOTFOUND; WEFT_EDAMAGED; WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__trie_find(struct weft__objects *objects,
    const struct weft__oid *root, const struct weft__oid *hash,
    struct weft_slice name, struct weft__oid *blob, struct weft_error *error);

/* One side of a comparison.  Empty 'root': no trie. */
struct weft__trie_side {
	struct weft__objects *objects;
	struct weft__oid root;
};

/* An item that is in one side only, or differs; NULL: not on that side. */
typedef int (*weft__trie_diff_fn)(const struct weft__trie_item *a,
    const struct weft__trie_item *b, void *context);

/*
 * Visits what differs, in the order of the trie.  Equal subtrees are not
 * read.  Returns 0, what 'visit' returned, or as weft__trie_load().
 */
WEFT_MUST_CHECK int weft__trie_diff(const struct weft__trie_side *a,
    const struct weft__trie_side *b, weft__trie_diff_fn visit, void *context,
    struct weft_error *error);

/*
 * Applies changes to the trie 'old' (empty: none): items whose state is
 * 'state' are put, all others removed.  New nodes go into the pack; '*root' is
 * zero if nothing is left.
 *
 * 'items' has one item per id; the list is put into another order.  The arena
 * gives scratch memory, released again.
 * Returns 0; as weft__trie_load(); as weft__pack_add().
 * Cost: touched nodes only, each read once and written at most once.
 */
WEFT_MUST_CHECK int weft__trie_update(struct weft__objects *objects,
    struct weft__pack *pack, struct weft__arena *arena,
    const struct weft__oid *old, enum weft__trie_state state,
    struct weft__trie_item **items, size_t count, struct weft__oid *root,
    struct weft_error *error);

/* Changes that are had in parts, by the first byte of their hashes. */
struct weft__trie_parts {
	void *context;
	const bool *present; /* for each byte, whether there are any */

	/*
	 * Loads one part, with one item per id, valid until the next one is
	 * loaded; the list may be put into another order.  Returns 0 or an
	 * error code with 'error' set.
	 */
	int (*load)(void *context, unsigned byte,
	    struct weft__trie_item ***items, size_t *count,
	    struct weft_error *error);
};

/*
 * As weft__trie_update() for changes in parts; each that is present is loaded
 * once.  Returns also what 'load' returned.
 * Cost: memory for the largest part.
 */
WEFT_MUST_CHECK int weft__trie_update_parts(struct weft__objects *objects,
    struct weft__pack *pack, struct weft__arena *arena,
    const struct weft__oid *old, enum weft__trie_state state,
    const struct weft__trie_parts *parts, struct weft__oid *root,
    struct weft_error *error);

#endif
