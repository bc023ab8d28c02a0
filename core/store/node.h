/*
 * A trie as another store is told of it: digests of two levels at a time, and
 * the symbols of its records.  The trie is named by its root, which may be
 * older than the tip: what was read from it stays true.
 */
#ifndef CORE_STORE_NODE_H
#define CORE_STORE_NODE_H

#include "core/base/arena.h"
#include "core/base/symbol.h"
#include "core/store/store.h"

#define WEFT__PATH_MAX 15 /* digits that lead to the deepest leaf */

/* The way to a node: hex digits from the most significant ones on. */
struct weft__path {
	uint64_t digits; /* those beyond 'depth' are 0 */
	uint8_t depth;   /* at most WEFT__PATH_MAX */
};

/* The path that has one digit more. */
static inline struct weft__path
weft__path_child(struct weft__path path, unsigned digit)
{
	path.digits |= (uint64_t)digit << (60 - 4 * path.depth);
	path.depth++;
	return path;
}

/* Whether the hash of this prefix is under the path. */
static inline bool
weft__path_leads(struct weft__path path, uint64_t prefix)
{
	return path.depth == 0 ||
	    (path.digits ^ prefix) >> (64 - 4 * path.depth) == 0;
}

/* A child of a node, with what is below it. */
struct weft__node_child {
	enum weft__node_kind {
		WEFT__NODE_NONE, /* no record */
		WEFT__NODE_LEAF, /* 'digest' */
		WEFT__NODE_INNER /* 'digests' of those of its children whose
		                    bit is set in 'mask' */
	} kind;
	uint16_t mask;
	struct weft__oid digest; /* the first bytes of a node's id, then 0 */
	struct weft__oid digests[16];
};

/* A node, or what a leaf above has of it. */
struct weft__node {
	bool is_leaf;
	struct weft__symbol *symbols; /* of a leaf, in order */
	size_t length;
	struct weft__node_child children[16]; /* of another one */
};

/*
 * Reads the node at the path under 'root' (the empty tree's: no records).
 * Where there is none it is a leaf with those records that would be in it.
 * The symbols are in the arena.
 * Returns 0; WEFT_ENOTFOUND: there is no such root (any more).
 */
WEFT_MUST_CHECK int weft__store_node(struct weft__store *store,
    const struct weft__oid *root, struct weft__path path,
    struct weft__arena *arena, struct weft__node *node,
    struct weft_error *error);

/*
 * Visits each record (or tombstone) under 'root' whose id's hash begins with
 * the prefix: hardly ever more than one.
 * Returns 0; what 'visit' returned; WEFT_ENOTFOUND: no such root.
 */
WEFT_MUST_CHECK int weft__store_find_prefix(struct weft__store *store,
    const struct weft__oid *root, uint64_t prefix,
    weft__store_visit_fn visit, void *context, struct weft_error *error);

#endif
